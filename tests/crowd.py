"""A crowd of callers before one limiter, whose clock jumps."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio

from dexter_mcp.sentry.limiter import Bucket, Leave, LocalLimiter
from dexter_mcp.sentry.pulse import Pulse
from virtual_time import EPOCH, epoch

BUCKET = Bucket("caller", "sentry.test", "GET", "")
START = int(EPOCH.timestamp())


def limiter(per_second: float = 1_000_000) -> LocalLimiter:
    return LocalLimiter(epoch, Pulse(), per_second)


def telling(
    left: int, *, resets_in: int = 1, at_once: int = 25, **more: object
) -> Mapping[str, str]:
    told = {"remaining": left, "reset": START + resets_in, "concurrentlimit": at_once, **more}
    return {f"x-sentry-rate-limit-{name}": str(value) for name, value in told.items()}


NOTHING: Mapping[str, str] = {"content-type": "application/json"}


@dataclass
class Crowd:
    """Callers of one limiter, in the order in which they got their turns."""

    limiter: LocalLimiter
    turns: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    under_way: deque[Leave] = field(default_factory=deque[Leave])

    async def turn(self, name: str, *, background: bool = False) -> None:
        self.under_way.append(await self.limiter.enter(BUCKET, background=background))
        self.turns.append((name, anyio.current_time()))

    def leave(self, headers: Mapping[str, str] = NOTHING, status: int = 200) -> None:
        """Answer whoever has been under way for longest."""
        self.under_way.popleft()(status, headers)

    async def ask(self, headers: Mapping[str, str], status: int = 200) -> None:
        await self.turn("")
        self.leave(headers, status)

    @property
    def names(self) -> str:
        return "".join(name for name, _ in self.turns)


async def all_at_once(crowd: Crowd, count: int) -> int:
    """Let so many ask together, none of whom leaves; count those that got a turn."""
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(crowd.turn, "x")
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    return len(crowd.names)
