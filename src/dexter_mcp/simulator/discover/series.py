"""Series behind `/events-timeseries/` and `/events-stats/`: aggregates, slot by slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dexter_mcp.simulator.discover.columns import Column
from dexter_mcp.simulator.discover.conditions import on_rows
from dexter_mcp.simulator.discover.fragments import ALWAYS, Sql, joined, linked, sql
from dexter_mcp.simulator.discover.query import parse
from dexter_mcp.simulator.discover.selecting import Selected, select
from dexter_mcp.simulator.discover.table import Scope, plain, stored, table
from dexter_mcp.simulator.search.values import SearchError


@dataclass(frozen=True, slots=True)
class Slots:
    """Equal stretches of time; `first` and `width` are in whole seconds."""

    first: int
    width: int
    count: int

    @classmethod
    def covering(cls, start: datetime, end: datetime, width: int) -> "Slots":
        """Lay slots over a span, beginning at a whole multiple of their width."""
        first = int(start.timestamp()) // width * width
        return cls(first, width, max(-(-int(end.timestamp() - first) // width), 1))

    def starts(self) -> list[int]:
        """List when each begins."""
        return [self.first + number * self.width for number in range(self.count)]

    def earlier(self, delta: timedelta) -> "Slots":
        """Move all of them back."""
        return replace(self, first=self.first - int(delta.total_seconds()))


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart."""

    axis: str
    column: Column
    group: Mapping[str, Any]
    """What its rows have in common; empty where nothing was grouped."""
    values: Sequence[float]
    samples: Sequence[int]
    """How many rows lie in each slot."""
    order: int = 0
    is_other: bool = False
    before: Sequence[float] = ()
    """The values of the time that it is compared with."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What a series is asked for."""

    scope: Scope
    axes: Sequence[str]
    query: str
    slots: Slots
    outside: Sql = ALWAYS
    """Projects and environments, without the time."""
    compared: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Top:
    """Which groups get a line of their own."""

    group_by: Sequence[str]
    sorts: Sequence[str]
    count: int
    with_other: bool


def plotted(chart: Chart) -> list[Series]:
    """Draw one line for each axis; raises `SearchError` with Sentry's text."""
    lines = _lines(chart, ALWAYS, {})
    if chart.compared is None:
        return lines
    past = replace(chart, slots=chart.slots.earlier(chart.compared), compared=None)
    return [
        replace(line, before=before.values)
        for line, before in zip(lines, _lines(past, ALWAYS, {}), strict=True)
    ]


def ranked(chart: Chart, top: Top) -> list[Series]:
    """Draw lines for the groups that come first, and one for all others together."""
    fields = [*dict.fromkeys((*top.group_by, *chart.axes))]
    sorts = top.sorts or [f"-{chart.axes[0]}"]
    found = table(chart.scope, fields, chart.query, sorts)
    groups = [{key: row[key] for key in top.group_by} for row in found.rows[: top.count]]
    by = [select(chart.scope.dataset, key, chart.scope.around.seconds) for key in top.group_by]
    lines: list[Series] = []
    for order, row in enumerate(found.rows[: top.count]):
        lines += [replace(line, order=order) for line in _lines(chart, _is(by, row), groups[order])]
    if top.with_other and len(found.rows) > top.count:
        rest = joined(" AND ", (sql("NOT {}", _is(by, row)) for row in found.rows[: top.count]))
        lines += [
            replace(line, order=len(groups), is_other=True) for line in _lines(chart, rest, {})
        ]
    return lines


def _is(by: Sequence[Selected], row: Mapping[str, Any]) -> Sql:
    """Hold for the rows of one group; `IS` finds those without a value, too."""
    same = (sql("{} IS {}", one.column.sql, stored(one.column, row[one.name])) for one in by)
    return linked("AND", same)


def _lines(chart: Chart, group: Sql, shown: Mapping[str, Any]) -> list[Series]:
    scope, slots = chart.scope, chart.slots
    dataset = scope.dataset
    axes = [select(dataset, axis, float(slots.width)) for axis in chart.axes]
    flat = next((axis.name for axis in axes if not axis.aggregate), None)
    if flat:
        raise SearchError(f"{flat} is not a function")
    rows = {row[0]: row[1:] for row in scope.ask(_question(chart, axes, group))}
    empty = (0,) * (len(axes) + 1)
    every = [rows.get(number, empty) for number in range(slots.count)]
    return [
        Series(
            axis.name,
            axis.column,
            shown,
            [plain(axis.column, row[place + 1]) or 0 for row in every],
            [row[0] for row in every],
            order=place,
        )
        for place, axis in enumerate(axes)
    ]


def _question(chart: Chart, axes: Sequence[Selected], group: Sql) -> Sql:
    """Ask for each slot how many rows lie in it, and for its figures."""
    return sql(
        "SELECT {}, count(*), {} FROM {} WHERE {} GROUP BY 1",
        sql("CAST((e.at - {}) / {} AS INTEGER)", chart.slots.first, chart.slots.width),
        joined(", ", (axis.column.sql for axis in axes)),
        chart.scope.source,
        linked("AND", (chart.outside, _time(chart.slots), _filter(chart), group)),
    )


def _time(slots: Slots) -> Sql:
    last = slots.first + slots.width * slots.count
    return sql("e.at >= {} AND e.at < {}", slots.first, last)


def _filter(chart: Chart) -> Sql:
    return on_rows(parse(chart.query, chart.scope.dataset.keys), chart.scope.around)
