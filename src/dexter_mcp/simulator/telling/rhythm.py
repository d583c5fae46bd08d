"""How the events of a story spread over the time between its first and its last one."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from dexter_mcp.simulator.telling.story import Rhythm


@dataclass(frozen=True, slots=True)
class Span:
    """What a rhythm may go by."""

    days: float
    back: float
    """When a returning story comes back, as a fraction of its span."""


def moments(rhythm: Rhythm, count: int, span: Span, chance: Random) -> list[float]:
    """Place `count` events between 0 (the first) and 1 (the last), in order."""
    if count == 1:
        return [1.0]
    place = _PLACES[rhythm]
    return [0.0, *sorted(place(chance, span) for _ in range(count - 2)), 1.0]


def _steady(chance: Random, _: Span) -> float:
    return chance.random()


def _burst(chance: Random, _: Span) -> float:
    if chance.random() < 0.2:  # noqa: PLR2004 - a background of one in five
        return chance.random()
    return min(max(chance.gauss(0.74, 0.015), 0.0), 1.0)


def _growing(chance: Random, _: Span) -> float:
    return chance.random() ** 0.3


def _fading(chance: Random, _: Span) -> float:
    return 1 - chance.random() ** 0.3


def _returning(chance: Random, span: Span) -> float:
    if chance.random() < 0.4:  # noqa: PLR2004 - two in five happened before it was thought solved
        return chance.random() * span.back * 0.5
    return span.back + (1 - span.back) * chance.random() ** 0.5


def _daily(chance: Random, span: Span) -> float:
    while True:
        place = chance.random()
        if chance.random() < 0.5 + 0.5 * math.cos(2 * math.pi * span.days * (1 - place)):
            return place


_PLACES: Mapping[Rhythm, Callable[[Random, Span], float]] = {
    "steady": _steady,
    "burst": _burst,
    "growing": _growing,
    "fading": _fading,
    "returning": _returning,
    "daily": _daily,
}
