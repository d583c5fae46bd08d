"""Space requests evenly."""

import time

import anyio
import httpx2

from dexter_mcp.sentry.transports.wrapper import Clock, Sleep, Wrapper


class Throttled(Wrapper):
    """Send at most `per_second` requests, first come, first served."""

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        per_second: float,
        *,
        clock: Clock = time.monotonic,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        super().__init__(inner)
        self._interval, self._clock, self._sleep = 1 / per_second, clock, sleep
        self._free_at = float("-inf")

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Wait for a free slot, then send."""
        now = self._clock()
        slot = max(now, self._free_at)
        self._free_at = slot + self._interval
        if slot > now:
            await self._sleep(slot - now)
        return await self._inner.handle_async_request(request)
