"""What a dataset can tell of each row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from dexter_mcp.simulator.discover.expressions import Key
from dexter_mcp.simulator.discover.fragments import Sql
from dexter_mcp.simulator.search.values import EVENT_KEYS, Keys

Type = Literal[
    "string",
    "integer",
    "number",
    "boolean",
    "date",
    "duration",
    "size",
    "percentage",
    "rate",
    "array",
]
"""The types of `meta.fields`."""

NUMERIC = frozenset({"integer", "number", "duration", "size", "percentage", "rate"})
_UNITS: Mapping[str, str] = {"duration": "millisecond", "size": "byte"}


@dataclass(frozen=True, slots=True)
class Column:
    """A value in SQL, with its type and unit in Sentry's words."""

    sql: Sql
    type: Type = "string"
    unit: str | None = None

    @classmethod
    def of(cls, text: str, type_: Type = "string") -> "Column":
        """Write a column whose unit follows from its type."""
        return cls(Sql(text), type_, _UNITS.get(type_))


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows of one kind, which its SQL calls `e`; all have `id`, `project`, `at`, `environment`."""

    name: str
    """As the meta of an answer calls it."""
    source: str
    columns: Mapping[str, Column]
    other: Callable[[Key], Column]
    """What a key means that is no column: a tag or an attribute."""
    text: tuple[str, ...]
    """Columns that free text is looked for in."""
    duration: str = "transaction.duration"
    """What percentiles are of unless they say."""
    status: str = "transaction.status"
    items: bool = False
    """Answered by today's storage: sampled, typed attributes, other words for errors."""
    automatic: tuple[str, ...] = ()
    """Columns that rows have even when nobody asked for them."""
    largest_page: int = 100
    metrics: bool = False
    keys: Keys = field(default=EVENT_KEYS)

    def column(self, key: Key) -> Column:
        """Find what a key stands for."""
        known = None if key.tagged else self.columns.get(key.name)
        return known or self.other(key)


def keys_of(columns: Mapping[str, Column]) -> Keys:
    """Tell the grammar what may be compared, from the types of columns."""

    def of(*types: str) -> frozenset[str]:
        return frozenset(name for name, column in columns.items() if column.type in types)

    return Keys(
        numbers=of("integer", "number", "size", "percentage", "rate") | EVENT_KEYS.numbers,
        durations=of("duration") | EVENT_KEYS.durations,
        dates=of("date") | EVENT_KEYS.dates,
        booleans=of("boolean") | EVENT_KEYS.booleans,
        versions=EVENT_KEYS.versions,
    )
