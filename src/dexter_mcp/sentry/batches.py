"""Many single reads as a few requests for lists."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import anyio

from dexter_mcp.sentry.errors import SentryError

T = TypeVar("T")

SIDE_BY_SIDE = 4
"""Batches under way at once, so that one question leaves room for others."""


class Batched(dict[str, T]):
    """What was found, by id, in the order asked for.

    `failed` says of each id whose batch failed why. An id that is in neither is not there.
    """

    def __init__(self, found: Mapping[str, T], failed: Mapping[str, SentryError]) -> None:
        super().__init__(found)
        self.failed = failed


async def in_batches(
    read: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]], ids: Sequence[str], size: int
) -> Batched[T]:
    """Read so many at a time, a few batches side by side; each id once.

    Raises:
        SentryError: Every batch failed.
    """
    once, limiter = list(dict.fromkeys(ids)), anyio.CapacityLimiter(SIDE_BY_SIDE)
    found, failed = dict[str, T](), dict[str, SentryError]()

    async def attempt(batch: Sequence[str]) -> None:
        async with limiter:
            try:
                found.update(await read(batch))
            except SentryError as failure:
                failed.update(dict.fromkeys(batch, failure))

    async with anyio.create_task_group() as group:
        for begin in range(0, len(once), size):
            group.start_soon(attempt, once[begin : begin + size])
    if once and len(failed) == len(once):
        raise failed[once[0]]
    return Batched({each: found[each] for each in once if each in found}, failed)
