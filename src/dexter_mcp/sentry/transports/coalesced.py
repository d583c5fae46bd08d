"""Equal reads in flight are one request."""

from dataclasses import dataclass, field

import anyio
import httpx2

from dexter_mcp.sentry.transports.wrapper import Wrapper, copy_of, identity


@dataclass
class _Flight:
    landed: anyio.Event = field(default_factory=anyio.Event)
    response: httpx2.Response | None = None
    failure: httpx2.RequestError | None = None


class Coalesced(Wrapper):
    """Let later callers of the same read wait for the first one's answer.

    When the first caller is cancelled, the next one in line asks in its place. Who reads after a
    write joins nobody who set out before it.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        super().__init__(inner)
        self._flights: dict[tuple[str, str], _Flight] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Join the flight that is under way, or start one."""
        if request.method != "GET":
            return await self._write(request)
        while flight := self._flights.get(identity(request)):
            await flight.landed.wait()
            if flight.failure:
                raise flight.failure
            if flight.response:
                return copy_of(flight.response)
        return await self._lead(request)

    async def _write(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await self._inner.handle_async_request(request)
        finally:
            self._flights.clear()

    async def _lead(self, request: httpx2.Request) -> httpx2.Response:
        flight = self._flights[identity(request)] = _Flight()
        try:
            response = await self._inner.handle_async_request(request)
            await response.aread()
        except httpx2.RequestError as failure:
            flight.failure = failure
            raise
        else:
            flight.response = response
            return copy_of(response)
        finally:
            if self._flights.get(identity(request)) is flight:
                del self._flights[identity(request)]
            flight.landed.set()
