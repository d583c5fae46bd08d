"""Try again when it may help and can do no harm."""

import time
from http import HTTPStatus

import anyio
import httpx2
from tenacity import AsyncRetrying, RetryCallState, wait_random_exponential

from dexter_mcp.sentry import deadline, wire
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.rate_headers import A_WINDOW, pause_asked
from dexter_mcp.sentry.transports.wrapper import NEVER_LEFT, Clock, Sleep, Wrapper

PATIENCE = 60.0
"""Seconds that a pause may take where no deadline is set."""


class Retried(Wrapper):
    """Repeat what `wire.may_repeat` allows, after as long a pause as Sentry asks for.

    Three attempts at most, and none that would begin after the caller's deadline. The last one
    stands as it is, so that the caller sees Sentry's own answer. A request that was not repeated
    only for lack of time carries, as the extension `wait_refused`, the seconds it would have taken.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        pulse: Pulse,
        *,
        attempts: int = 3,
        now: Clock = time.time,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        super().__init__(inner)
        self._pulse, self._attempts, self._now, self._sleep = pulse, attempts, now, sleep
        self._backoff = wait_random_exponential(multiplier=0.25, max=4)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, pause, and send again."""
        retrying = AsyncRetrying(
            stop=lambda state: self._is_enough(request, state),
            wait=self._pause,
            retry=lambda state: _worth_repeating(request.method, state),
            retry_error_callback=_last_outcome,
            before_sleep=lambda _: self._pulse.count("retries"),
            sleep=self._sleep,
        )
        return await retrying(self._inner.handle_async_request, request)

    def _is_enough(self, request: httpx2.Request, state: RetryCallState) -> bool:
        if state.attempt_number >= self._attempts or state.upcoming_sleep >= PATIENCE:
            return True
        too_late = state.upcoming_sleep >= deadline.left()
        if too_late:
            request.extensions["wait_refused"] = state.upcoming_sleep
        return too_late

    def _pause(self, state: RetryCallState) -> float:
        """Add chance to what was asked, so that those who were refused together come apart."""
        response, _ = _outcome(state)
        asked = self._asked(response, state.attempt_number) if response else 0.0
        return asked + self._backoff(state)

    def _asked(self, response: httpx2.Response, attempt: int) -> float:
        """Read the pause out of an answer; a limit that names none is given some time."""
        limited = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        if not limited and "retry-after" not in response.headers:
            return 0.0
        asked = pause_asked(response.headers, self._now())
        return asked or (A_WINDOW * 2.0 ** (attempt - 1) if limited else 0.0)


def _worth_repeating(method: str, state: RetryCallState) -> bool:
    response, failure = _outcome(state)
    if failure is not None and not isinstance(failure, httpx2.RequestError):
        return False
    status = response.status_code if response else None
    return wire.may_repeat(method, status, left=not isinstance(failure, NEVER_LEFT))


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
