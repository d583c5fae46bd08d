"""Answer a repeated read from memory while it is fresh, or while Sentry can't answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

import anyio
import httpx2
from cachetools import TLRUCache

from dexter_mcp.sentry import deadline, wire
from dexter_mcp.sentry.errors import RateLimited, Resting
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports.wrapper import Clock, Key, Wrapper, copy_of, identity

STALE_FOR = 15 * 60.0
"""Seconds past its freshness for which an answer is better than none."""
WORTH_WAITING = 15.0
"""Seconds to wait for a newer answer where an older one is at hand."""
TO_ANSWER = 3.0
"""Seconds before the deadline at which even who insists on a newer answer gets the older one."""
OVERHEAD = 1_500
"""Bytes that an answer takes besides its body: headers, URL, the entry itself."""


@dataclass(frozen=True)
class _Kept:
    response: httpx2.Response
    since: float
    fresh_for: float


@dataclass(eq=False)
class _Reading:
    """A read under way, and whether a write has made its answer untrue meanwhile."""

    key: Key
    true: bool = True


class Cached(Wrapper):
    """Keep successful reads, up to `limit` bytes.

    A request states in seconds, as the extension `fresh_for`, how old an answer may be, and as
    `absent_for`, how old a 404 where that is an answer like any other; with the extension
    `refresh` none from memory will do while Sentry answers, with `insist` none at all. A write
    names, as the extension `touches`, what is no longer true, in the words of `wire.is_touched`.
    An answer from memory carries its age in seconds as the extension `age`, and as `stale` why it
    is older than wanted.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        pulse: Pulse,
        *,
        limit: int = 32 * 2**20,
        clock: Clock = anyio.current_time,
    ) -> None:
        super().__init__(inner)
        self._pulse, self._clock = pulse, clock
        self._kept = TLRUCache[Key, _Kept](limit, _gone_at, timer=clock, getsizeof=_size)
        self._reading: set[_Reading] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Look in memory first, and once more if Sentry fails."""
        if request.method != "GET":
            return await self._write(request)
        fresh_for = float(request.extensions.get("fresh_for", 0))
        if not fresh_for:
            return await self._inner.handle_async_request(request)
        kept = self._kept.get(identity(request))
        age = self._clock() - kept.since if kept else 0.0
        if kept is None or request.extensions.get("insist"):
            return await self._read(request, fresh_for)
        if age < min(fresh_for, kept.fresh_for) and not request.extensions.get("refresh"):
            self._pulse.count("cache_hits")
            return copy_of(kept.response, {"age": age})
        return await self._renewed(request, kept, fresh_for)

    async def _renewed(
        self, request: httpx2.Request, kept: _Kept, fresh_for: float
    ) -> httpx2.Response:
        """Ask anew, but not for long, and make do with what is kept if nothing better comes."""
        why = "Sentry does not answer"
        with anyio.move_on_after(_patience(request)):
            try:
                response = await self._read(request, fresh_for)
            except RateLimited as limited:
                why = limited.why
            except (httpx2.RequestError, Resting):
                pass
            else:
                if _is_answer(response):
                    return response
                is_limit = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
                why = RateLimited.why if is_limit else why
        self._pulse.count("stale")
        return copy_of(kept.response, {"age": self._clock() - kept.since, "stale": why})

    async def _read(self, request: httpx2.Request, fresh_for: float) -> httpx2.Response:
        reading = _Reading(identity(request))
        self._reading.add(reading)
        try:
            response = await self._inner.handle_async_request(request)
        finally:
            self._reading.discard(reading)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            self._forget(key for key in self._kept if key[0] == reading.key[0])
        elif response.is_client_error and _is_answer(response):
            self._forget([reading.key])
        absent_for = float(request.extensions.get("absent_for", 0))
        lasts = _lasts(response, fresh_for, absent_for) if reading.true else 0.0
        if lasts:
            self._keep(reading.key, _Kept(copy_of(response), self._clock(), lasts))
        return response

    async def _write(self, request: httpx2.Request) -> httpx2.Response:
        """Forget what is touched, also what is being read meanwhile."""
        try:
            return await self._inner.handle_async_request(request)
        finally:
            touched = request.extensions.get("touches", ("/",))
            self._forget(key for key in self._kept if wire.is_touched(key[1], touched))
            for reading in self._reading:
                reading.true = reading.true and not wire.is_touched(reading.key[1], touched)

    def _forget(self, keys: Iterable[Key]) -> None:
        for key in list(keys):
            self._kept.pop(key, None)

    def _keep(self, key: Key, kept: _Kept) -> None:
        if _size(kept) <= self._kept.maxsize:
            self._kept[key] = kept


def _patience(request: httpx2.Request) -> float:
    """Say how long to wait for a newer answer: who insists on one, almost to the deadline."""
    most = max(0.0, deadline.left() - TO_ANSWER)
    return most if request.extensions.get("refresh") else min(WORTH_WAITING, most)


def _is_answer(response: httpx2.Response) -> bool:
    """Tell Sentry's own word from a breakdown, a limit, or a page that stands in for it."""
    if response.is_success:
        return wire.is_data(response.content)
    return response.status_code not in wire.RETRYABLE and not wire.is_breakdown(
        response.status_code
    )


def _lasts(response: httpx2.Response, fresh_for: float, absent_for: float) -> float:
    """Say for how many seconds an answer may be kept."""
    if response.is_success:
        return fresh_for if wire.is_data(response.content) else 0.0
    return absent_for if response.status_code == HTTPStatus.NOT_FOUND else 0.0


def _gone_at(_: Key, kept: _Kept, now: float) -> float:
    return now + kept.fresh_for + STALE_FOR


def _size(kept: _Kept) -> int:
    return len(kept.response.content) + OVERHEAD
