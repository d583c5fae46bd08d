"""A chart of lines over time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from dexter_mcp.charts.frame import PAD, WIDTH, Canvas, Key, dash
from dexter_mcp.charts.model import Line, Panel, TimeChart
from dexter_mcp.charts.scale import Scale, of_moments, of_values
from dexter_mcp.charts.svg import SMALL, element, text, width
from dexter_mcp.charts.theme import Theme

_ALONE: Final = 240
_BESIDE_OTHERS: Final = 150
_DOTS: Final = 30
"""Up to so many moments each value has a dot."""
_MUTED_DASH: Final = "4 4"

_Place = tuple[float, float]


def draw(chart: TimeChart, theme: Theme) -> str:
    """Draw panels one below the other, with the time below the last."""
    canvas = Canvas(theme)
    canvas.heading(chart.title, chart.subtitle)
    scales = [of_values(panel) for panel in chart.panels]
    labels = [label for scale in scales for _, label in scale.ticks]
    left = PAD + 8 + max(width(label, SMALL) for label in labels)
    high = _ALONE if len(chart.panels) == 1 else _BESIDE_OTHERS
    for panel, scale in zip(chart.panels, scales, strict=True):
        _head(canvas, panel, several=len(chart.panels) > 1)
        _Plot(canvas, chart.moments, scale, left, high).panel(panel)
    _time(canvas, chart.moments, left)
    about = ", ".join(panel.label for panel in chart.panels)
    return canvas.finished(chart.title, f"Lines over time: {about}. {chart.subtitle}")


def styles(lines: Sequence[Line], theme: Theme) -> list[tuple[str, str]]:
    """Give each line its colour and its dashes."""
    places = iter(range(len(lines)))
    return [
        (theme.muted, _MUTED_DASH)
        if line.muted
        else (theme.line(place := next(places)), dash(place))
        for line in lines
    ]


def _head(canvas: Canvas, panel: Panel, *, several: bool) -> None:
    if several:
        canvas.add(text(panel.label, PAD, canvas.y + 10, fill=canvas.theme.text))
        canvas.y += 20
    if len(panel.lines) > 1 or not several:
        drawn = zip(panel.lines, styles(panel.lines, canvas.theme), strict=True)
        canvas.legend([Key(line.label, *style) for line, style in drawn])


class _Plot:
    """The rectangle in which lines are drawn."""

    def __init__(
        self, canvas: Canvas, moments: Sequence[datetime], scale: Scale, left: float, high: float
    ) -> None:
        self._canvas, self._scale = canvas, scale
        self._top, self._high = canvas.y + 4, high
        self._x = [_across(moment, moments, left) for moment in moments]
        self._left = left

    def panel(self, panel: Panel) -> None:
        self._grid()
        if not panel.known:
            self._canvas.add(self._said("nothing in this time"))
        drawn = list(zip(panel.lines, styles(panel.lines, self._canvas.theme), strict=True))
        alone = sum(not line.muted for line in panel.lines) == 1
        for line, (colour, dashes) in sorted(drawn, key=lambda each: not each[0].muted):
            self._canvas.add(*self._line(line, colour, dashes, filled=alone and not line.muted))
        self._canvas.y = self._top + self._high + 14

    def _grid(self) -> None:
        theme = self._canvas.theme
        for value, label in self._scale.ticks:
            y = self._y(value)
            colour = theme.muted if value == 0 else theme.grid
            right = WIDTH - PAD
            self._canvas.add(
                element("path", d=f"M{self._left:.1f} {y:.1f}H{right}", stroke=colour),
                text(
                    label,
                    self._left - 6,
                    y + 4,
                    font_size=SMALL,
                    fill=theme.faint,
                    text_anchor="end",
                ),
            )

    def _said(self, words: str) -> str:
        middle = (self._left + WIDTH - PAD) / 2
        y, colour = self._top + self._high / 2, self._canvas.theme.faint
        return text(words, middle, y, fill=colour, text_anchor="middle")

    def _y(self, value: float) -> float:
        return self._top + self._high * (1 - self._scale.part(value))

    def _line(self, line: Line, colour: str, dashes: str, *, filled: bool) -> Iterator[str]:
        places = [
            None if value is None else (x, self._y(value))
            for x, value in zip(self._x, line.values, strict=True)
        ]
        dotted = len(places) <= _DOTS and not line.muted
        if len(runs := _runs(places)) > 1:
            yield _bridge([place for run in runs for place in run], colour)
        for run in runs:
            dots = run if dotted or len(run) == 1 else []
            if len(run) > 1:
                if filled:
                    yield self._area(run, colour)
                yield _stroke(run, colour, dashes)
            for x, y in dots:
                yield element("circle", cx=x, cy=y, r=3, fill=colour)

    def _area(self, run: Sequence[_Place], colour: str) -> str:
        floor = self._y(0)
        path = f"{_path(run)}L{run[-1][0]:.1f} {floor:.1f}L{run[0][0]:.1f} {floor:.1f}Z"
        return element("path", d=path, fill=colour, fill_opacity="0.12")


def _runs(places: Sequence[_Place | None]) -> list[list[_Place]]:
    """Part places where one is missing."""
    parted = groupby(places, key=lambda place: place is not None)
    return [[place for place in run if place] for there, run in parted if there]


def _bridge(places: Sequence[_Place], colour: str) -> str:
    """Lead the eye over gaps, too faintly to be taken for values."""
    return element(
        "path", d=_path(places), fill="none", stroke=colour, stroke_width=1, stroke_opacity="0.35"
    )


def _path(run: Sequence[_Place]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in run)


def _stroke(run: Sequence[_Place], colour: str, dashes: str) -> str:
    dashed = {"stroke_dasharray": dashes} if dashes else {}
    return element(
        "path",
        d=_path(run),
        fill="none",
        stroke=colour,
        stroke_width=2,
        stroke_linejoin="round",
        **dashed,
    )


def _across(moment: datetime, moments: Sequence[datetime], left: float) -> float:
    """Place a moment; one that is alone stands in the middle."""
    whole = (moments[-1] - moments[0]).total_seconds()
    part = (moment - moments[0]).total_seconds() / whole if whole else 0.5
    return left + 6 + (WIDTH - PAD - left - 12) * part


def _time(canvas: Canvas, moments: Sequence[datetime], left: float) -> None:
    theme, y = canvas.theme, canvas.y
    for moment, label in of_moments(moments[0], moments[-1]):
        x = _across(moment, moments, left)
        canvas.add(
            element("path", d=f"M{x:.1f} {y - 14:.1f}v5", stroke=theme.muted),
            text(label, x, y + 4, font_size=SMALL, fill=theme.faint, text_anchor="middle"),
        )
    canvas.add(
        text(
            "time (UTC)", WIDTH - PAD, y + 20, font_size=SMALL, fill=theme.faint, text_anchor="end"
        )
    )
    canvas.y = y + 22
