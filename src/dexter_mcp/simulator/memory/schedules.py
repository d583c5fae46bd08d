"""When a job is due: crontabs of five fields, and intervals."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dexter_mcp.simulator.telling.story import Json

_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES: Mapping[int, Mapping[str, int]] = MappingProxyType(
    {
        3: {name: at for at, name in enumerate(_MONTHS, 1)},
        4: {name: at for at, name in enumerate(_DAYS)},
    }
)
_NICKNAMES: Mapping[str, str] = MappingProxyType(
    {
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
        "@monthly": "0 0 1 * *",
        "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *",
        "@hourly": "0 * * * *",
    }
)
_HORIZON = 366 * 5
"""Days after which a crontab that never came true never will."""
_SUNDAY = 7
UNITS: Mapping[str, timedelta] = MappingProxyType(
    {
        "minute": timedelta(minutes=1),
        "hour": timedelta(hours=1),
        "day": timedelta(days=1),
        "week": timedelta(days=7),
        "month": timedelta(days=30),
        "year": timedelta(days=365),
    }
)


def crontab(text: str) -> str:
    """Write a crontab out, with single spaces and without nicknames.

    Raises ValueError with Sentry's complaint.
    """
    plain = " ".join(text.split())
    if plain.startswith("@"):
        if plain not in _NICKNAMES:
            raise ValueError("Schedule was not parseable")
        plain = _NICKNAMES[plain]
    if len(plain.split()) > len(_FIELDS):
        raise ValueError("Only 5 field crontab syntax is supported")
    if next(_moments(plain, datetime(2024, 1, 1, tzinfo=UTC)), None) is None:
        raise ValueError("Schedule is invalid")
    return plain


def due(config: Json, last: datetime) -> datetime:
    """Tell when a job is due after it was `last`."""
    schedule = config["schedule"]
    if config.get("schedule_type") == "interval":
        return last + int(schedule[0]) * UNITS[str(schedule[1])]
    zone = ZoneInfo(str(config.get("timezone") or "UTC"))
    return next(_moments(str(schedule), last.astimezone(zone)), last).astimezone(UTC)


def _moments(schedule: str, after: datetime) -> Iterator[datetime]:
    """Go through the moments at which a crontab comes true; there are none if it makes no sense."""
    texts = schedule.lower().split()
    try:
        minutes, hours, days, months, weekdays = (_read(at, text) for at, text in enumerate(texts))
    except ValueError:
        return
    weekdays |= {0} if _SUNDAY in weekdays else set[int]()
    # Where both days are limited, either one will do.
    either = not texts[2].startswith("*") and not texts[4].startswith("*")
    for ahead in range(_HORIZON):
        day = after.date() + timedelta(days=ahead)
        fits = (day.day in days, day.isoweekday() % 7 in weekdays)
        if day.month in months and (any(fits) if either else all(fits)):
            for hour, minute in ((h, m) for h in sorted(hours) for m in sorted(minutes)):
                at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=after.tzinfo)
                if at > after:
                    yield at


def _read(at: int, text: str) -> set[int]:
    return {number for part in text.split(",") for number in _part(at, part)}


def _part(at: int, part: str) -> Sequence[int]:
    span, _, step = part.partition("/")
    least, most = _FIELDS[at]
    first, _, last = span.partition("-")
    low = least if span == "*" else _number(at, first)
    high = most if span == "*" or (step and not last) else _number(at, last or first)
    if not least <= low <= high <= most or int(step or 1) < 1:
        raise ValueError(part)
    return range(low, high + 1, int(step or 1))


def _number(at: int, text: str) -> int:
    names = _NAMES.get(at, {})
    return names[text] if text in names else int(text)
