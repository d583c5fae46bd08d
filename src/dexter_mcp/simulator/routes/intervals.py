"""Time cut into slots, as the routes that count by the hour answer it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.datastructures import QueryParams

from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.selection import Selection

HOUR = 3_600
DAY = 24 * HOUR
_INTERVAL = re.compile(r"(\d{1,4})([hd])")
_FINE = 3 * DAY
"""The longest time that is cut into hours where nobody says how."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Slots of equal width; `start` and `end` are epoch seconds at the edge of one."""

    start: int
    end: int
    width: int

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.end, self.width))

    def __len__(self) -> int:
        return len(range(self.start, self.end, self.width))

    def slot(self, at: float) -> int:
        """Find the slot that a moment lies in."""
        return self.start + int(at - self.start) // self.width * self.width


def slots(query: QueryParams, selection: Selection) -> Slots:
    """Cut the time asked for into slots, rounded outwards to whole ones."""
    first, last = selection.start.timestamp(), selection.end.timestamp()
    width = _width(query.get("interval") or ("1h" if last - first <= _FINE else "1d"))
    start = int(first // width * width)
    return Slots(start, int(-(-last // width) * width), width)


def _width(text: str) -> int:
    found = _INTERVAL.fullmatch(text)
    width = int(found[1]) * (HOUR if found[2] == "h" else DAY) if found else 0
    if not HOUR <= width <= DAY:
        raise bad_request("The interval has to be between one hour and one day.")
    if DAY % width:
        raise bad_request("The interval should divide one day cleanly.")
    return width
