"""What a single tool call asks of Sentry, as it happens, and how it wants to be served."""

import secrets
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Trail:
    """The exchanges behind one answer.

    `reference` is what log lines and error messages share. With `refresh`, nothing from memory
    will do while Sentry answers. `requests` counts what went over the wire, each try of it;
    `writes` those of them that Sentry may have carried out. `ages` holds, for each answer that
    came from memory or was another caller's, the seconds since Sentry gave it; `stale` says why
    some of it is older than it should be, if it is. `short_id` is what an issue was named by, after
    its organization. `lasts` is for how many seconds on all of it is as fresh as it should be;
    `None` if nothing was asked. `counts` says how often the layers below had to do something about
    it, in the words of `pulse.Count`, and `waited` how many seconds it stood in line. `said` is how
    far the call has come, for whoever waits.
    """

    refresh: bool = False
    reference: str = field(default_factory=lambda: secrets.token_hex(4))
    requests: int = 0
    writes: int = 0
    ages: list[float] = field(default_factory=list[float])
    stale: str = ""
    short_id: tuple[str, str] | None = None
    lasts: float | None = None
    counts: Counter[str] = field(default_factory=Counter[str])
    waited: float = 0.0
    said: str = ""

    @property
    def oldest(self) -> float | None:
        """Age in seconds of the oldest part, or `None` if everything was asked anew."""
        return max(self.ages, default=None)

    def remember(self, age: float, stale: str) -> None:
        """Record an answer that nothing was sent for."""
        self.ages.append(age)
        self.stale = self.stale or stale

    def rest_on(self, seconds: float) -> None:
        """Record for how long a part of the answer stays fresh."""
        least = max(seconds, 0.0)
        self.lasts = least if self.lasts is None else min(self.lasts, least)


_current: ContextVar[Trail | None] = ContextVar("trail", default=None)
_memory_will_do: ContextVar[bool] = ContextVar("memory_will_do", default=False)
_anew: ContextVar[bool] = ContextVar("anew", default=False)
_in_background: ContextVar[bool] = ContextVar("in_background", default=False)


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


@contextmanager
def anew() -> Generator[None]:
    """Ask past the memory within the block, also where Sentry fails: for what a change rests on."""
    token = _anew.set(True)
    try:
        yield
    finally:
        _anew.reset(token)


def insisting() -> bool:
    """Tell whether no answer is better than an old one."""
    return _anew.get()


def refreshing() -> bool:
    """Tell whether what is asked now must come anew."""
    return _anew.get() or (current().refresh and not _memory_will_do.get())


@contextmanager
def in_background() -> Generator[None]:
    """Let what people wait for go before what is asked of Sentry within the block."""
    token = _in_background.set(True)
    try:
        yield
    finally:
        _in_background.reset(token)


def is_background() -> bool:
    """Tell whether nobody waits for what is asked now."""
    return _in_background.get()


def current() -> Trail:
    """Give the trail of the call at hand; outside of one, a trail that nobody reads."""
    return _current.get() or Trail()
