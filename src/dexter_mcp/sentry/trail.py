"""What a single tool call cost: the exchanges with Sentry behind it, as they happened."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Trail:
    """The exchanges behind one answer.

    `ages` holds, for each answer that came from memory, the seconds since Sentry gave it.
    """

    requests: int = 0
    ages: list[float] = field(default_factory=list[float])

    @property
    def oldest(self) -> float | None:
        """Age in seconds of the oldest part, or `None` if everything was asked anew."""
        return max(self.ages, default=None)


_current: ContextVar[Trail | None] = ContextVar("trail", default=None)


@contextmanager
def follow() -> Generator[Trail]:
    """Keep a trail of everything that is asked of Sentry until the block ends."""
    trail = Trail()
    token = _current.set(trail)
    try:
        yield trail
    finally:
        _current.reset(token)


def note(age: float | None) -> None:
    """Record one answer: `None` if it came over the wire, else its age in seconds."""
    if (trail := _current.get()) is None:
        return
    if age is None:
        trail.requests += 1
    else:
        trail.ages.append(age)
