"""Which attributes the items of a dataset have, and how their values spread."""

from dataclasses import dataclass
from typing import Literal

from dexter_mcp.simulator.discover.columns import NUMERIC, Column
from dexter_mcp.simulator.discover.conditions import on_rows
from dexter_mcp.simulator.discover.expressions import Key
from dexter_mcp.simulator.discover.fragments import linked, sql
from dexter_mcp.simulator.discover.query import parse
from dexter_mcp.simulator.discover.table import Scope

AttributeType = Literal["string", "number", "boolean"]

_MOST_VALUES = 10
_HIDDEN = frozenset({"project_id", "time", "timestamp.to_hour", "timestamp.to_day"})
_STORED = """
    SELECT DISTINCT member.key, CASE member.type
        WHEN 'text' THEN 'string' WHEN 'true' THEN 'boolean' WHEN 'false' THEN 'boolean'
        ELSE 'number' END
    FROM {}, json_each(e.attributes) AS member WHERE {} ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that can be selected and searched."""

    name: str
    type: AttributeType
    known: bool
    """Sentry's own conventions have it."""

    @property
    def key(self) -> str:
        """Write it as a query must: what is no text and no column says its type."""
        plain = self.known or self.type == "string"
        return self.name if plain else f"tags[{self.name},{self.type}]"


def attributes(scope: Scope) -> list[Attribute]:
    """List the columns of a dataset and what its items bring along, by name."""
    columns = scope.dataset.columns
    known = [
        Attribute(name, _type(column), known=True)
        for name, column in columns.items()
        if name not in _HIDDEN
    ]
    stored = scope.ask(sql(_STORED, scope.source, scope.within))
    brought = [Attribute(name, kind, known=False) for name, kind in stored if name not in columns]
    return sorted([*known, *brought], key=lambda one: (one.name, one.type))


def distributions(scope: Scope, query: str, wanted: str) -> dict[str, list[tuple[str, int]]]:
    """Count the most frequent values of each text among the items that a query finds."""
    dataset = scope.dataset
    found = on_rows(parse(query, dataset.keys), scope.around)
    where = linked("AND", (scope.within, found))
    spread: dict[str, list[tuple[str, int]]] = {}
    for name in (text for text in _texts(scope) if wanted in text.lower()):
        column = dataset.column(Key(name)).sql
        counted = sql(
            "SELECT {}, count(*) FROM {} WHERE {} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {}",
            column,
            scope.source,
            where,
            _MOST_VALUES + 1,
        )
        rows = [(str(value), count) for value, count in scope.ask(counted) if value is not None]
        spread |= {name: rows[:_MOST_VALUES]} if rows else {}
    return spread


def _texts(scope: Scope) -> list[str]:
    if scope.dataset.items:
        return [one.name for one in attributes(scope) if one.type == "string"]
    tagged = sql(
        "SELECT DISTINCT key FROM facets WHERE tag AND {} ORDER BY key",
        sql(scope.within.text.replace("e.", ""), *scope.within.values),
    )
    return [name for (name,) in scope.ask(tagged)]


def _type(column: Column) -> AttributeType:
    if column.type == "boolean":
        return "boolean"
    return "number" if column.type in NUMERIC or column.type == "date" else "string"
