"""Equal reads in flight are one request."""

import math
from dataclasses import dataclass, field

import anyio
import httpx2

from dexter_mcp.sentry import deadline, wire
from dexter_mcp.sentry.errors import RateLimited, SentryError
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports.wrapper import Key, Wrapper, copy_of, identity


@dataclass
class _Flight:
    request: httpx2.Request
    landed: anyio.Event = field(default_factory=anyio.Event)
    response: httpx2.Response | None = None
    failure: httpx2.RequestError | SentryError | None = None

    def result(self) -> httpx2.Response | None:
        """Give what every passenger gets, or `None` if a passenger must ask itself.

        Raises:
            RequestError: The leader's failure.
            SentryError: Likewise.
        """
        if self._wait_refused() < deadline.left():
            return None
        if self.failure:
            raise self.failure
        return self.response and copy_of(self.response, {**self.response.extensions, "age": 0.0})

    def _wait_refused(self) -> float:
        """Give the seconds that were too long for the leader to wait, but may suit another."""
        if isinstance(self.failure, RateLimited):
            return self.failure.retry_after or 0.0
        return float(self.request.extensions.get("wait_refused", math.inf))


class Coalesced(Wrapper):
    """Let later callers of the same read wait for the first one's answer.

    When the first caller is cancelled, the next one in line asks in its place; so does who has time
    for a wait that was too long for the first. Who reads after a write joins nobody who set out
    before it to read what it touched. An answer that was another's carries the extension `age`.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, pulse: Pulse) -> None:
        super().__init__(inner)
        self._pulse = pulse
        self._flights: dict[Key, _Flight] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Join the flight that is under way, or start one."""
        if request.method != "GET":
            return await self._write(request)
        key = identity(request)
        while flight := self._flights.get(key):
            await flight.landed.wait()
            if response := flight.result():
                self._pulse.count("coalesced")
                return response
        return await self._lead(request, key)

    async def _write(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await self._inner.handle_async_request(request)
        finally:
            touched = request.extensions.get("touches", ("/",))
            for key in [key for key in self._flights if wire.is_touched(key[1], touched)]:
                del self._flights[key]

    async def _lead(self, request: httpx2.Request, key: Key) -> httpx2.Response:
        flight = self._flights[key] = _Flight(request)
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx2.RequestError, SentryError) as failure:
            flight.failure = failure
            raise
        else:
            flight.response = response
            return response
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.landed.set()
