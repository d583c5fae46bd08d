"""A chart of bars that lie: long names fit, and the eye compares lengths from one edge."""

from collections.abc import Sequence
from typing import Final

from dexter_mcp.charts.frame import PAD, WIDTH, Canvas, Key
from dexter_mcp.charts.model import Bar, BarChart
from dexter_mcp.charts.svg import NORMAL, SMALL, element, fitted, text, width
from dexter_mcp.charts.theme import Theme

_THICK: Final = 15
_BETWEEN: Final = 3
_AROUND: Final = 12
_LONGEST: Final = 300
_GAP: Final = 8
_LEAST: Final = 1.5
"""What is there at all can be seen."""


def draw(chart: BarChart, theme: Theme) -> str:
    """Draw a row for each name, the value written at the end of its bar."""
    canvas = Canvas(theme)
    canvas.heading(chart.title, chart.subtitle)
    if len(chart.names) > 1:
        named = enumerate(chart.names)
        canvas.legend([Key(name, _colour(theme, place), block=True) for place, name in named])
    if chart.measure:
        canvas.add(text(chart.measure, PAD, canvas.y + 8, font_size=SMALL, fill=theme.faint))
        canvas.y += 20
    rows = _Rows(canvas, chart)
    for row in chart.rows:
        rows.add(row)
    return canvas.finished(chart.title, f"Bars: {chart.measure}. {chart.subtitle}")


def _colour(theme: Theme, place: int) -> str:
    """Give the first bar of a row the colour, and the one that it is held against none."""
    return theme.muted if place else theme.line(0)


class _Rows:
    """Rows that share their left edge, and their zero."""

    def __init__(self, canvas: Canvas, chart: BarChart) -> None:
        self._canvas, self._chart = canvas, chart
        names = max(width(row.label, NORMAL) for row in chart.rows)
        self._labels = min(names, _LONGEST)
        texts = max(width(each, SMALL) for row in chart.rows for each in row.texts)
        notes = max(width(row.note, SMALL) for row in chart.rows)
        self._left = PAD + self._labels + _GAP
        self._right = WIDTH - PAD - notes - texts - 2 * _GAP

    def add(self, row: Bar) -> None:
        """Draw the bars of a row, one below the other."""
        canvas, theme = self._canvas, self._canvas.theme
        high = len(row.values) * (_THICK + _BETWEEN) - _BETWEEN
        middle = canvas.y + high / 2 + 4
        label = fitted(row.label, NORMAL, self._labels)
        canvas.add(text(label, PAD, middle, fill=theme.text))
        for place, (value, written) in enumerate(zip(row.values, row.texts, strict=True)):
            y = canvas.y + place * (_THICK + _BETWEEN)
            canvas.add(*self._bar(row, value, written, y, _colour(theme, place)))
        if row.note:
            canvas.add(
                text(
                    row.note,
                    WIDTH - PAD,
                    middle,
                    font_size=SMALL,
                    fill=theme.text,
                    text_anchor="end",
                )
            )
        canvas.y += high + _AROUND

    def _bar(
        self, row: Bar, value: float | None, written: str, y: float, colour: str
    ) -> Sequence[str]:
        low, high = self._reach(row)
        zero, end = (self._x(each, low, high) for each in (0.0, value or 0.0))
        long = max(abs(end - zero), _LEAST) if value else 0.0
        box = element("rect", x=min(zero, end), y=y, width=long, height=_THICK, rx=2, fill=colour)
        faint = self._canvas.theme.faint
        edge = element("path", d=f"M{zero:.1f} {y - 2:.1f}v{_THICK + 4}", stroke=faint)
        beside = max(zero, end) + 6
        words = text(written, beside, y + 12, font_size=SMALL, fill=self._canvas.theme.text)
        return [box, edge, words] if value else [edge, words]

    def _reach(self, row: Bar) -> tuple[float, float]:
        rows = [row] if self._chart.own_scales else self._chart.rows
        known = [value for each in rows for value in each.values if value is not None]
        low, high = min(0.0, *known, 0.0), max(0.0, *known, 0.0)
        return (low, high) if low < high else (0.0, 1.0)

    def _x(self, value: float, low: float, high: float) -> float:
        return self._left + (self._right - self._left) * (value - low) / (high - low)
