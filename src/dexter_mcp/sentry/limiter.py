"""Sentry's two limits for each caller, met rather than hit.

Sentry allows so many requests in a window of time, and so many at once; each answer tells where
the caller stands. https://docs.sentry.io/api/ratelimits/
"""

import itertools
import math
from bisect import insort
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple, Protocol

import anyio

from dexter_mcp.sentry import deadline, wire
from dexter_mcp.sentry.errors import RateLimited
from dexter_mcp.sentry.pulse import Pulse

CAUTIOUS = 4
"""Requests at once to a bucket that has not said what it allows."""
LONGEST_REFUSAL = 3_600.0
"""Seconds: one odd header shall not close a lane for good."""
AT_MOST = 20
"""Requests at once, whatever a server allows: one caller is not all of its users."""
_SECOND = 1.0


class Bucket(NamedTuple):
    """What shares a limit: a caller's requests of one method to one class of endpoints."""

    caller: str
    method: str
    endpoint: str


class Limiter(Protocol):
    """Lets requests through in the order in which they came, as fast as Sentry allows.

    Behind this, several processes may share one count.
    """

    async def enter(self, bucket: Bucket, *, background: bool) -> None:
        """Wait for a turn.

        Raises:
            RateLimited: It would come only after the caller's deadline.
        """
        ...

    def leave(self, bucket: Bucket, status: int, headers: Mapping[str, str]) -> None:
        """Give the turn back, with what the answer said about the limits.

        The status is 0 and the headers are empty if there was none.
        """
        ...


@dataclass(order=True)
class _Ticket:
    """A place in line: what a person asked for goes first, then who came first."""

    background: bool
    number: int
    called: anyio.Event = field(default_factory=anyio.Event, compare=False)


@dataclass
class _Lane:
    """Who is under way in a bucket, who waits, and what the bucket has left.

    `window` names the window that `left` is about, which is over at `window_ends`; nobody is let in
    before `refused_until`. Moments are those of the event loop.
    """

    under_way: int = 0
    waiting: list[_Ticket] = field(default_factory=list[_Ticket])
    at_once: int = CAUTIOUS
    told: bool = False
    left: float = math.inf
    window: int = 0
    window_ends: float = -math.inf
    refused_until: float = -math.inf

    def pause(self, now: float) -> float:
        """Say how long the next in line must wait at least: infinitely long for one to leave."""
        if self.under_way >= self.at_once:
            return math.inf
        opens = self.window_ends if self.left < 1 else now
        return max(0.0, opens - now, self.refused_until - now)

    def enter(self, now: float) -> None:
        """Count one more under way."""
        if now >= self.window_ends:
            self.left = math.inf
        self.left -= 1
        self.under_way += 1

    def learn(self, told: wire.Limits, now: float) -> None:
        """Take over what an answer said; it may have been overtaken by a later one."""
        self.told = self.told or told.at_once is not None
        if told.at_once is not None or not self.told:
            self.at_once = min(told.at_once or AT_MOST, AT_MOST)
        if told.left is None or told.window is None or told.window < self.window:
            return
        if told.window == self.window:
            self.left = min(self.left, told.left)
        else:
            self.left = told.left - self.under_way
            self.window, self.window_ends = told.window, now + told.ends_in

    def call_next(self) -> None:
        """Let the first in line look again."""
        if self.waiting:
            self.waiting[0].called.set()


class LocalLimiter:
    """The limits of one process, each lane as its bucket's headers say.

    `now` reads Sentry's moments, in epoch seconds; `per_second` is what the user allows over all
    lanes, on top of Sentry's limits.
    """

    def __init__(self, now: Callable[[], float], pulse: Pulse, per_second: float) -> None:
        self._now, self._pulse, self._per_second = now, pulse, per_second
        self._lanes: dict[Bucket, _Lane] = {}
        self._recent = deque[float]()
        self._numbers = itertools.count()

    async def enter(self, bucket: Bucket, *, background: bool = False) -> None:
        """Wait for a turn: first come, first served, but what a person asked for goes first."""
        lane = self._lanes.setdefault(bucket, _Lane())
        ticket = _Ticket(background, next(self._numbers))
        insort(lane.waiting, ticket)
        began = anyio.current_time()
        try:
            while lane.waiting[0] is not ticket or self._pause(lane):
                await self._wait(lane, ticket)
            lane.enter(anyio.current_time())
            self._recent.append(anyio.current_time())
        finally:
            lane.waiting.remove(ticket)
            lane.call_next()
        if (waited := anyio.current_time() - began) > 0:
            self._pulse.count("waits")
            self._pulse.waited += waited

    def _pause(self, lane: _Lane) -> float:
        """Say how long the next in line must wait for Sentry, or else for the user's own limit."""
        now = anyio.current_time()
        while self._recent and now - self._recent[0] >= _SECOND:
            self._recent.popleft()
        full = len(self._recent) >= self._per_second
        return lane.pause(now) or (self._recent[0] + _SECOND - now if full else 0.0)

    async def _wait(self, lane: _Lane, ticket: _Ticket) -> None:
        pause = self._pause(lane)
        if math.isfinite(pause) and pause > deadline.left():
            raise RateLimited.for_seconds(pause)
        timed = lane.waiting[0] is ticket and math.isfinite(pause)
        ticket.called = anyio.Event()
        with anyio.move_on_after(pause if timed else None):
            await ticket.called.wait()

    def leave(self, bucket: Bucket, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer; a server that tells no limits has none."""
        lane, now = self._lanes[bucket], anyio.current_time()
        lane.under_way -= 1
        if status:
            told = wire.limits(headers, self._now())
            lane.learn(told, now)
            if told.left is not None:
                self._pulse.limits[_shown(bucket)] = str(told)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            asked = min(wire.pause_asked(headers, self._now()) or 0.0, LONGEST_REFUSAL)
            lane.refused_until = max(lane.refused_until, now + asked)
        lane.call_next()


def _shown(bucket: Bucket) -> str:
    """Name a bucket without its caller's token."""
    _, at, host = bucket.caller.rpartition("@")
    return " ".join(filter(None, [bucket.method, host if at else "", bucket.endpoint]))
