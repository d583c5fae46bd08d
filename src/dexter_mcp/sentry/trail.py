"""What a single tool call asks of Sentry, as it happens, and how it wants to be served."""

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Trail:
    """The exchanges behind one answer.

    `reference` is what log lines and error messages share. With `refresh`, nothing from memory
    will do while Sentry answers. `ages` holds, for each answer that came from memory, the seconds
    since Sentry gave it; `stale` says why some of it is older than it should be, if it is.
    """

    refresh: bool = False
    reference: str = field(default_factory=lambda: secrets.token_hex(4))
    requests: int = 0
    ages: list[float] = field(default_factory=list[float])
    stale: str = ""

    @property
    def oldest(self) -> float | None:
        """Age in seconds of the oldest part, or `None` if everything was asked anew."""
        return max(self.ages, default=None)

    def note(self, age: float | None, *, stale: str = "") -> None:
        """Record one answer: `None` if it came over the wire, else its age in seconds."""
        if age is None:
            self.requests += 1
        else:
            self.ages.append(age)
        self.stale = self.stale or stale


_current: ContextVar[Trail | None] = ContextVar("trail", default=None)
_memory_will_do: ContextVar[bool] = ContextVar("memory_will_do", default=False)


@contextmanager
def follow(*, refresh: bool = False) -> Generator[Trail]:
    """Keep a trail of everything that is asked of Sentry until the block ends."""
    trail = Trail(refresh)
    token = _current.set(trail)
    try:
        yield trail
    finally:
        _current.reset(token)


@contextmanager
def remembering() -> Generator[None]:
    """Let memory do within the block, whatever the call wants: for what hardly ever changes."""
    token = _memory_will_do.set(True)
    try:
        yield
    finally:
        _memory_will_do.reset(token)


def refreshing() -> bool:
    """Tell whether what is asked now must come anew."""
    return current().refresh and not _memory_will_do.get()


def current() -> Trail:
    """Give the trail of the call at hand; outside of one, a trail that nobody reads."""
    return _current.get() or Trail()
