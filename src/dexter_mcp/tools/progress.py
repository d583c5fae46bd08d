"""Tell a client that waits that something is still going on."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, TypeVar

import anyio

T = TypeVar("T")

_INTERVAL = 2.0
"""Seconds of silence that nobody minds."""


class Listener(Protocol):
    """Who wants to hear how far a call has come; the context of an MCP request is one."""

    async def report_progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None:
        """Tell it."""
        ...


async def reporting(
    listener: Listener, run: Callable[[], Awaitable[T]], said: Callable[[], str] = str
) -> T:
    """Run to the end, with a progress notification every two seconds where the client wants any.

    `said` tells how far it has come, if that can be told. Whatever `run` raises comes out as it is.
    """
    came: list[T] = []
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_tick, listener, said)
            came.append(await run())
            group.cancel_scope.cancel()
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from failed.exceptions[0].__cause__
    return came[0]


async def _tick(listener: Listener, said: Callable[[], str]) -> None:
    waited = 0.0
    # A client that is gone gets no news; the call ends by itself.
    with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
        while True:
            await anyio.sleep(_INTERVAL)
            waited += _INTERVAL
            message = said() or f"waiting for Sentry, {waited:.0f} s"
            await listener.report_progress(waited, message=message)
