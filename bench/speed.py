"""What a server adds to a call: time on the clock, time on the processor, calls at once."""

import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import anyio

import processes
from candidates import Candidate, Question, Running, running
from sentry import Sentry

Job = Callable[[], Awaitable[object]]

_BLOCK = 25
"""Calls in a row before the next one has its turn."""
_WARMING = 10


@dataclass
class Lap:
    """One question to one server, over and over: seconds of each call, and of the processor.

    `sentry` is what Sentry itself takes for the `requests` of one call, when there are any.
    """

    name: str
    server: Running
    question: Question
    calls: list[float] = field(default_factory=list[float])
    cpu: float = 0.0
    sentry: float = 0.0
    requests: int = 0

    @property
    def median(self) -> float:
        """Give the median in milliseconds."""
        return statistics.median(self.calls) * 1e3

    @property
    def late(self) -> float:
        """Give the 95th percentile in milliseconds."""
        return statistics.quantiles(self.calls, n=20)[-1] * 1e3

    @property
    def own(self) -> float:
        """Give the milliseconds of the median that are not Sentry's."""
        return self.median - self.sentry * 1e3

    @property
    def processor(self) -> float:
        """Give the milliseconds of processor time that a call costs the server."""
        return self.cpu / len(self.calls) * 1e3

    async def run(self, calls: int) -> None:
        """Ask so many times, one call after the other."""
        used = processes.cpu_seconds(self.server.process)
        for _ in range(calls):
            began = time.perf_counter()
            await self._ask()
            self.calls.append(time.perf_counter() - began)
        self.cpu += processes.cpu_seconds(self.server.process) - used

    async def crowd(self, calls: int, at_once: int) -> float:
        """Ask so many times, several at once; give the calls per second."""
        began = time.perf_counter()
        await side_by_side([self._ask] * calls, at_once)
        return calls / (time.perf_counter() - began)

    async def prepare(self, sentry: Sentry) -> None:
        """Warm the server up, and find out what Sentry's part in a call is."""
        for _ in range(_WARMING):
            await self._ask()
        await sentry.seen()
        await self._ask()
        lines = await sentry.seen()
        self.requests = len(lines)
        self.sentry = statistics.median([await sentry.replay(lines) for _ in range(_BLOCK)])

    async def _ask(self) -> None:
        await self.server.client.call_tool(self.question.tool, self.question.arguments)


async def race(laps: Sequence[Lap], sentry: Sentry, *, calls: int) -> None:
    """Run the laps in turns, so that a busy moment slows all of them."""
    for lap in laps:
        await lap.prepare(sentry)
    for _ in range(calls // _BLOCK):
        for lap in laps:
            await lap.run(_BLOCK)


async def side_by_side(jobs: Iterable[Job], at_once: int) -> None:
    """Do all jobs in their order, so many at a time."""
    left = iter(jobs)

    async def work() -> None:
        for job in left:
            await job()

    async with anyio.create_task_group() as group:
        for _ in range(at_once):
            group.start_soon(work)


@asynccontextmanager
async def started(candidates: Sequence[Candidate]) -> AsyncGenerator[list[Running]]:
    """Run several servers side by side."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running(each)) for each in candidates]
