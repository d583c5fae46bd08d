"""What a selected field says: a key, a call of a function, or an equation over both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dexter_mcp.simulator.search.values import SearchError

_KEY = re.compile(r"[a-zA-Z0-9_.:-]+")
_TYPED = re.compile(
    r'(?P<group>tags|flags)\["?(?P<name>[a-zA-Z0-9_.:/ -]+)"?(?:,\s*(?P<type>\w+))?\]'
)
_CALL = re.compile(r"(?P<name>[a-zA-Z0-9_]+)\((?P<arguments>.*)\)", re.DOTALL)
_ARGUMENT = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^,\[\]"]*(?:\[[^\]]*\])?)\s*(?:,|$)')
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)(?![\w.(])|(?P<operator>[-+*/()])"
    r'|(?P<operand>[a-zA-Z0-9_.:]+(?:\[[^\]]*\])?(?:\((?:[^()"]|"[^"]*")*\))?))'
)
_MOST_OPERATORS = 10
_TYPES = {"string", "number", "boolean"}

Kind = Literal["", "string", "number", "boolean"]
EQUATION = "equation|"


@dataclass(frozen=True, slots=True)
class Key:
    """A column, a tag, an attribute or a flag."""

    name: str
    """`plan` for `tags[plan]`, `flags[new-cart]` for a flag."""
    tagged: bool = False
    """It was written as `tags[…]`, so that no column is meant."""
    kind: Kind = ""
    """As in `tags[lines,number]`."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments, as they are written."""

    name: str
    arguments: tuple[str, ...]
    text: str

    @property
    def alias(self) -> str:
        """Name it as old clients do: `count_unique_user` for `count_unique(user)`."""
        words = (self.name, *(re.sub(r"[^a-zA-Z0-9]+", "_", word) for word in self.arguments))
        return "_".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class Operation:
    """Two operands and what stands between them."""

    operator: str
    left: "Operand"
    right: "Operand"


Operand: TypeAlias = Key | Call | Operation | float
Expression: TypeAlias = Key | Call | Operation | float


def read(field: str) -> Expression:
    """Read what was selected; raises `SearchError` with Sentry's text."""
    if field.startswith(EQUATION):
        return _Arithmetic(field.removeprefix(EQUATION)).read()
    return operand(field.strip())


def operand(text: str) -> Key | Call:
    """Read a key or a call."""
    if found := _CALL.fullmatch(text):
        return Call(found["name"], _arguments(found["arguments"]), text)
    if found := _TYPED.fullmatch(text):
        return _typed(text, found)
    if not _KEY.fullmatch(text):
        raise SearchError(f"Invalid characters in field {text}")
    return Key(text)


def calls(expression: Expression) -> Iterator[Call]:
    """List the calls in an expression."""
    if isinstance(expression, Call):
        yield expression
    elif isinstance(expression, Operation):
        yield from calls(expression.left)
        yield from calls(expression.right)


def _typed(text: str, found: re.Match[str]) -> Key:
    if found["group"] == "flags":
        return Key(f"flags[{found['name']}]", tagged=True)
    match found["type"]:
        case None:
            return Key(found["name"], tagged=True)
        case "string" | "number" | "boolean" as kind:
            return Key(found["name"], tagged=True, kind=kind)
        case other:
            raise SearchError(f"Unsupported type {other} in {text}")


def _arguments(text: str) -> tuple[str, ...]:
    if not text.strip():
        return ()
    found: list[str] = []
    at = 0
    while at < len(text):
        match = _ARGUMENT.match(text, at)
        if not match:
            raise SearchError(f"Invalid characters in field {text}")
        found.append(match[1].strip().strip('"'))
        at = match.end()
    return tuple(found)


class _Arithmetic:
    """Reads an equation from left to right; multiplication binds tighter than addition."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0

    def read(self) -> Expression:
        read = self._sum()
        if self.at < len(self.tokens):
            raise self._unreadable()
        return read

    def _tokens(self) -> Iterator[re.Match[str]]:
        at, operators = 0, 0
        text = self.text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found:
                raise self._unreadable()
            operators += found["operator"] in {"+", "-", "*", "/"}
            at = found.end()
            yield found
        if operators > _MOST_OPERATORS:
            raise SearchError("Equation is too complex")

    def _sum(self) -> Operand:
        left = self._product()
        while operator := self._take("+", "-"):
            left = Operation(operator, left, self._product())
        return left

    def _product(self) -> Operand:
        left = self._value()
        while operator := self._take("*", "/"):
            left = Operation(operator, left, self._value())
        return left

    def _value(self) -> Operand:
        if self._take("("):
            inner = self._sum()
            if not self._take(")"):
                raise self._unreadable()
            return inner
        if self._take("-"):
            return Operation("-", 0.0, self._value())
        if self.at >= len(self.tokens) or self.tokens[self.at]["operator"]:
            raise self._unreadable()
        token = self.tokens[self.at]
        self.at += 1
        return float(token["number"]) if token["number"] else operand(token["operand"])

    def _take(self, *operators: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at]["operator"] in operators:
            self.at += 1
            return self.tokens[self.at - 1]["operator"]
        return ""

    def _unreadable(self) -> SearchError:
        return SearchError("Unable to parse your equation, make sure it is well formed arithmetic")
