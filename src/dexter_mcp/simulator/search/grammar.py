"""Sentry's search grammar, in the dialects of issues and of an issue's events.

Filters stand side by side and all must hold; there is no `OR` here, since neither dialect needs
it. Keys are not checked against what exists: any may be a tag.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dexter_mcp.simulator.search.values import (
    EVENT_KEYS,
    ISSUE_KEYS,
    Keys,
    Operator,
    SearchError,
    has_wildcard,
    literal,
    matches,
    relative,
)

__all__ = [
    "Operator",
    "SearchError",
    "Term",
    "matches",
    "parse_event_query",
    "parse_issue_query",
    "relative",
]

_NAME = r"""(?x: (?P<group>tags|flags)\["?(?P<member>[a-zA-Z0-9_.:-]+)"?(?:,\ ?\w+)?\]
    | "(?P<quoted>[a-zA-Z0-9_.:-]+)" | (?P<plain>[a-zA-Z0-9_.-]+) )"""
_QUOTED = r'"(?:\\"|[^"\\]|\\(?!"))*"'
_END = r"(?=[\t\n )]|$)"

_KEY = re.compile(rf"(?P<negated>!?){_NAME}:")
_ASKED = re.compile(_NAME + _END)
_AGGREGATE = re.compile(r"!?(?P<call>[a-zA-Z0-9_.]+\([^()]*\)):")
_BOOLEAN = re.compile(r"(?:and|or)(?=\s)", re.IGNORECASE)
_OPERATOR = re.compile(r"[<>]=?|!?=")
_TEXT = re.compile(_QUOTED)
_WHOLE_TEXT = re.compile(_QUOTED + _END)
_BARE = re.compile(r"[^()\t\n ]*")
_LIST = re.compile(rf'\[(?P<items>(?:{_QUOTED}|[^"()\]])*)\]{_END}')
_ITEM = re.compile(rf'(?:{_QUOTED}|[^",])+')
_GAP = re.compile(r"(?:^|,)\s*(?:,|$)")
_WORD = re.compile(r"(?:[^()\n ]+|\([^():\n]*\))+")
_PARENTHESIS = re.compile(r"[()]")
_LOOSE_QUOTE = re.compile(r'(?<!\\)"')
_AROUND = 5


@dataclass(frozen=True, slots=True)
class Term:
    r"""One condition of a query.

    `operator` is as written, `=` where none was; `negated` is the leading `!` and turns the whole
    around. Any of `values` will do. Where `wildcard` is false, `\*` has become `*`.
    """

    key: str
    """Empty for free text; `plan` for `tags[plan]`."""
    operator: Operator
    values: tuple[str, ...]
    negated: bool = False
    wildcard: bool = False
    """Some value holds a star that stands for anything: compare with `matches`."""
    has: bool = False
    """The question is whether `key` is set at all; there are no values."""


def parse_issue_query(query: str) -> tuple[Term, ...]:
    """Read a query of the issue list; raises `SearchError` with Sentry's text.

    https://docs.sentry.io/concepts/search/
    """
    return tuple(_Reader(query, ISSUE_KEYS).terms())


def parse_event_query(query: str, keys: Keys = EVENT_KEYS) -> tuple[Term, ...]:
    """Read a query of an issue's events, where `AND` and parentheses are allowed.

    Raises `SearchError` with Sentry's text; also for `OR`, which Sentry takes and this doesn't.
    """
    return tuple(_Reader(query, keys).terms())


class _Reader:
    """Goes through a query from left to right; `at` is where it stands."""

    def __init__(self, query: str, keys: Keys) -> None:
        self.query = query
        self.keys = keys
        self.at = 0
        self.open: list[int] = []

    def terms(self) -> Iterator[Term]:
        self._skip_spaces()
        while self.at < len(self.query):
            if term := self._next():
                yield term
            self._skip_spaces()
        if self.open:
            raise self._stuck(self.open[0])

    def _next(self) -> Term | None:
        if self.query[self.at] in "()":
            return self._parenthesis()
        if word := self._take(_BOOLEAN):
            return self._boolean(word[0])
        if call := self._take(_AGGREGATE):
            raise SearchError(
                f"Aggregate filters ({call['call']}) are not supported in issue searches."
            )
        if key := self._take(_KEY):
            return self._filter(key)
        return self._free_text()

    def _boolean(self, word: str) -> None:
        if self.keys.flat or word.lower() == "or":
            raise SearchError(
                'Boolean statements containing "OR" or "AND" are not supported in this search'
            )

    def _parenthesis(self) -> Term | None:
        """Keep a group apart where the dialect has groups; elsewhere it is text like any other."""
        if self.keys.flat:
            start, self.at = self.at, self._closing()
            return _text(self.query[start : self.at])
        if self.query[self.at] == "(":
            self.open.append(self.at)
        elif self.open:
            self.open.pop()
        else:
            raise self._stuck(self.at)
        self.at += 1
        return None

    def _closing(self) -> int:
        depth = 0
        for found in _PARENTHESIS.finditer(self.query, self.at):
            depth += 1 if found[0] == "(" else -1
            if depth == 0:
                return found.end()
            if depth < 0:
                break
        raise self._stuck(self.at)

    def _free_text(self) -> Term | None:
        if quoted := self._take(_TEXT):
            return _text(_unquoted(quoted[0]))
        start = self.at
        while self._take(_WORD):
            self._skip_spaces()
            if self._ahead(_KEY) or self._ahead(_AGGREGATE) or self._ahead(_BOOLEAN):
                break
        if start == self.at:
            raise self._stuck(self.at)
        return _text(self.query[start : self.at].strip(" "))

    def _filter(self, found: re.Match[str]) -> Term:
        negated = bool(found["negated"])
        if found["plain"] == "is":
            return Term("is", "=", (self._state(),), negated)
        if found["plain"] == "has":
            return Term(self._asked(), "=", (), negated, has=True)
        key = _name(found)
        operator, raw = self._values(key)
        values = tuple(self.keys.read(key, operator, value) for value in raw)
        if any(map(has_wildcard, values)):
            return Term(key, operator, values, negated, wildcard=True)
        return Term(key, operator, tuple(map(literal, values)), negated)

    def _state(self) -> str:
        if not self.keys.states:
            raise SearchError('"is:" queries are not supported in this search.')
        if self.query.startswith("[", self.at):
            raise SearchError('"in" syntax invalid for "is" search')
        state = self._value()
        if state not in self.keys.states:
            valid = sorted(self.keys.states)
            raise SearchError(f'Invalid value for "is" search, valid values are {valid}')
        return state

    def _asked(self) -> str:
        if key := self._take(_ASKED):
            return _name(key)
        raise SearchError('Invalid format for "has" search: was expecting a field or tag instead')

    def _values(self, key: str) -> tuple[Operator, tuple[str, ...]]:
        if items := self._items():
            return "=", items
        start = self.at
        operator = _operator(self._take(_OPERATOR))
        value = self._value()
        if start == self.at:
            raise SearchError(f"Empty string after '{key}:'")
        if operator not in {"=", "!="} and not self.keys.compares(key):
            return "=", (operator + value,)
        return operator, (value,)

    def _items(self) -> tuple[str, ...]:
        """Read a list; nothing where what stands here is a text that begins with a bracket."""
        found = self._ahead(_LIST)
        if not found:
            return ()
        if _GAP.search(_TEXT.sub("x", found["items"])):
            raise SearchError("Lists should not have empty values")
        items = [item.strip() for item in _ITEM.findall(found["items"])]
        if any(" " in _TEXT.sub("x", item) for item in items):
            return ()
        self.at = found.end()
        return tuple(map(_whole, items))

    def _value(self) -> str:
        if quoted := self._take(_WHOLE_TEXT):
            return _unquoted(quoted[0])
        bare = self._take(_BARE)
        return _whole(bare[0]) if bare else ""

    def _skip_spaces(self) -> None:
        while self.query.startswith(" ", self.at):
            self.at += 1

    def _ahead(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.query, self.at)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        if found := self._ahead(pattern):
            self.at = found.end()
        return found

    def _stuck(self, at: int) -> SearchError:
        column = at + 1
        shown = self.query[max(0, column - _AROUND) : column + _AROUND]
        return SearchError(
            f"Parse error at '{shown}' (column {column}). This is commonly caused by unmatched"
            " parentheses. Enclose any text in double quotes."
        )


def _name(key: re.Match[str]) -> str:
    if key["group"] == "flags":
        return f"flags[{key['member']}]"
    return key["member"] or key["quoted"] or key["plain"]


def _operator(found: re.Match[str] | None) -> Operator:
    match found and found[0]:
        case ">" | ">=" | "<" | "<=" | "!=" as operator:
            return operator
        case _:
            return "="


def _text(value: str) -> Term | None:
    if not value:
        return None
    wildcard = has_wildcard(value)
    return Term("", "=", (value if wildcard else literal(value),), wildcard=wildcard)


def _whole(value: str) -> str:
    """Take a value out of its quotes, which must be around all of it or escaped."""
    if _TEXT.fullmatch(value):
        return _unquoted(value)
    if _LOOSE_QUOTE.search(value):
        raise SearchError(f"Invalid quote at '{value}': quotes must enclose text or be escaped.")
    return value.replace(r"\"", '"')


def _unquoted(value: str) -> str:
    return value[1:-1].replace(r"\"", '"')
