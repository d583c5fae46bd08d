"""Where ticks stand: at values and moments that people count in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from dexter_mcp.charts.model import Panel

_TICKS: Final = 4
_MOMENTS: Final = 7
_LEAST: Final = 1e-12
"""A range that is smaller holds but zero, as far as anyone can see."""
_DAY: Final = 86_400
_TIME_STEPS: Final = (
    *(1, 5, 15, 30, 60, 300, 900, 1_800),
    *(3_600, 7_200, 10_800, 21_600, 43_200),
    *(_DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY, 91 * _DAY, 364 * _DAY),
)
_EPOCH: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""A Monday, so that ticks a week apart stand on Mondays."""
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


@dataclass(frozen=True)
class Scale:
    """From a lowest to a highest value, with the ticks between."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def part(self, value: float) -> float:
        """Say how far up a value stands, from nought to one."""
        return (value - self.low) / (self.high - self.low)


def of_values(panel: Panel) -> Scale:
    """Make a scale that holds all values of a panel, and zero."""
    known = panel.known
    low, high = min([0.0, *known]), max([0.0, *known])
    if high - low < _LEAST:
        high = low + 1.0
    step = _step((high - low) / _TICKS, panel.steps)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = [step * number for number in range(first, last + 1)]
    return Scale(ticks[0], ticks[-1], tuple(zip(ticks, _written(ticks, panel), strict=True)))


def _step(least: float, preferred: Sequence[float]) -> float:
    if fitting := [step for step in preferred if step >= least > preferred[0] / 2]:
        return fitting[0]
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * part for part in (1, 2, 5, 10) if power * part >= least * (1 - 1e-9))


def _written(ticks: Sequence[float], panel: Panel) -> list[str]:
    """Write ticks; where rounding makes several alike, with as many digits as it takes."""
    texts = [panel.write(tick) for tick in ticks]
    if len({*texts}) == len(texts):
        return texts
    return [f"{tick:.3g} {panel.unit}".rstrip() for tick in ticks]


def of_moments(first: datetime, last: datetime) -> list[tuple[datetime, str]]:
    """Choose moments between two, and write them: the hour, and the day where a new one begins."""
    seconds = (last - first).total_seconds()
    fitting = [step for step in _TIME_STEPS if seconds / step <= _MOMENTS]
    step = fitting[0] if fitting else seconds / _MOMENTS
    number = math.ceil((first - _EPOCH).total_seconds() / step)
    ticks: list[datetime] = []
    while (after := timedelta(seconds=number * step)) <= last - _EPOCH:
        ticks.append(_EPOCH + after)
        number += 1
    return [(moment, _moment(moment, step)) for moment in ticks or [first]]


def _moment(moment: datetime, step: float) -> str:
    day = f"{moment.day} {_MONTHS[moment.month - 1]}"
    if step >= _DAY or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return day
    return f"{moment:%H:%M:%S}" if step < 60 else f"{moment:%H:%M}"  # noqa: PLR2004 - a minute
