"""For how long a client may keep what it read: as long as the shortest-lived part of it is fresh.

The protocol has a place for that in the answer to each read, and the SDK only one for all.
https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

_TTL = "ttlMs"

_noted: ContextVar[list[float] | None] = ContextVar("noted", default=None)


def note(seconds: float) -> None:
    """Let the client keep what is being read for so long."""
    if (noted := _noted.get()) is not None:
        noted.append(seconds)


async def tell_freshness(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Fill in the hint of a read; older protocols have none."""
    if ctx.method != "resources/read":
        return await call_next(ctx)
    with _listening() as noted:
        result = await call_next(ctx)
    if noted and isinstance(result, dict) and _TTL in result:
        return {**result, _TTL: round(min(noted) * 1_000)}
    return result


@contextmanager
def _listening() -> Generator[list[float]]:
    noted = list[float]()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)
