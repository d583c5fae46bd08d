"""Numbers of an events query: what Sentry says of their type and unit decides how they read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dexter_mcp.views.moments import span
from dexter_mcp.views.numbers import OUT_OF_RANGE, is_sane, percent, size

_SECONDS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "nanosecond": 1e-9,
        "microsecond": 1e-6,
        "millisecond": 1e-3,
        "second": 1.0,
        "minute": 60.0,
        "hour": 3_600.0,
        "day": 86_400.0,
        "week": 604_800.0,
    }
)
_BYTES: Final[Mapping[str, float]] = MappingProxyType(
    {
        "bit": 0.125,
        "byte": 1.0,
        **{f"{name}byte": 1000.0**power for power, name in enumerate(("kilo", "mega", "giga"), 1)},
        **{f"{name}byte": 1024.0**power for power, name in enumerate(("kibi", "mebi", "gibi"), 1)},
    }
)
_RATES: Final = MappingProxyType({"1/second": "/s", "1/minute": "/min", "1/hour": "/h"})
_EXACT: Final = 1000
"""From here on decimals tell nothing."""


def quantity(number: float, kind: str, unit: str) -> str:
    """Write a number as its kind asks.

    A duration is in milliseconds and a size in bytes unless `unit` says otherwise; a percentage is
    a part of one. A whole number is written in full: its digits cost less than a rounded one. What
    nobody can have measured is said to be out of range.
    """
    if not is_sane(number):
        return OUT_OF_RANGE
    match kind:
        case "duration":
            return span(number * _SECONDS.get(unit, _SECONDS["millisecond"]))
        case "size":
            return size(number * _BYTES.get(unit, 1.0))
        case "percentage" | "percent_change":
            return percent(number, 1.0)
        case "rate":
            return plain(number) + _RATES.get(unit, "")
        case _:
            return plain(number)


def plain(number: float) -> str:
    """Write a number with three digits that tell something; a whole one in full.

    >>> plain(182), plain(0.12345), plain(12.5), plain(1234.6)
    ('182', '0.123', '12.5', '1235')
    """
    if not is_sane(number):
        return OUT_OF_RANGE
    if number == int(number):
        return str(int(number))
    return f"{number:.3g}" if abs(number) < _EXACT else f"{number:.0f}"
