"""When a job shall be due, as people say it: a crontab, or `every 10 minutes`; pure."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import available_timezones

from dexter_mcp.sentry.errors import Invalid

NICKNAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
        "@monthly": "0 0 1 * *",
        "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *",
        "@hourly": "0 * * * *",
    }
)
"""What Sentry writes out."""

_EVERY: Final = re.compile(
    r"every\s+(?:(?P<count>\d{1,6})\s*)?(?P<unit>min|minute|h|hour|day|week|month|year)s?",
    re.IGNORECASE,
)
_UNITS: Final = {"min": "minute", "h": "hour"}
_FIELDS: Final = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
)
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMED: Final[Mapping[str, Sequence[str]]] = {"month": _MONTHS, "day of the week": _DAYS}
_PART: Final = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>[1-9]\d{0,2}))?")


def schedule(text: str) -> Mapping[str, Any]:
    """Read when a job is due, as the two fields of a monitor's configuration.

    Raises:
        Invalid: It is neither a crontab of five fields nor `every` and a span.
    """
    said = " ".join(text.split())
    if often := _EVERY.fullmatch(said):
        count, unit = int(often["count"] or 1), often["unit"].lower()
        if not count:
            raise Invalid(f"`schedule` {said!r}: a job can't be due every 0 {unit}s.")
        return {"schedule_type": "interval", "schedule": [count, _UNITS.get(unit, unit)]}
    plain = NICKNAMES.get(said.lower(), said)
    fields = plain.split(" ")
    if len(fields) != len(_FIELDS):
        raise Invalid(
            f"`schedule` {said[:80]!r} is neither a crontab of five fields, such as 0 2 * * *, nor "
            "a span, such as every 10 minutes."
        )
    for value, (called, least, most) in zip(fields, _FIELDS, strict=True):
        _check(value, called, least, most)
    return {"schedule_type": "crontab", "schedule": plain}


def timezone(text: str) -> str:
    """Read a time zone of the tz database.

    Raises:
        Invalid: There is none of that name; the message names those that come close.
    """
    known = available_timezones()
    if text in known or not known:
        return text
    plain = {zone.lower(): zone for zone in known}
    if found := plain.get(text.strip().replace(" ", "_").lower()):
        return found
    cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(known)}
    wanted = text.strip().replace(" ", "_").lower()
    close = [cities[each] for each in get_close_matches(wanted, cities, n=2, cutoff=0.8)]
    close = close or [plain[each] for each in get_close_matches(wanted, plain, n=3)]
    hint = f" Did you mean {' or '.join(close)}?" if close else " Such as Europe/Oslo."
    raise Invalid(f"There is no time zone {text[:80]!r}.{hint}")


def _check(value: str, called: str, least: int, most: int) -> None:
    for part in value.split(","):
        found = _PART.fullmatch(part)
        numbers = (
            [_number(each, called) for each in (found["first"], found["last"])] if found else []
        )
        inside = all(each is None or least <= each <= most for each in numbers)
        if not (found and inside):
            raise Invalid(
                f"`schedule`: {part[:40]!r} is no {called}; that is {least} to {most}, *, a range, "
                "or a step such as */5."
            )


def _number(text: str | None, called: str) -> int | None:
    """Read a number or a name; -1 stands for what is neither."""
    if text is None:
        return None
    names = _NAMED.get(called, ())
    if text.lower() in names:
        return names.index(text.lower()) + (called == "month")
    return int(text) if text.isdecimal() else -1
