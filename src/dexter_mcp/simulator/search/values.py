"""What a search may say about each key, and what its values mean."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

Operator = Literal["=", "!=", ">", ">=", "<", "<="]

STATES = frozenset(
    {
        "archived",
        "archived_forever",
        "archived_until_condition_met",
        "archived_until_escalating",
        "assigned",
        "escalating",
        "for_review",
        "ignored",
        "linked",
        "muted",
        "new",
        "ongoing",
        "regressed",
        "reprocessing",
        "resolved",
        "unassigned",
        "unlinked",
        "unresolved",
    }
)
"""What `is:` may ask for."""

_NUMBER = re.compile(r"(-?[0-9]+(?:\.[0-9]*)?)([kmb]?)", re.IGNORECASE)
_THOUSANDS = {"": 1, "k": 1e3, "m": 1e6, "b": 1e9}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?)(ms|s|min|m|hr|h|day|d|wk|w)", re.IGNORECASE)
_MILLISECONDS = {
    "ms": 1,
    "s": 1e3,
    **dict.fromkeys(("m", "min"), 6e4),
    **dict.fromkeys(("h", "hr"), 36e5),
    **dict.fromkeys(("d", "day"), 864e5),
    **dict.fromkeys(("w", "wk"), 6048e5),
}
_BOOLEAN = {"true": "true", "1": "true", "false": "false", "0": "false"}
_RELATIVE = re.compile(r"([+-])([0-9]+)([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_STAR = re.compile(r"(?<!\\)\*")


class SearchError(ValueError):
    """Sentry's own words about a query that it refuses, without the prefix of the route."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The kinds of the keys of one dialect; every other key is text."""

    states: frozenset[str] = frozenset()
    """What `is:` takes; empty where the dialect has no `is:`."""
    flat: bool = False
    """There is no `AND` and no `OR`, and parentheses are text like any other."""
    numbers: frozenset[str] = frozenset()
    durations: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    booleans: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()

    def compares(self, key: str) -> bool:
        """Tell whether `>` and its like mean something for `key`, or are part of its value."""
        return key in self.numbers | self.durations | self.dates | self.versions

    def read(self, key: str, operator: Operator, value: str) -> str:
        """Check a value and put it in plain form.

        Numbers lose their unit, durations become milliseconds, booleans `true` or `false`.
        Raises `SearchError` where the value is not of the key's kind.
        """
        said = value if operator in {"=", "!="} else operator + value
        if key in self.numbers:
            return _number(key, value, said)
        if key in self.durations:
            return _duration(key, value, said)
        if key in self.dates:
            return _date(key, value, said)
        return _boolean(key, said) if key in self.booleans else value


_EVENT_NUMBERS = frozenset(
    ["project_id", "project.id", "issue.id", "stack.colno", "stack.lineno", "stack.stack_level"]
)
_EVENT_DATES = frozenset(
    ["timestamp", "timestamp.to_hour", "timestamp.to_day", "start", "end", "time", "error.received"]
)
_BOOLEANS = frozenset(
    ["error.handled", "error.unhandled", "error.main_thread", "stack.in_app", "symbolicated_in_app"]
)

EVENT_KEYS = Keys(
    numbers=_EVENT_NUMBERS,
    durations=frozenset({"transaction.duration"}),
    dates=_EVENT_DATES,
    booleans=_BOOLEANS,
    versions=frozenset({"release.version", "release.build"}),
)
ISSUE_KEYS = Keys(
    states=STATES,
    flat=True,
    numbers=_EVENT_NUMBERS | {"timesSeen", "times_seen"},
    durations=EVENT_KEYS.durations,
    dates=_EVENT_DATES
    | {"age", "firstSeen", "first_seen", "lastSeen", "last_seen", "event.timestamp"},
    booleans=_BOOLEANS,
    versions=EVENT_KEYS.versions,
)


def relative(value: str, now: datetime) -> datetime | None:
    """Read `-24h` or `+7d`, both that long ago, or an ISO 8601 date; `None` for anything else.

    The sign is the caller's to heed: `-` asks for what is newer than that, `+` for older.
    """
    if found := _RELATIVE.fullmatch(value):
        return _ago(now, int(found[2][:9]), _UNITS[found[3]])
    if not _ISO.fullmatch(value):
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def matches(pattern: str, text: str) -> bool:
    r"""Compare with wildcards, whatever the case: `*` is any run of characters, `\*` a star."""
    first, *rest = _parts(pattern)
    text = text.casefold()
    if not rest:
        return text == first
    *middle, last = rest
    at, end = len(first), len(text) - len(last)
    if at > end or not (text.startswith(first) and text.endswith(last)):
        return False
    for part in middle:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def has_wildcard(value: str) -> bool:
    """Tell whether a value holds a star that stands for anything."""
    return bool(_STAR.search(value))


def literal(value: str) -> str:
    """Free the stars of a value from their backslashes."""
    return value.replace(r"\*", "*")


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(literal(part) for part in _STAR.split(pattern.casefold()))


def _ago(now: datetime, amount: int, unit: str) -> datetime | None:
    try:
        return now - timedelta(**{unit: amount})
    except OverflowError:
        return None


def _number(key: str, value: str, said: str) -> str:
    found = _NUMBER.fullmatch(value)
    if not found:
        raise SearchError(
            f"{key}: Invalid number: {said}."
            " Expected number then optional k, m, or b suffix (e.g. 500k)."
        )
    return _scaled(found[1], _THOUSANDS[found[2].lower()]) if found[2] else value


def _duration(key: str, value: str, said: str) -> str:
    if _NUMBER.fullmatch(value) and not value.lower().endswith(("k", "m", "b")):
        return value
    found = _DURATION.fullmatch(value)
    if not found:
        raise SearchError(
            f"{key}: Invalid duration: {said}."
            " Expected number followed by duration unit suffix (e.g. 300ms)."
        )
    return _scaled(found[1], _MILLISECONDS[found[2].lower()])


def _boolean(key: str, said: str) -> str:
    if said.lower() not in _BOOLEAN:
        raise SearchError(f"{key}: Invalid boolean: {said}. Expected true, 1, false, or 0.")
    return _BOOLEAN[said.lower()]


def _date(key: str, value: str, said: str) -> str:
    compared = value != said
    known = relative(value, datetime.max.replace(tzinfo=UTC)) is not None
    if not known or (compared and _RELATIVE.fullmatch(value)):
        raise SearchError(
            f"{key}: Invalid date: {said}. Expected +/-duration (e.g. +1h) or ISO 8601-like"
            " (e.g. 2026-08-01T10:00:00.00 or 2026-08-01T10:00:00+00:00)."
        )
    return value


def _scaled(number: str, scale: float) -> str:
    return f"{float(number) * scale:.15g}"
