"""Leave a Sentry alone that does nothing but fail."""

import logging
from dataclasses import dataclass
from typing import Literal

import anyio
import httpx2

from dexter_mcp.sentry import wire
from dexter_mcp.sentry.errors import Resting
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports.wrapper import Clock, Wrapper

_log = logging.getLogger("dexter_mcp.sentry")

FAILURES = 5
"""Failed calls in a row after which a breaker opens."""
REST = 15.0
"""Seconds for which it stays open at first; each failed probe doubles them."""
LONGEST_REST = 120.0
SILENCE = 10.0
"""Seconds on the wire after which a call that its caller gave up counts as Sentry's failure."""


@dataclass
class _Breaker:
    failures: int = 0
    rest: float = REST
    open_until: float = float("-inf")
    probing: bool = False

    def state(self, now: float) -> Literal["closed", "open", "probing"]:
        if self.failures < FAILURES:
            return "closed"
        return "open" if now < self.open_until or self.probing else "probing"

    def fail(self, now: float, *, probed: bool) -> None:
        """Count a failure; those that set out before it opened keep it open no longer."""
        opens = self.failures + 1 == FAILURES
        self.failures += 1
        if opens or probed:
            self.open_until = now + self.rest
            self.rest = min(self.rest * 2, LONGEST_REST)

    def close(self) -> None:
        """Forget the failures."""
        self.failures, self.rest = 0, REST


class Guarded(Wrapper):
    """A circuit breaker for each host and class of endpoints.

    It opens after repeated failures and answers at once while it is open; then a single request
    probes whether Sentry is back. A limit that is reached is no failure: Sentry answered.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        pulse: Pulse,
        *,
        clock: Clock = anyio.current_time,
    ) -> None:
        super().__init__(inner)
        self._pulse, self._clock = pulse, clock
        self._breakers: dict[str, _Breaker] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, unless it has proved useless lately.

        Raises:
            Resting: The breaker is open.
        """
        name = f"{request.url.host} {request.extensions.get('bucket', '')}".strip()
        breaker = self._breakers.setdefault(name, _Breaker())
        if (state := breaker.state(self._clock())) == "open":
            self._pulse.count("refused_early")
            raise Resting(request.url.host, max(1.0, breaker.open_until - self._clock()))
        if state == "closed":
            return await self._watched(request, name, breaker)
        breaker.probing = True
        try:
            return await self._watched(request, name, breaker, probes=True)
        finally:
            breaker.probing = False

    async def _watched(
        self, request: httpx2.Request, name: str, breaker: _Breaker, *, probes: bool = False
    ) -> httpx2.Response:
        failed: bool | None = None
        try:
            response = await self._inner.handle_async_request(request)
            failed = wire.is_breakdown(response.status_code)
        except httpx2.RequestError:
            failed = True
            raise
        except anyio.get_cancelled_exc_class():
            failed = request.extensions.get("unanswered", 0.0) >= SILENCE or None
            raise
        else:
            return response
        finally:
            if failed:
                breaker.fail(self._clock(), probed=probes)
            elif failed is not None:
                breaker.close()
            self._tell(name, breaker)

    def _tell(self, name: str, breaker: _Breaker) -> None:
        """Show what it is like, and tell the log when that changes."""
        was_open = name in self._pulse.breakers
        if breaker.failures >= FAILURES:
            self._pulse.breakers[name] = f"open after {breaker.failures} failures"
            if not was_open:
                rest = round(breaker.open_until - self._clock(), 1)
                facts = {"breaker": name, "state": "open", "seconds": rest}
                _log.warning("%(breaker)s fails, and is left alone", facts, extra={"facts": facts})
        elif was_open:
            del self._pulse.breakers[name]
            facts = {"breaker": name, "state": "closed"}
            _log.warning("%(breaker)s answers again", facts, extra={"facts": facts})
