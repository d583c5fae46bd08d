"""Sentry's two limits per caller: requests in a fixed window, and requests at once.

An endpoint that sets a limit of its own has a bucket to itself; all others share one for each
method. https://docs.sentry.io/api/ratelimits/
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from starlette.responses import Response


class Own(NamedTuple):
    """A limit that an endpoint sets for itself: its bucket, and what is allowed."""

    bucket: str
    methods: tuple[str, ...]
    path: re.Pattern[str]
    requests: int
    seconds: int = 1
    concurrent: int = 25


_ORG, _PROJECT = "/api/0/organizations/[^/]+", "/api/0/projects/[^/]+/[^/]+"
_ISSUE = r"/api/0/(?:organizations/[^/]+/)?(?:issues|groups)/[^/]+"


def _own(
    bucket: str, methods: str, path: str, requests: int, *, seconds: int = 1, concurrent: int = 25
) -> Own:
    return Own(
        bucket, tuple(methods.split()), re.compile(f"{path}/"), requests, seconds, concurrent
    )


OWN = (
    _own("issues", "GET", f"{_ORG}/issues", 10),
    _own("issues", "PUT DELETE", f"{_ORG}/issues", 5, seconds=5),
    _own("issues of a project", "GET", f"{_PROJECT}/issues", 3),
    _own("issues of a project", "PUT DELETE", f"{_PROJECT}/issues", 5, seconds=5),
    _own("issue", "GET PUT", _ISSUE, 5),
    _own("issue", "DELETE", _ISSUE, 5, seconds=5),
    _own("issues-stats", "GET", f"{_ORG}/issues-stats", 10),
    _own("event of an issue", "GET", rf"{_ISSUE}/events/[^/]+", 15),
    _own("values of a tag", "GET", rf"{_ISSUE}/tags/[^/]+/values", 150, seconds=60, concurrent=10),
    _own("eventids", "GET", rf"{_ORG}/eventids/[^/]+", 1),
    _own("events of a project", "GET", f"{_PROJECT}/events", 5),
    _own("events", "GET", f"{_ORG}/events", 30, concurrent=15),
    _own("events-timeseries", "GET", f"{_ORG}/events-(?:timeseries|stats)", 30, concurrent=15),
    _own("stats_v2", "GET", f"{_ORG}/stats_v2", 20),
)


@dataclass(slots=True)
class _Window:
    """What is used up of one caller's bucket."""

    reset: int
    used: int = 0


class _Allowed(NamedTuple):
    """A caller's bucket, and what it allows."""

    bucket: str
    requests: int
    seconds: int
    concurrent: int


class Entry(NamedTuple):
    """A request that was counted: in which bucket, the headers of its answer, a refusal if any."""

    bucket: str
    headers: Mapping[str, str]
    refusal: Response | None


class Limits:
    """Counts requests per caller; refuses the surplus only when told to `enforce`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.enforce = False
        self.requests = 40
        self.seconds = 1
        self.concurrent = 25
        self.own: tuple[Own, ...] = OWN
        self._now = now
        self._windows: dict[str, _Window] = {}
        self._running = Counter[str]()

    def lift(self) -> None:
        """Allow as much as anybody could ask for; the headers stay."""
        self.requests = self.concurrent = 1_000_000
        self.own = ()

    def enter(self, caller: str, method: str, path: str) -> Entry:
        """Count a request; refuse it if it is one too many."""
        allowed = self._allowed(caller, method, path)
        window = self._window(allowed)
        window.used += 1
        self._running[allowed.bucket] += 1
        running = self._running[allowed.bucket]
        headers = {
            "X-Sentry-Rate-Limit-Limit": str(allowed.requests),
            "X-Sentry-Rate-Limit-Remaining": str(max(allowed.requests - window.used, 0)),
            "X-Sentry-Rate-Limit-Reset": str(window.reset),
            "X-Sentry-Rate-Limit-ConcurrentLimit": str(allowed.concurrent),
            "X-Sentry-Rate-Limit-ConcurrentRemaining": str(max(allowed.concurrent - running, 0)),
        }
        refusal = self._refusal(allowed, window.used, running) if self.enforce else None
        return Entry(allowed.bucket, headers, refusal)

    def leave(self, bucket: str) -> None:
        """Note that a request is over."""
        self._running[bucket] -= 1

    def _refusal(self, allowed: _Allowed, used: int, running: int) -> Response | None:
        if used > allowed.requests:
            return _too_many(
                "You are attempting to use this endpoint too frequently. "
                f"Limit is {allowed.requests} requests in {allowed.seconds} seconds"
            )
        if running > allowed.concurrent:
            return _too_many(
                "You are attempting to go above the allowed concurrency for this endpoint. "
                f"Concurrency limit is {allowed.concurrent}"
            )
        return None

    def _allowed(self, caller: str, method: str, path: str) -> _Allowed:
        """Find the limit that counts for a request, and the bucket that it counts in."""
        for own in self.own:
            if method in own.methods and own.path.fullmatch(path):
                bucket = f"{caller} {method} {own.bucket}"
                return _Allowed(bucket, own.requests, own.seconds, own.concurrent)
        return _Allowed(f"{caller} {method}", self.requests, self.seconds, self.concurrent)

    def _window(self, allowed: _Allowed) -> _Window:
        now, seconds = int(self._now().timestamp()), allowed.seconds
        window = self._windows.get(allowed.bucket)
        if window is None or window.reset <= now:
            window = self._windows[allowed.bucket] = _Window(now - now % seconds + seconds)
        return window


def _too_many(detail: str) -> Response:
    """Answer 429 with JSON that calls itself HTML and without Retry-After, as Sentry does."""
    return Response(json.dumps({"detail": detail}), 429, media_type="text/html")
