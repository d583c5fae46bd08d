"""What Sentry's headers tell of its limits, and for how long it wants to be left alone."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

A_WINDOW = 1.0
"""Seconds in which Sentry counts requests, where it does not say when the window ends."""
LONGEST = 3_600.0
"""Seconds: one odd header shall not close a lane for good, nor send anyone away for days."""
_UNTIMED = 60.0
"""Seconds for which a moment is believed in that comes without the clock by which it is meant."""
_DATE_STEP = 2.0
"""Seconds by which a `Date` differs from the time for no other reason than its coarseness."""
_DIGITS = re.compile(r"[0-9]{1,15}")


class Limits(NamedTuple):
    """Where a caller stands: requests left in a window of so many, and at once out of so many.

    `window` is the epoch second, by Sentry's clock, at which the window ends; `ends_in` counts the
    seconds until then, nought where it is over or can't be told. Who uses the same limit from
    elsewhere is counted in.
    """

    left: int | None
    size: int | None
    window: int | None
    ends_in: float
    at_once: int | None
    at_once_left: int | None

    @property
    def under_way(self) -> int | None:
        """How many requests Sentry was answering as this one came in, itself among them."""
        if self.at_once is None or self.at_once_left is None:
            return None
        return self.at_once - self.at_once_left

    def __str__(self) -> str:
        of = "" if self.size is None else f" of {self.size}"
        return f"{self.left}{of} left in the window, {self.at_once or '?'} at once"


def limits(headers: Mapping[str, str], now: float) -> Limits:
    """Read Sentry's rate-limit headers; a self-hosted server sends none. `now` is epoch seconds."""
    window = integer(headers.get("x-sentry-rate-limit-reset"))
    left = 0.0 if window is None else _until(window, headers, now)
    return Limits(
        left=integer(headers.get("x-sentry-rate-limit-remaining")),
        size=integer(headers.get("x-sentry-rate-limit-limit")),
        window=window,
        ends_in=left if left <= _believed(headers) else 0.0,
        at_once=integer(headers.get("x-sentry-rate-limit-concurrentlimit")),
        at_once_left=integer(headers.get("x-sentry-rate-limit-concurrentremaining")),
    )


def pause_asked(headers: Mapping[str, str], now: float) -> float | None:
    """Read how many seconds Sentry asks to wait, an hour at most; `now` is in epoch seconds.

    `Retry-After` comes as seconds or as a date, from proxies; Sentry itself sends only the epoch
    second at which its window ends. Without a `Date` beside it a clock that is wrong on either side
    would make days of it, so that it counts for no more than a minute.
    """
    after = headers.get("retry-after", "")
    if (seconds := integer(after)) is not None:
        return min(float(seconds), LONGEST)
    if after:
        until = _epoch(after)
        return None if until is None else min(_until(until, headers, now), LONGEST)
    window = integer(headers.get("x-sentry-rate-limit-reset"))
    return None if window is None else min(_until(window, headers, now), _believed(headers))


def integer(text: str | None) -> int | None:
    """Read a header that is a whole number."""
    found = _DIGITS.fullmatch((text or "").strip())
    return int(found[0]) if found else None


def _until(moment: float, headers: Mapping[str, str], now: float) -> float:
    """Count the seconds to a moment by Sentry's clock: ours may be wrong by hours."""
    theirs = _epoch(headers.get("date", ""))
    apart = theirs is not None and abs(theirs - now) >= _DATE_STEP
    return max(0.0, moment - (theirs if theirs is not None and apart else now))


def _believed(headers: Mapping[str, str]) -> float:
    """Say how far off the end of a window may be."""
    return LONGEST if _epoch(headers.get("date", "")) is not None else _UNTIMED


def _epoch(date: str) -> float | None:
    """Read an HTTP date; one without a zone is UTC."""
    try:
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
