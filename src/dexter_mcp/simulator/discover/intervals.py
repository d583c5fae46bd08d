"""How wide the slots of a series are."""

import re
from datetime import timedelta

from dexter_mcp.simulator.discover.columns import Dataset
from dexter_mcp.simulator.search.values import SearchError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "": 1}
_WRITTEN = re.compile(r"(\d{1,7})([smhdw]?)")
_OF_ITEMS = (15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 43_200, 86_400)
_DEFAULTS = (
    (timedelta(days=60), 86_400),
    (timedelta(days=30), 14_400),
    (timedelta(days=1, seconds=1), 3_600),
    (timedelta(hours=1, seconds=1), 300),
)
_MOST_SLOTS = 10_000
_MOST_SLOTS_OF_ITEMS = 2_016


def interval(written: str, length: timedelta, dataset: Dataset, top: int) -> int:
    """Read an interval in seconds, `5m` or the like; nonsense means the default.

    Raises `SearchError` with Sentry's text where it makes too many slots, or none that the
    storage of trace items has.
    """
    found = _WRITTEN.fullmatch(written)
    width = int(found[1]) * _UNITS[found[2]] if found else 0
    if not width or (width > length.total_seconds() and not dataset.items):
        width = _default(length)
    if dataset.items and width not in _OF_ITEMS:
        offered = ", ".join(map(str, _OF_ITEMS))
        raise SearchError(f"Invalid interval. Must be one of {offered} seconds.")
    most = _MOST_SLOTS_OF_ITEMS if dataset.items else _MOST_SLOTS // (top or 1)
    if length.total_seconds() / width > most:
        raise SearchError(
            "Your interval and date range would create too many results."
            " Use a larger interval, or a smaller date range."
        )
    return width


def _default(length: timedelta) -> int:
    return next((width for least, width in _DEFAULTS if length >= least), 900)
