"""Charts of what other views tell in text. Names in them may be strangers' words, cleaned."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from dexter_mcp.charts.model import Bar, BarChart, Chart, Line, Panel, TimeChart, Write
from dexter_mcp.charts.scale import of_values
from dexter_mcp.sentry.discover import Meta, Row, Rows
from dexter_mcp.sentry.sessions import (
    CRASH_FREE_SESSIONS,
    CRASH_FREE_USERS,
    SESSIONS,
)
from dexter_mcp.sentry.timeseries import Series, TimeSeries
from dexter_mcp.views import discover, release_comparison, timeseries
from dexter_mcp.views.numbers import count, is_sane
from dexter_mcp.views.quantities import plain, quantity
from dexter_mcp.views.releases import VERSION
from dexter_mcp.views.transaction_speed import P50, P95, figure
from dexter_mcp.views.untrusted import clean, name

_LABEL: Final = 60
_SUBTITLE: Final = 240
_THOUSAND: Final = 1000
_LARGE: Final = 10_000
"""From here on a count is written short: a picture is no place for exact figures."""
_TIMES: Final = (1, 2, 5, 10, 15, 30)
_STEPS_OF_SECONDS: Final = (
    *_TIMES,
    *(60 * times for times in _TIMES),
    *(3_600 * times for times in (1, 2, 3, 6, 12, 24, 48, 168)),
)
_STEPS_OF_BYTES: Final = tuple(
    times * 1024.0**power for power in range(1, 6) for times in (1, 2, 5, 10, 20, 50, 100, 200, 500)
)
_SECONDS_OF: Final[Mapping[str, float]] = MappingProxyType(
    {"nanosecond": 1e9, "microsecond": 1e6, "": 1e3, "millisecond": 1e3, "second": 1.0}
)
"""How many of a unit make a second."""


def of_series(found: TimeSeries, asked: timeseries.Asked) -> TimeChart:
    """Draw a panel for each axis, with a line for each group, and the time before if one is alone.

    Buckets that may still grow are left out, as they are from the figures.
    """
    shown = timeseries.in_order(found)
    stamps = sorted({point.timestamp for each in shown for point in each.values})
    by_axis: dict[str, list[Series]] = {}
    for each in shown:
        by_axis.setdefault(each.y_axis, []).append(each)
    grouped = f" by {', '.join(asked.group_by)}" if asked.group_by else ""
    return TimeChart(
        title=clean(f"{', '.join(asked.axes)}{grouped}", limit=_SUBTITLE),
        subtitle=_said(asked),
        moments=tuple(datetime.fromtimestamp(stamp / _THOUSAND, UTC) for stamp in stamps),
        panels=tuple(_panel(axis, series, stamps, asked) for axis, series in by_axis.items()),
    )


def _panel(
    axis: str, series: Sequence[Series], stamps: Sequence[float], asked: timeseries.Asked
) -> Panel:
    kind, unit = series[0].meta.value_type, series[0].meta.value_unit
    lines = [_line(each, stamps, asked) for each in series]
    before = _before(series[0], stamps) if len(series) == 1 and asked.before else ()
    if any(value is not None for value in before):
        lines.append(Line(asked.before, before, muted=True))
    return Panel(
        clean(axis, limit=_LABEL),
        tuple(lines),
        _writer(kind, unit),
        _steps(kind, unit),
        unit or ("millisecond" if kind == "duration" else ""),
    )


def _line(series: Series, stamps: Sequence[float], asked: timeseries.Asked) -> Line:
    it = timeseries.figures(series)
    told = {point.timestamp: point.value for point in it.points} if it else {}
    groups = (discover.text_cell(each.key, each.value, limit=_LABEL) for each in series.group_by)
    label = "others" if series.meta.is_other else ", ".join(each or "(empty)" for each in groups)
    values = tuple(told.get(stamp) for stamp in stamps)
    return Line(label or asked.within, values, muted=series.meta.is_other)


def _before(series: Series, stamps: Sequence[float]) -> tuple[float | None, ...]:
    timed = series.meta.value_type == "duration"
    told = {
        point.timestamp: point.comparison_value
        for point in series.values
        if not (timed and not point.comparison_value) and not point.incomplete
    }
    return tuple(told.get(stamp) for stamp in stamps)


def of_rows(page: Rows, asked: discover.Asked, *, now: datetime) -> BarChart:
    """Draw a bar for each row: the first figure in it, named by the fields before it."""
    measures = [field for field in asked.fields if _is_measured(page.items, field)]
    measure = measures[0] if measures else ""
    names = [field for field in asked.fields if field not in measures]
    kind, unit = page.meta.fields.get(measure, ""), page.meta.units.get(measure, "")
    write = _writer(kind, unit)
    rows = [
        Bar(
            _named(row, names, page.meta, now),
            (value,),
            ("nothing" if value is None else write(value),),
        )
        for row in page.items
        for value in [figure(row.get(measure))]
    ]
    grouped = f" by {', '.join(names)}" if names else ""
    return BarChart(
        title=clean(f"{measure}{grouped}", limit=_SUBTITLE),
        subtitle=_said(asked),
        measure=clean(measure, limit=_LABEL),
        names=(),
        rows=tuple(rows) if measure else (),
    )


def _is_measured(rows: Sequence[Row], field: str) -> bool:
    return "(" in field and any(figure(row.get(field)) is not None for row in rows)


def _named(row: Row, fields: Sequence[str], meta: Meta, now: datetime) -> str:
    cells = (discover.cell(row, field, meta, limit=_LABEL, now=now) for field in fields)
    return ", ".join(each or "(empty)" for each in cells) or "all"


@dataclass(frozen=True)
class _Measure:
    """Something of which less is better, of the newer release and of the older."""

    label: str
    newer: float | None
    older: float | None
    write: Write

    @property
    def can_be_drawn(self) -> bool:
        """Tell whether one of the two is known, and neither is beyond all measure."""
        told = [each for each in (self.newer, self.older) if each is not None]
        return bool(told) and all(map(is_sane, told))

    def bar(self) -> Bar:
        """Make a row of it."""
        pair = (self.newer, self.older)
        texts = tuple("unknown" if each is None else self.write(each) for each in pair)
        return Bar(self.label, pair, texts, self._verdict())

    def _verdict(self) -> str:
        if self.newer is None or self.older is None:
            return ""
        if self.write(self.newer) == self.write(self.older):
            return "same"
        word = "worse" if self.newer > self.older else "better"
        if not self.older:
            return word
        return f"{timeseries.signed(self.newer - self.older, self.older)} {word}"


def of_releases(told: release_comparison.Comparison) -> BarChart:
    """Draw what is better the less there is of it, the newer release above the older."""
    versions = tuple(clean(each.version, limit=VERSION) for each in (told.newer, told.older))
    known = [each for each in _measures(told) if each.can_be_drawn]
    where = ", ".join(filter(None, [told.asked.org, *told.asked.environment]))
    return BarChart(
        title=f"{versions[0]} against {versions[1]}",
        subtitle=name(f"{where}, last {told.asked.period}. Less is better.", limit=_SUBTITLE),
        measure="Each pair of bars has a scale of its own.",
        names=versions,
        rows=tuple(each.bar() for each in known),
        own_scales=True,
    )


def _measures(told: release_comparison.Comparison) -> Iterator[_Measure]:
    newer, older = sides = release_comparison.health_of(told)
    for label, field in (
        ("sessions that crashed", CRASH_FREE_SESSIONS),
        ("users that saw a crash", CRASH_FREE_USERS),
    ):
        yield _Measure(label, _remainder(newer.get(field)), _remainder(older.get(field)), _share)
    errors = [figure(row.get("count()")) for row in told.pick(told.errors)]
    totals = [side.get(SESSIONS) for side in sides]
    rates = [
        _THOUSAND * happened / total if happened is not None and total else None
        for happened, total in zip(errors, totals, strict=True)
    ]
    yield _Measure("errors per 1k sessions", rates[0], rates[1], plain)
    for label, field in (("p50", P50), ("p95", P95)):
        ratio = told.paces.of_same_calls(field)
        yield _Measure(f"{label} of the same calls", ratio, ratio and 1.0, _times)
    yield _Measure("new issues", told.newer.new_groups, told.older.new_groups, count)


def _remainder(rate: float | None) -> float | None:
    return None if rate is None else 1 - rate


def _share(part: float) -> str:
    return f"{100 * part:.2f}%"


def _times(ratio: float) -> str:
    return f"{ratio:.2g} times"


def _writer(kind: str, unit: str) -> Write:
    def write(value: float) -> str:
        if kind in {"integer", "number", ""} and abs(value) >= _LARGE:
            return count(value)
        return quantity(value, kind, unit)

    return write


def _steps(kind: str, unit: str) -> Sequence[float]:
    match kind:
        case "duration" if unit in _SECONDS_OF:
            return [step * _SECONDS_OF[unit] for step in _STEPS_OF_SECONDS]
        case "size" if unit in {"", "byte"}:
            return _STEPS_OF_BYTES
        case _:
            return ()


def _said(asked: timeseries.Asked | discover.Asked) -> str:
    """Say what was asked, below the title."""
    where = ", ".join([asked.org, *asked.project, *asked.environment])
    told = [asked.dataset, asked.query, where, asked.within]
    return name(" · ".join(filter(None, told)), limit=_SUBTITLE)


def for_programs(chart: Chart) -> dict[str, Any]:
    """Give a chart to whoever draws it anew: values, and how each is written."""
    head = {"title": chart.title, "subtitle": chart.subtitle}
    if isinstance(chart, BarChart):
        return {"kind": "bars", **head, **_bars_told(chart)}
    return {
        "kind": "lines",
        **head,
        "moments": [round(moment.timestamp()) for moment in chart.moments],
        "panels": [_panel_told(panel) for panel in chart.panels],
    }


def _bars_told(chart: BarChart) -> dict[str, Any]:
    rows = [
        {"label": row.label, "values": row.values, "texts": row.texts, "note": row.note}
        for row in chart.rows
    ]
    return {
        "measure": chart.measure,
        "names": chart.names,
        "rows": rows,
        "ownScales": chart.own_scales,
    }


def _panel_told(panel: Panel) -> dict[str, Any]:
    lines = [
        {
            "label": line.label,
            "muted": line.muted,
            "values": line.values,
            "texts": ["" if value is None else panel.write(value) for value in line.values],
        }
        for line in panel.lines
    ]
    return {"label": panel.label, "ticks": of_values(panel).ticks, "lines": lines}
