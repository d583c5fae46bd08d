"""A series as a line of bars.

A bar costs two tokens where a letter costs less than one, so a line is short, and the quiet
stretches that most series consist of are written with the cheapest dot.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from dexter_mcp.views.numbers import is_sane

BARS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"


def sparkline(values: Sequence[float], *, width: int = 12) -> str:
    """Draw a series in at most `width` bars; neighbours are added up where it is longer.

    Heights are relative to the largest value. Nothing (0, or less) is a dot, and anything more
    is at least the lowest bar; an empty series is an empty string. What no one can have measured
    counts for nothing, so that it does not hide the rest.
    """
    points = _gathered([value if is_sane(value) else 0.0 for value in values], width)
    top = max(points, default=0.0)
    return "".join(_bar(point, top) for point in points)


def _gathered(values: Sequence[float], width: int) -> list[float]:
    if len(values) <= width:
        return list(values)
    edges = [len(values) * place // width for place in range(width + 1)]
    return [sum(values[start:end]) for start, end in pairwise(edges)]


def _bar(point: float, top: float) -> str:
    if point <= 0:
        return _NOTHING
    return BARS[max(ceil(point / top * len(BARS)) - 1, 0)]
