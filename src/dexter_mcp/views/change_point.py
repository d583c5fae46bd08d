"""Where a series changed for good, if it did: Pettitt's test.

The test ranks all values and asks, for each place, how much the ranks before it differ from those
after it: U(k) = 2 (r₁ + … + rₖ) - k (n + 1). The largest |U| marks the change, and
p ≈ 2 exp(-6 U² / (n³ + n²)) says how often chance alone would do as much. Because it knows ranks
alone, one wild value moves nothing, and no shape is assumed. Ties get the mean of their ranks.

A. N. Pettitt, A non-parametric approach to the change-point problem, Applied Statistics 28 (1979).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median
from typing import Final

_CHANCE: Final = 0.01
"""How unlikely a change must be by chance alone: neighbours in a series resemble each other."""
_WORTH: Final = 0.2
"""A smaller part of the larger level is no news."""


@dataclass(frozen=True)
class Change:
    """The first value of the new level, and the medians of both."""

    at: int
    before: float
    after: float


def change_point(values: Sequence[float]) -> Change | None:
    """Find where the level of a series changed, or nothing where it did not change clearly.

    Fewer than sixteen values never suffice.
    """
    size = len(values)
    differences = [
        abs(2 * total - place * (size + 1))
        for place, total in enumerate(accumulate(_ranks(values)[:-1]), 1)
    ]
    largest = max(differences, default=0.0)
    if not largest or 2 * math.exp(-6 * largest**2 / (size**3 + size**2)) > _CHANCE:
        return None
    at = differences.index(largest) + 1
    change = Change(at, _level(values[:at]), _level(values[at:]))
    apart = abs(change.after - change.before)
    return change if apart >= _WORTH * max(abs(change.after), abs(change.before)) > 0 else None


def _level(values: Sequence[float]) -> float:
    """Take the median, or the mean where most values are nothing: events are often rare."""
    return median(values) or sum(values) / len(values)


def _ranks(values: Sequence[float]) -> list[float]:
    """Number the values by size from one; equals share the mean of their numbers."""
    order = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(order, 1)))}
    last = {value: place for place, value in enumerate(order, 1)}
    return [(first[value] + last[value]) / 2 for value in values]
