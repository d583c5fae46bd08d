"""What a chart shows: figures with their names, and how to write them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

Write = Callable[[float], str]


@dataclass(frozen=True)
class Line:
    """Values at the moments of its chart; where there is none, the line is broken.

    `muted` is for what others are seen against: the time before, or all the rest.
    """

    label: str
    values: tuple[float | None, ...]
    muted: bool = False


@dataclass(frozen=True)
class Panel:
    """Lines on one scale. `steps` are distances of ticks that read well, `unit` a last resort."""

    label: str
    lines: tuple[Line, ...]
    write: Write
    steps: Sequence[float] = ()
    unit: str = ""

    @property
    def known(self) -> list[float]:
        """Give all values of all lines."""
        return [value for line in self.lines for value in line.values if value is not None]


@dataclass(frozen=True)
class TimeChart:
    """Panels one below the other, over the same moments in UTC."""

    title: str
    subtitle: str
    moments: tuple[datetime, ...]
    panels: tuple[Panel, ...]

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not any(panel.known for panel in self.panels)


@dataclass(frozen=True)
class Bar:
    """A row: a value for each name of its chart, how it is written, and a remark beside it."""

    label: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class BarChart:
    """Rows of bars, on one scale, or each row on its own where their units differ.

    `names` tell the bars of a row apart; `measure` says what all of them show.
    """

    title: str
    subtitle: str
    measure: str
    names: tuple[str, ...]
    rows: tuple[Bar, ...]
    own_scales: bool = False

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not any(value is not None for row in self.rows for value in row.values)


Chart = TimeChart | BarChart
