"""Sentry's two limits per caller: requests in a fixed window, and requests at once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

_WINDOWS: Mapping[str, tuple[str, int, int]] = {
    "GET /events/": ("events", 30, 1),
    "GET /events-timeseries/": ("events-timeseries", 30, 1),
}
"""Own limits of some endpoints (by method and last segment): bucket, requests, seconds."""


@dataclass(slots=True)
class _Window:
    """What is used up of one caller's bucket."""

    reset: int
    used: int = 0


class Limits:
    """Counts requests per caller; refuses the surplus only when told to `enforce`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.enforce = False
        self.requests = 40
        self.seconds = 1
        self.concurrent = 25
        self._now = now
        self._windows: dict[str, _Window] = {}
        self._running: dict[str, int] = {}

    def enter(self, caller: str, method: str, path: str) -> tuple[dict[str, str], Response | None]:
        """Count a request; give the headers of its answer, and a refusal if it is one too many."""
        bucket, allowed, seconds = self._bucket(caller, method, path)
        window = self._window(bucket, seconds)
        window.used += 1
        self._running[caller] = running = self._running.get(caller, 0) + 1
        headers = {
            "X-Sentry-Rate-Limit-Limit": str(allowed),
            "X-Sentry-Rate-Limit-Remaining": str(max(allowed - window.used, 0)),
            "X-Sentry-Rate-Limit-Reset": str(window.reset),
            "X-Sentry-Rate-Limit-ConcurrentLimit": str(self.concurrent),
            "X-Sentry-Rate-Limit-ConcurrentRemaining": str(max(self.concurrent - running, 0)),
        }
        if not self.enforce:
            return headers, None
        if window.used > allowed:
            return headers, _too_many(
                "You are attempting to use this endpoint too frequently. "
                f"Limit is {allowed} requests in {seconds} seconds"
            )
        if running > self.concurrent:
            return headers, _too_many(
                "You are attempting to go above the allowed concurrency for this endpoint. "
                f"Concurrency limit is {self.concurrent}"
            )
        return headers, None

    def leave(self, caller: str) -> None:
        """Note that a request is over."""
        self._running[caller] -= 1

    def _bucket(self, caller: str, method: str, path: str) -> tuple[str, int, int]:
        own = _WINDOWS.get(f"{method} /{path.rstrip('/').rpartition('/')[2]}/")
        if own is None or "/issues/" in path:
            return f"{caller} {method}", self.requests, self.seconds
        name, allowed, seconds = own
        return f"{caller} {method} {name}", allowed, seconds

    def _window(self, bucket: str, seconds: int) -> _Window:
        now = int(self._now().timestamp())
        window = self._windows.get(bucket)
        if window is None or window.reset <= now:
            window = self._windows[bucket] = _Window(now - now % seconds + seconds)
        return window


def _too_many(detail: str) -> Response:
    """Answer 429 with JSON that calls itself HTML and without Retry-After, as Sentry does."""
    return Response(json.dumps({"detail": detail}), 429, media_type="text/html")
