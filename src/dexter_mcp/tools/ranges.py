"""The time range that a model gave, checked before anything is sent."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from dexter_mcp.sentry.errors import Invalid

_UNITS = "smhdw"
_PERIOD = re.compile(rf"[0-9]{{1,5}}[{_UNITS}]")


class TimeRange(NamedTuple):
    """Either a period that ends now, or a start and an end in UTC; never both."""

    period: str
    start: str
    end: str

    def __str__(self) -> str:
        if self.start:
            return f"{self.start} to {self.end} UTC"
        return f"last {self.period}" if self.period else ""


def time_range(period: str, start: str, end: str) -> TimeRange:
    """Let `start` and `end` win over `period`; to Sentry, it would be the other way round.

    Raises:
        Invalid: The period is none, only one of the two was given, one is no time, or they are
            the wrong way round.
    """
    if not (start or end):
        return TimeRange(_period(period), "", "")
    if not (start and end):
        raise Invalid("`start` and `end` belong together: give both, or `period` alone.")
    first, last = _time(start, "start"), _time(end, "end")
    if first >= last:
        raise Invalid(f"`start` ({first} UTC) must be before `end` ({last} UTC).")
    return TimeRange("", first, last)


def _period(text: str) -> str:
    if text and not _PERIOD.fullmatch(text):
        raise Invalid(
            f"`period` is a number and a unit ({', '.join(_UNITS)}), such as 24h or 14d, not "
            f"{text[:40]!r}. For other ranges give `start` and `end`."
        )
    return text


def _time(text: str, name: str) -> str:
    """Write a time in UTC to the second, so that texts compare as the times that they tell."""
    try:
        moment = datetime.fromisoformat(text)
        there = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError) as error:
        raise Invalid(
            f"`{name}` is no time: {text[:40]!r}. Give ISO 8601, such as 2026-08-12T09:00:00Z."
        ) from error
    return there.replace(tzinfo=None).isoformat(timespec="seconds")
