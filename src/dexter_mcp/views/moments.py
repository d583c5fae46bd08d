"""Moments and spans of time, as people say them. A datetime without a zone is in UTC."""

from datetime import UTC, datetime

from dexter_mcp.views.numbers import OUT_OF_RANGE, is_sane

_SECOND, _MINUTE, _HOUR, _DAY, _YEAR = 1, 60, 3_600, 86_400, 31_557_600
_AGES = ((_YEAR, "y"), (_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"))
_FINE_YEARS = 2
_MILLISECOND = 0.001


def ago(moment: datetime | None, now: datetime) -> str:
    """Say how long ago a moment was, or how far off it is: "3 min ago", "in 2 h".

    An unknown moment is "unknown"; anything within a minute is "just now".
    """
    if moment is None:
        return "unknown"
    seconds = (_utc(now) - _utc(moment)).total_seconds()
    age = _largest(abs(seconds))
    if not age:
        return "just now"
    return f"{age} ago" if seconds > 0 else f"in {age}"


def of_epoch(seconds: float) -> datetime | None:
    """Read epoch seconds; nothing where there is no such moment."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def exact(moment: datetime | None) -> str:
    """Write a moment to the minute, in UTC: "2026-11-08 10:02 UTC"."""
    return "unknown" if moment is None else f"{_utc(moment):%Y-%m-%d %H:%M} UTC"


def span(seconds: float) -> str:
    """Say how long something took, in at most two units: "320 ms", "4.4 s", "2 h 5 min"."""
    if not is_sane(seconds):
        return OUT_OF_RANGE
    if seconds < 0:
        return f"-{span(-seconds)}"
    if round(seconds) < _MINUTE:
        return _brief(seconds)
    whole = round(seconds)
    units = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (_SECOND, "s"))
    first = next(place for place, (unit, _) in enumerate(units) if whole >= unit)
    (large, large_name), (small, small_name) = (*units[first : first + 2],)
    rest = whole % large // small
    return f"{whole // large} {large_name}" + (f" {rest} {small_name}" if rest else "")


def _brief(seconds: float) -> str:
    if 0 < seconds < _MILLISECOND:
        return "<1 ms"
    if round(seconds, 3) < _SECOND:
        return f"{round(seconds * 1000)} ms"
    return f"{seconds:.1f} s".replace(".0 s", " s")


def _largest(seconds: float) -> str:
    for unit, name in _AGES:
        if seconds >= unit * (_FINE_YEARS if unit == _YEAR else 1):
            return f"{int(seconds // unit)} {name}"
    return ""


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
