"""Pieces of SQL that carry their values with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from dexter_mcp.simulator.memory.store import Value, Where


@dataclass(frozen=True, slots=True)
class Sql:
    """SQL with the values of its question marks."""

    text: str
    values: tuple[Value, ...] = ()


ALWAYS = Sql("1")


def sql(template: str, *parts: Sql | Value) -> Sql:
    """Put a piece or a value into each `{}` of a template; values become question marks."""
    texts = (part.text if isinstance(part, Sql) else "?" for part in parts)
    values = (part.values if isinstance(part, Sql) else (part,) for part in parts)
    return Sql(template.format(*texts), tuple(value for some in values for value in some))


def joined(separator: str, parts: Iterable[Sql]) -> Sql:
    """String pieces together."""
    parts = tuple(parts)
    return Sql(
        separator.join(part.text for part in parts),
        tuple(value for part in parts for value in part.values),
    )


def linked(word: Literal["AND", "OR"], parts: Iterable[Sql]) -> Sql:
    """Connect conditions by a word."""
    return sql("({})", joined(f" {word} ", parts))


def from_where(where: Where) -> Sql:
    """Take over a condition on the table of events."""
    return Sql(where.sql, where.values)
