"""Try again when it may help and can do no harm."""

import time

import anyio
import httpx2
from tenacity import AsyncRetrying, RetryCallState, stop_after_attempt, wait_random_exponential

from dexter_mcp.sentry import wire
from dexter_mcp.sentry.transports.wrapper import Clock, Sleep, Wrapper

_NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
"""Failures before there was a connection."""


class Retried(Wrapper):
    """Repeat what `wire.may_repeat` allows, after as long a pause as Sentry asks for.

    An answer counts once its body has been read. The last attempt stands as it is, so that the
    caller sees Sentry's own answer.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        *,
        attempts: int = 3,
        now: Clock = time.time,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        super().__init__(inner)
        self._attempts, self._now, self._sleep = attempts, now, sleep
        self._backoff = wait_random_exponential(multiplier=0.25, max=4)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, pause, and send again."""
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts),
            wait=self._pause,
            retry=lambda state: self._worth_repeating(request.method, state),
            retry_error_callback=_last_outcome,
            sleep=self._sleep,
        )
        return await retrying(self._attempt, request)

    async def _attempt(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    def _worth_repeating(self, method: str, state: RetryCallState) -> bool:
        response, failure = _outcome(state)
        if failure is not None and not isinstance(failure, httpx2.TransportError):
            return False
        status = response.status_code if response else None
        left = not isinstance(failure, _NEVER_LEFT)
        return wire.may_repeat(method, status, left=left) and self._asked(state) <= wire.PATIENCE

    def _pause(self, state: RetryCallState) -> float:
        """Add chance to what was asked, so that those who were refused together come apart."""
        return self._asked(state) + self._backoff(state)

    def _asked(self, state: RetryCallState) -> float:
        response, _ = _outcome(state)
        return (response and wire.pause_asked(response.headers, self._now())) or 0.0


def _outcome(state: RetryCallState) -> tuple[httpx2.Response | None, BaseException | None]:
    if state.outcome is None:
        return None, None
    failure = state.outcome.exception()
    return (None, failure) if failure else (state.outcome.result(), None)


def _last_outcome(state: RetryCallState) -> httpx2.Response:
    response, failure = _outcome(state)
    if response is None:
        raise failure or httpx2.TransportError("nothing was sent")
    return response
