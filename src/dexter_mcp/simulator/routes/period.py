"""The span of time that a request asks about."""

import re
from datetime import UTC, datetime, timedelta

from starlette.datastructures import QueryParams

RETENTION = timedelta(days=90)

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "": 1}


class PeriodError(ValueError):
    """Says in Sentry's words what is wrong with a span."""


def period(query: QueryParams, now: datetime) -> tuple[datetime, datetime]:
    """Read the start and the end that a query string asks for; `statsPeriod` wins.

    Raises PeriodError.
    """
    if asked := query.get("statsPeriod"):
        return _clamped(now - _length(asked), now), now
    if asked := query.get("statsPeriodStart"):
        until = now - _length(query.get("statsPeriodEnd") or "0s", "statsPeriodEnd")
        return _clamped(now - _length(asked, "statsPeriodStart"), now), until
    return _absolute(query.get("start") or "", query.get("end") or "", now)


def _absolute(first: str, last: str, now: datetime) -> tuple[datetime, datetime]:
    if not first and not last:
        return now - RETENTION, now
    if not first or not last:
        raise PeriodError("start and end are both required")
    start, end = _moment(first), _moment(last)
    if start > end:
        raise PeriodError("start must be before end")
    return _clamped(start, now), end


def _length(text: str, name: str = "statsPeriod") -> timedelta:
    found = re.fullmatch(r"(\d{1,6})([smhdw]?)", text)
    if not found:
        raise PeriodError(f"Invalid {name}: '{text}'")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise PeriodError(f"{text} is not a valid ISO8601 date query") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _clamped(start: datetime, now: datetime) -> datetime:
    return max(start, now - RETENTION)
