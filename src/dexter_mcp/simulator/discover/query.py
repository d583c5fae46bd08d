"""The search of events and trace items: filters, `AND`, `OR`, parentheses, aggregate filters.

The filters themselves are read by the grammar that the other searches share.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from dexter_mcp.simulator.search.grammar import Operator, SearchError, Term, parse_event_query
from dexter_mcp.simulator.search.values import Keys

_QUOTED = r'"(?:\\"|[^"])*"'
_PIECE = re.compile(rf'(?:{_QUOTED}|\[(?:{_QUOTED}|[^\]"])*\]|[^\s()"\[]|["\[])+')
_ATTACHED = re.compile(r"\([^():\n]*\)")
_AGGREGATE = re.compile(
    rf'(?P<negated>!?)(?P<call>[a-zA-Z0-9_]+\((?:{_QUOTED}|[^()"])*\)):'
    r"(?P<operator>>=|<=|!=|>|<|=)?(?P<value>[^\s()]*)"
)
_TYPED = re.compile(r"!?(tags\[[^\],]+,\s*\w+\]):")
_NUMBER = re.compile(r"tags\[([^\],]+),\s*number\]")
_FILTER = re.compile(r'!?(?:"[a-zA-Z0-9_.:-]+"|(?:tags|flags)\[[^\]]*\]|[a-zA-Z0-9_.-]+):')
_AROUND = 5


@dataclass(frozen=True, slots=True)
class Aggregated:
    """A filter on what a function gives for each row of the answer."""

    call: str
    operator: Operator
    value: str
    negated: bool


@dataclass(frozen=True, slots=True)
class Together:
    """Conditions of which all, or any, must hold."""

    word: Literal["AND", "OR"]
    parts: tuple["Condition", ...]


Condition: TypeAlias = Term | Aggregated | Together
_Part: TypeAlias = Condition | Literal["AND", "OR"]


def parse(query: str, keys: Keys) -> Together:
    """Read a query; raises `SearchError` with Sentry's text.

    https://docs.sentry.io/concepts/search/
    """
    numbers = keys.numbers | set(_NUMBER.findall(query))
    reader = _Reader(query, replace(keys, numbers=numbers))
    return Together("AND", (reader.group(opened=None),))


def aggregates(condition: Condition) -> bool:
    """Tell whether a function is asked about anywhere."""
    if isinstance(condition, Together):
        return any(aggregates(part) for part in condition.parts)
    return isinstance(condition, Aggregated)


def plain(condition: Condition) -> bool:
    """Tell whether rows themselves are asked about anywhere."""
    if isinstance(condition, Together):
        return any(plain(part) for part in condition.parts)
    return isinstance(condition, Term)


def terms(condition: Condition) -> Iterator[Term]:
    """List the filters on rows."""
    if isinstance(condition, Together):
        for part in condition.parts:
            yield from terms(part)
    elif isinstance(condition, Term):
        yield condition


class _Reader:
    """Goes through a query from left to right; `at` is where it stands."""

    def __init__(self, query: str, keys: Keys) -> None:
        self.query = query
        self.keys = keys
        self.at = 0

    def group(self, opened: int | None) -> Condition:
        """Read up to the parenthesis that closes what was opened, or to the end."""
        parts: list[_Part] = []
        while self._skip():
            if self.query[self.at] == ")":
                if opened is None:
                    raise self._stuck(self.at)
                self.at += 1
                return _connected(parts)
            parts += self._next()
        if opened is not None:
            raise self._stuck(opened)
        return _connected(parts)

    def _skip(self) -> bool:
        while self.at < len(self.query) and self.query[self.at].isspace():
            self.at += 1
        return self.at < len(self.query)

    def _next(self) -> list[_Part]:
        if self.query[self.at] == "(":
            self.at += 1
            return [self.group(opened=self.at - 1)]
        if found := _AGGREGATE.match(self.query, self.at):
            self.at = found.end()
            return [self._aggregated(found)]
        if word := self._boolean():
            return [word]
        written = self._filter_or_text()
        typed = _TYPED.match(written)
        return [
            replace(term, key=typed[1]) if typed else term
            for term in parse_event_query(written, self.keys)
        ]

    def _boolean(self) -> Literal["AND", "OR", ""]:
        for word in ("AND", "OR"):
            after = self.at + len(word)
            ends = self.query[after : after + 1] in {"", " ", "("}
            if self.query[self.at : after].upper() == word and ends:
                self.at = after
                return word
        return ""

    def _filter_or_text(self) -> str:
        """Take one filter, or all the words up to the next one, since they are one text."""
        start = self.at
        is_filter = bool(_FILTER.match(self.query, start))
        self._piece()
        while not is_filter and self._goes_on():
            self._piece()
        return self.query[start : self.at]

    def _goes_on(self) -> bool:
        at = self.at
        going = self._skip() and self.query[self.at] not in "()" and not self._starts()
        self.at = self.at if going else at
        return going

    def _starts(self) -> bool:
        at = self.at
        word, self.at = self._boolean(), at
        found = _FILTER.match(self.query, at) or _AGGREGATE.match(self.query, at)
        return bool(word or found)

    def _piece(self) -> None:
        start = self.at
        if found := _PIECE.match(self.query, start):
            self.at = found.end()
        attached = _ATTACHED.match(self.query, self.at)
        if attached and ":" not in self.query[start : self.at]:
            self.at = attached.end()

    def _aggregated(self, found: re.Match[str]) -> Aggregated:
        if not found["value"]:
            raise SearchError(f"Empty string after '{found['call']}:'")
        operator: Operator = "="
        match found["operator"]:
            case ">" | ">=" | "<" | "<=" | "!=" as given:
                operator = given
            case _:
                pass
        return Aggregated(found["call"], operator, found["value"], bool(found["negated"]))

    def _stuck(self, at: int) -> SearchError:
        column = at + 1
        shown = self.query[max(0, column - _AROUND) : column + _AROUND]
        return SearchError(
            f"Parse error at '{shown}' (column {column}). This is commonly caused by unmatched"
            " parentheses. Enclose any text in double quotes."
        )


def _connected(parts: list[_Part]) -> Condition:
    """Split at each `OR`; whatever else stands side by side must hold together."""
    _check(parts)
    groups: list[list[Condition]] = [[]]
    for part in parts:
        if part == "OR":
            groups.append([])
        elif not isinstance(part, str):
            groups[-1].append(part)
    every = tuple(Together("AND", tuple(group)) for group in groups)
    if len(every) == 1:
        return every[0]
    either = Together("OR", every)
    if aggregates(either) and plain(either):
        raise SearchError("Having an OR between aggregate filters and normal filters is invalid.")
    return either


def _check(parts: list[_Part]) -> None:
    before: _Part | None = None
    for part in parts:
        if isinstance(part, str) and before is None:
            raise SearchError(f"Condition is missing on the left side of '{part}' operator")
        if isinstance(part, str) and isinstance(before, str):
            raise SearchError(
                f"Missing condition in between two condition operators: '{before} {part}'"
            )
        before = part
    if isinstance(before, str):
        raise SearchError(f"Condition is missing on the right side of '{before}' operator")
