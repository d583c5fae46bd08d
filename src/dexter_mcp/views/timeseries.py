"""Events over time, a line a series: its course, its figures, what changed and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from dexter_mcp.sentry.timeseries import Point, Series, TimeSeries
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.change_point import change_point
from dexter_mcp.views.discover import short_date, text_cell
from dexter_mcp.views.listing import echo
from dexter_mcp.views.moments import of_epoch, span
from dexter_mcp.views.numbers import counted, is_sane, percent
from dexter_mcp.views.quantities import quantity
from dexter_mcp.views.sparkline import sparkline
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_HEADERS = ("total", "average", "min", "max (UTC)", "last", "vs before", "changed")
_ADDITIVE: Final = frozenset({"count", "count_if", "sum", "failure_count", "count_miserable"})
"""Functions whose values over several buckets add up to that over all of them."""
_VALUE = 60
_AXIS = 60
_LINK = 1_500
_NOTE = 300
_MILLISECONDS = 1000
_REST = "(others)"


@dataclass(frozen=True)
class Asked:
    """What was asked, as it was sent; `before` is the range that it is compared with."""

    org: str
    dataset: str
    axes: tuple[str, ...]
    group_by: tuple[str, ...]
    query: str
    project: tuple[str, ...]
    environment: tuple[str, ...]
    within: str
    before: str = ""
    link: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figures:
    """What a series comes to over its complete buckets.

    `total` is absent where values don't add up, and `before` (the total, or else the average of the
    earlier range) where there is nothing to compare with.
    """

    points: tuple[Point, ...]
    values: tuple[float, ...]
    additive: bool
    before: float | None

    @property
    def total(self) -> float | None:
        """Add up what adds up."""
        return sum(self.values) if self.additive else None

    @property
    def average(self) -> float:
        """Take the mean of the buckets."""
        return sum(self.values) / len(self.values)

    @property
    def now(self) -> float:
        """Give what compares with `before`."""
        return self.average if self.total is None else self.total


def figures(series: Series) -> Figures | None:
    """Work out what a series comes to; nothing where no complete bucket has a value.

    Where values don't add up, a bucket without samples says nothing and is passed over; so is a
    duration of nothing, which is how a bucket without events reads.
    """
    additive = series.y_axis.partition("(")[0] in _ADDITIVE
    timed = series.meta.value_type == "duration"
    complete = [point for point in series.values if not point.incomplete]
    points = [point for point in complete if additive or _says_something(point, timed=timed)]
    told = [(point, point.value) for point in points if point.value is not None]
    if not told:
        return None
    earlier = [
        point.comparison_value
        for point in complete
        if point.comparison_value is not None and (additive or point.comparison_value)
    ]
    before = (sum(earlier) if additive else sum(earlier) / len(earlier)) if earlier else None
    return Figures(
        tuple(point for point, _ in told), tuple(value for _, value in told), additive, before
    )


def in_order(found: TimeSeries) -> list[Series]:
    """Give the series in Sentry's order, the rest group last, without points that can't be true."""
    ordered = sorted(found.time_series, key=lambda each: (each.meta.is_other, each.meta.order))
    return [
        each.model_copy(update={"values": tuple(filter(_may_be_true, each.values))})
        for each in ordered
    ]


def _may_be_true(point: Point) -> bool:
    told = (point.value or 0.0, point.comparison_value or 0.0)
    return of_epoch(point.timestamp / _MILLISECONDS) is not None and all(map(is_sane, told))


def listing(found: TimeSeries, asked: Asked, *, fence: Fence, now: datetime) -> Answer:
    """Show series side by side, in Sentry's order; the rest group last."""
    shown = in_order(found)
    query = _said(asked)
    if not shown:
        hint = "Widen or leave out: query, project, environment, period."
        return Answer("\n".join(["No series.", *query, hint]), data=found)
    lines = [
        f"{counted(len(shown), 'series', 'series')} of {name(asked.dataset)}{_interval(shown)}",
        *query,
        fence.block([table(_headers(asked, shown), [_row(each, asked, now) for each in shown])]),
        *_remarks(shown, asked),
    ]
    return Answer("\n".join(lines), data=found)


def _headers(asked: Asked, shown: Sequence[Series]) -> list[str]:
    groups = ", ".join(clean(key, limit=_AXIS) for key in asked.group_by)
    axis = shown[0].y_axis if len(asked.axes) == 1 else ""
    label = " · ".join(filter(None, [clean(axis, limit=_AXIS), groups]))
    return [label or "series", "course", *_HEADERS]


def _row(series: Series, asked: Asked, now: datetime) -> list[str]:
    course = sparkline([max(point.value or 0.0, 0.0) for point in _complete(series)])
    it = figures(series)
    label = _label(series, asked)
    if it is None:
        return [label, course or "nothing"]
    return [
        label,
        course,
        "" if it.total is None else _figure(series, it.total),
        _figure(series, it.average),
        _figure(series, min(it.values)),
        _peak(series, it, now),
        _figure(series, it.values[-1]),
        _against(series, it),
        _changed(series, it),
    ]


def _label(series: Series, asked: Asked) -> str:
    axis = series.y_axis if len(asked.axes) > 1 else ""
    if series.meta.is_other:
        group = _REST
    else:
        values = [text_cell(group.key, group.value, limit=_VALUE) for group in series.group_by]
        group = ", ".join(value or "(empty)" for value in values)
    return " · ".join(filter(None, [clean(axis, limit=_AXIS), group])) or "all"


def _peak(series: Series, it: Figures, now: datetime) -> str:
    high = max(range(len(it.values)), key=it.values.__getitem__)
    figure = _figure(series, it.values[high])
    return f"{figure} at {_at(it.points[high], now)}" if it.values[high] else figure


def _against(series: Series, it: Figures) -> str:
    if it.before is None:
        return ""
    if not it.before:
        return "new" if it.now else "same"
    return f"{signed(it.now - it.before, it.before)} from {_figure(series, it.before)}"


def signed(difference: float, whole: float) -> str:
    """Say by how much of it a whole changed: +12%, -0.4%, ±0%."""
    if not difference:
        return "±0%"
    return f"{'+' if difference > 0 else '-'}{percent(abs(difference), abs(whole))}"


def _changed(series: Series, it: Figures) -> str:
    """Say when the level changed, as `start` and `end` of other tools take it, and from what."""
    change = change_point(it.values)
    if change is None:
        return ""
    levels = f"{_figure(series, change.before)} → {_figure(series, change.after)}"
    return f"{_moment(it.points[change.at]):%Y-%m-%dT%H:%MZ} {levels}"


def _figure(series: Series, value: float) -> str:
    return quantity(value, series.meta.value_type, series.meta.value_unit)


def _at(point: Point, now: datetime) -> str:
    return short_date(_moment(point), now)


def _moment(point: Point) -> datetime:
    return datetime.fromtimestamp(point.timestamp / _MILLISECONDS, UTC)


def _complete(series: Series) -> list[Point]:
    return [point for point in series.values if not point.incomplete]


def _says_something(point: Point, *, timed: bool) -> bool:
    return point.sample_count != 0 and not (timed and not point.value)


def _interval(shown: Sequence[Series]) -> str:
    interval = max(each.meta.interval for each in shown)
    return f", interval {span(interval / _MILLISECONDS)}" if interval else ""


def _said(asked: Asked) -> list[str]:
    query = echo(
        axes=", ".join(asked.axes),
        group_by=", ".join(asked.group_by),
        query=asked.query or "(everything)",
        org=asked.org,
        project=", ".join(asked.project),
        environment=", ".join(asked.environment),
        within=asked.within,
        **{"compared with": asked.before},
    )
    return [
        query,
        *filter(None, [name(asked.link, limit=_LINK)]),
        *(name(note, limit=_NOTE) for note in asked.notes),
    ]


def _remarks(shown: Sequence[Series], asked: Asked) -> Iterator[str]:
    left = max(len(each.values) - len(_complete(each)) for each in shown)
    if left:
        verb = "is" if left == 1 else "are"
        yield f"{counted(left, 'bucket')} at the end {verb} incomplete and left out."
    if any(each.meta.data_scanned == "partial" for each in shown):
        yield "Sentry scanned a part of the data only: narrow the period for exact figures."
    compared = (point.comparison_value for each in shown for point in each.values)
    if asked.before and all(value is None for value in compared):
        yield "Sentry gave nothing of the time before to compare with."
