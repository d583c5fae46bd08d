"""The table behind `/events/`: rows, or groups of rows with their aggregates."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, overload

from dexter_mcp.simulator.discover.columns import Column, Dataset
from dexter_mcp.simulator.discover.conditions import Surroundings, on_groups, on_rows
from dexter_mcp.simulator.discover.fragments import ALWAYS, Sql, joined, linked, sql
from dexter_mcp.simulator.discover.query import Condition, parse
from dexter_mcp.simulator.discover.selecting import Selected, select_all, sorting
from dexter_mcp.simulator.memory.spans import Telemetry
from dexter_mcp.simulator.telling.story import Json


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a dataset that a question is about."""

    telemetry: Telemetry
    around: Surroundings
    within: Sql
    """Projects, environments and time."""

    @property
    def dataset(self) -> Dataset:
        """Name the dataset."""
        return self.around.dataset

    @property
    def source(self) -> Sql:
        """Write what stands after `FROM`."""
        return Sql(f"({self.dataset.source}) AS e")

    def ask(self, question: Sql) -> list[tuple[Any, ...]]:
        """Run a question."""
        return self.telemetry.rows(question.text, question.values)


@dataclass(frozen=True, slots=True)
class Table:
    """An answer: its fields, and its rows in their order."""

    selected: list[Selected]
    rows: Sequence[Json]


class _Samples(Sequence[Json]):
    """Rows that are read only as far as they are asked for."""

    def __init__(self, scope: Scope, selected: list[Selected], where: Sql, order: Sql) -> None:
        self._scope = scope
        self._selected = selected
        self._where = where
        self._order = order

    def __len__(self) -> int:
        return self._scope.ask(sql("SELECT count(*) {}", self._where))[0][0]

    @overload
    def __getitem__(self, index: int) -> Json: ...
    @overload
    def __getitem__(self, index: slice) -> list[Json]: ...
    def __getitem__(self, index: int | slice) -> Json | list[Json]:
        if isinstance(index, int):
            return self._read(index, 1)[0]
        start, stop, _ = index.indices(len(self))
        return self._read(start, max(stop - start, 0))

    def _read(self, skip: int, limit: int) -> list[Json]:
        columns = _columns(self._selected)
        rest = sql("{} {} LIMIT {} OFFSET {}", self._where, self._order, limit, skip)
        return _read(self._scope, self._selected, sql("SELECT {} {}", columns, rest))


def table(scope: Scope, fields: list[str], query: str, sorts: Sequence[str]) -> Table:
    """Answer a question; raises `SearchError` with Sentry's text."""
    dataset = scope.dataset
    condition = parse(query, dataset.keys)
    selected = select_all(dataset, fields, scope.around.seconds)
    where = sql("FROM {} WHERE {}", scope.source, _rows(scope, condition))
    order = _order(dataset, sorts, selected)
    if not any(one.aggregate for one in selected):
        return Table(selected, _Samples(scope, selected, where, order))
    having = _having(scope, condition)
    asked = (Sql("SELECT"), _columns(selected), where, _group(selected), having, order)
    return Table(selected, _read(scope, selected, joined(" ", asked)))


def plain(column: Column, value: Any) -> Any:
    """Write a value as JSON has it."""
    if value is None:
        return None
    shape = _SHAPES.get(column.type)
    return shape(value) if shape else value


def stored(column: Column, value: Any) -> Any:
    """Write a value of an answer as the database has it."""
    if column.type == "array" and value is not None:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if column.type == "date" and value is not None:
        return datetime.fromisoformat(value).timestamp()
    return value


def _rows(scope: Scope, condition: Condition) -> Sql:
    return linked("AND", (scope.within, on_rows(condition, scope.around)))


def _columns(selected: list[Selected]) -> Sql:
    return joined(", ", (one.column.sql for one in selected))


def _read(scope: Scope, selected: list[Selected], asked: Sql) -> list[Json]:
    return [
        {one.name: plain(one.column, value) for one, value in zip(selected, values, strict=True)}
        for values in scope.ask(asked)
    ]


def _group(selected: list[Selected]) -> Sql:
    by = [one.column.sql for one in selected if not one.aggregate]
    return sql("GROUP BY {}", joined(", ", by)) if by else Sql("")


def _having(scope: Scope, condition: Condition) -> Sql:
    held = on_groups(condition, scope.around)
    return Sql("") if held == ALWAYS else sql("HAVING {}", held)


def _order(dataset: Dataset, sorts: Sequence[str], selected: list[Selected]) -> Sql:
    """Sort by what was asked; what is equal then keeps one order, whatever page it is on."""
    asked = [sorting(dataset, sort, selected) for sort in sorts if sort]
    places = [f"{place + 1} {'DESC' if falls else 'ASC'}" for place, falls in asked]
    if not any(one.aggregate for one in selected):
        places.append("e.at DESC")
    rest = (str(place + 1) for place in range(len(selected)))
    return Sql(f"ORDER BY {', '.join((*places, *rest))}")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(round(seconds), UTC).isoformat()


_SHAPES: Mapping[str, Callable[[Any], Any]] = {
    "date": _moment,
    "boolean": bool,
    "array": json.loads,
}
