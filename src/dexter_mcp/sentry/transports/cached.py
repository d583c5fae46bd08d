"""Answer a repeated read from memory for as long as its endpoint says that it stays fresh."""

import time
from dataclasses import dataclass

import httpx2
from cachetools import TLRUCache
from pydantic_core import from_json

from dexter_mcp.sentry.transports.wrapper import Clock, Wrapper, copy_of, identity


@dataclass(frozen=True)
class _Kept:
    response: httpx2.Response
    since: float
    fresh_for: float


Key = tuple[str, str]


class Cached(Wrapper):
    """Keep successful reads, up to `limit` bytes of bodies; a write makes them all stale.

    A request states in seconds, as the extension `fresh_for`, how old an answer may be; an answer
    from memory carries its age in seconds as the extension `age`. Only JSON is kept: a page that
    stands in for Sentry shall not outlast its moment.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        *,
        limit: int = 32 * 2**20,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(inner)
        self._clock = clock
        self._kept = TLRUCache[Key, _Kept](limit, _stale_at, timer=clock, getsizeof=_size)
        self._writes = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Look in memory first."""
        if request.method != "GET":
            return await self._write(request)
        fresh_for = float(request.extensions.get("fresh_for", 0))
        kept = self._kept.get(identity(request))
        if kept and (age := self._clock() - kept.since) < fresh_for:
            return copy_of(kept.response, {"age": age})
        writes = self._writes
        response = await self._inner.handle_async_request(request)
        if fresh_for and response.is_success and writes == self._writes:
            await response.aread()
            self._keep(identity(request), _Kept(copy_of(response), self._clock(), fresh_for))
        return response

    async def _write(self, request: httpx2.Request) -> httpx2.Response:
        """Forget everything afterwards: also what is being read meanwhile, by counting writes."""
        try:
            return await self._inner.handle_async_request(request)
        finally:
            self._writes += 1
            self._kept.clear()

    def _keep(self, key: Key, kept: _Kept) -> None:
        if _size(kept) <= self._kept.maxsize and _is_json(kept.response.content):
            self._kept[key] = kept


def _stale_at(_: Key, kept: _Kept, now: float) -> float:
    return now + kept.fresh_for


def _size(kept: _Kept) -> int:
    return len(kept.response.content)


def _is_json(body: bytes) -> bool:
    try:
        from_json(body)
    except ValueError:
        return False
    return True
