"""An event loop whose clock jumps to the next moment at which something is due.

Hangs, back-offs and deadlines cost nothing. Tests marked `virtual_time` run on it.
"""

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio

EPOCH = datetime(2026, 8, 12, 9, 15, tzinfo=UTC)
"""What the clock says when a test begins."""


class _Jumping(selectors.DefaultSelector):
    """Advances the clock instead of waiting, unless something is ready."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(None if timeout is None else 0)
        if not ready and timeout and timeout > 0:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Tells the time of its selector."""

    def __init__(self) -> None:
        self._jump = _Jumping()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now


BACKEND = ("asyncio", {"loop_factory": VirtualLoop})


def now() -> datetime:
    """Read the clock of the loop as a date."""
    return EPOCH + timedelta(seconds=anyio.current_time())


def epoch() -> float:
    """Read it as epoch seconds."""
    return now().timestamp()


async def pass_by(seconds: float) -> None:
    """Let time go by."""
    await anyio.sleep(seconds)
