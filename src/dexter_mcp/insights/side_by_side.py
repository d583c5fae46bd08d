"""Ask for several parts at once, and make do with those that come in time."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar

import anyio
from anyio.abc import TaskGroup

from dexter_mcp.sentry.errors import Lacks, SentryError, Unreachable
from dexter_mcp.views.answer import Failed

T = TypeVar("T")
D = TypeVar("D")

_LATE = "It did not come in time."


@dataclass
class Part(Generic[T]):
    """A part of an answer, once it is settled or the block that asked for it is left."""

    name: str
    came: list[T] = field(default_factory=list[T])
    error: SentryError | None = None
    _settled: anyio.Event = field(default_factory=anyio.Event)

    def settle(self) -> None:
        """Note that nothing more will come of it."""
        self._settled.set()

    async def settled(self) -> Self:
        """Wait until it came or failed, for a part that builds on it."""
        await self._settled.wait()
        return self

    @property
    def failed(self) -> list[Failed]:
        """Say why it did not come; empty if it did."""
        if self.came:
            return []
        if isinstance(self.error, Lacks):
            return [Failed(self.name, f"this server seems to have none: it {self.error.how}")]
        return [Failed(self.name, str(self.reason))]

    @property
    def reason(self) -> SentryError:
        """Give the error of one that did not come."""
        return self.error or Unreachable(_LATE)

    def required(self) -> T:
        """Give what came.

        Raises:
            SentryError: Nothing did.
        """
        if not self.came:
            raise self.reason
        return self.came[0]

    def otherwise(self, substitute: D) -> T | D:
        """Give what came, or the substitute."""
        return self.came[0] if self.came else substitute


@dataclass
class SideBySide:
    """Starts the parts of one answer."""

    group: TaskGroup

    def ask(self, name: str, question: Callable[[], Awaitable[T]]) -> Part[T]:
        """Ask for one part."""
        part = Part[T](name)

        async def fetch() -> None:
            try:
                part.came.append(await question())
            except SentryError as error:
                part.error = error
            finally:
                part.settle()

        self.group.start_soon(fetch)
        return part


@asynccontextmanager
async def side_by_side(seconds: float, *, since: float | None = None) -> AsyncGenerator[SideBySide]:
    """Wait for the parts asked for in the block, at most so many seconds.

    They count from now, or from the moment `since`, by the clock of `anyio.current_time`: blocks
    that follow one another in one answer share its time.
    """
    begun = anyio.current_time() if since is None else since
    with anyio.CancelScope(deadline=begun + seconds):
        async with anyio.create_task_group() as group:
            yield SideBySide(group)
