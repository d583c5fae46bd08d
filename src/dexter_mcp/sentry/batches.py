"""Many single reads as a few requests for lists."""

from collections.abc import Awaitable, Callable, Sequence

import anyio

from dexter_mcp.sentry.errors import SentryError


async def in_batches(
    read: Callable[[Sequence[str]], Awaitable[None]], ids: Sequence[str], size: int
) -> None:
    """Read so many at a time, the batches side by side; each id once.

    Raises:
        SentryError: A batch failed; the others came to their end first.
    """
    once = list(dict.fromkeys(ids))
    failures: list[SentryError] = []

    async def attempt(batch: Sequence[str]) -> None:
        try:
            await read(batch)
        except SentryError as failure:
            failures.append(failure)

    async with anyio.create_task_group() as group:
        for begin in range(0, len(once), size):
            group.start_soon(attempt, once[begin : begin + size])
    if failures:
        raise failures[0]
