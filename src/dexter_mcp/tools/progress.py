"""Tell a client that waits that something is still going on."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import anyio
from mcp.server.mcpserver import Context

_INTERVAL = 2.0
"""Seconds of silence that nobody minds."""


async def reporting(context: Context[Any, Any], run: Callable[[], Awaitable[Any]]) -> Any:
    """Run to the end, with a progress notification every two seconds where the client wants any.

    Whatever `run` raises comes out as it is.
    """
    result: Any = None
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_tick, context)
            result = await run()
            group.cancel_scope.cancel()
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from failed.exceptions[0].__cause__
    return result


async def _tick(context: Context[Any, Any]) -> None:
    waited = 0.0
    # A client that is gone gets no news; the call ends by itself.
    with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
        while True:
            await anyio.sleep(_INTERVAL)
            waited += _INTERVAL
            await context.report_progress(waited, message=f"waiting for Sentry, {waited:.0f} s")
