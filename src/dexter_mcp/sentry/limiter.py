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
from functools import partial
from http import HTTPStatus
from typing import NamedTuple, Protocol

import anyio

from dexter_mcp.sentry import deadline
from dexter_mcp.sentry.errors import RateLimited
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.rate_headers import A_WINDOW, LONGEST, Limits, limits, pause_asked

CAUTIOUS = 4
"""Requests at once to a bucket that has not said what it allows, or that has just refused one."""
AT_MOST = 20
"""Requests at once, whatever a server allows: one caller is not all of its users."""
MANY = 64
"""Lanes from which on those are forgotten that remember nothing of use."""


class Bucket(NamedTuple):
    """What shares a limit: a caller's requests of one method to one class of endpoints.

    `caller` tells callers apart; it is not their token.
    """

    caller: str
    host: str
    method: str
    endpoint: str

    def __str__(self) -> str:
        return " ".join(filter(None, [self.method, self.host, self.endpoint]))


Leave = Callable[[int, Mapping[str, str]], None]
"""Gives a turn back, with the status and the headers of the answer; 0 and none if there was none.
"""


class Limiter(Protocol):
    """Lets requests through in the order in which they came, as fast as Sentry allows.

    Behind this, several processes may share one count.
    """

    async def enter(self, bucket: Bucket, *, background: bool) -> Leave:
        """Wait for a turn, and give what ends it.

        Raises:
            RateLimited: It would come only after the caller's deadline.
        """
        ...


@dataclass(order=True)
class _Ticket:
    """A place in line: what a person asked for goes first, then who came first."""

    background: bool
    number: int
    called: anyio.Event = field(default_factory=anyio.Event, compare=False)


class _Turn(NamedTuple):
    """Somebody's turn, and how many of ours were under way as it began."""

    number: int
    among: int


@dataclass
class _Lane:
    """Who is under way in a bucket, who waits, and what the bucket has left.

    `left` is about a window of `size` requests that is over at `window_ends`; nobody is let in
    before `refused_until`. Moments are those of the event loop; `window` is the end of the window
    in Sentry's own words. `newest` is the latest of the turns whose answers taught `at_once`.
    """

    under_way: int = 0
    waiting: list[_Ticket] = field(default_factory=list[_Ticket])
    at_once: int = CAUTIOUS
    told: bool = False
    newest: int = -1
    left: float = math.inf
    size: float = math.inf
    window: int | None = None
    window_ends: float = -math.inf
    refused_until: float = -math.inf

    def pause(self, now: float) -> float:
        """Say how long the next in line must wait at least: infinitely long for one to leave."""
        if self.under_way >= self.at_once:
            return math.inf
        opens = self.window_ends if self.left < 1 else now
        return max(0.0, opens - now, self.refused_until - now)

    def enter(self, now: float) -> None:
        """Count one more under way, in a new window as large as the last if that one is over."""
        if now >= self.window_ends:
            self.left, self.window_ends = self.size, now + A_WINDOW
        self.left -= 1
        self.under_way += 1

    def learn(self, told: Limits, turn: _Turn, now: float) -> None:
        """Take over what an answer said."""
        if turn.number > self.newest:
            self.newest = turn.number
            self._learn_at_once(told, turn.among)
        if told.left is not None and told.window is not None:
            self._learn_window(told.left, told.window, told, now)

    def _learn_at_once(self, told: Limits, ours: int) -> None:
        """Leave room for those who use the same limit from elsewhere, such as a second process."""
        self.told = self.told or told.at_once is not None
        if told.at_once is not None:
            others = told.under_way - ours if told.under_way is not None else 0
            self.at_once = max(1, min(told.at_once - max(0, others), AT_MOST))
        elif not self.told:
            self.at_once = AT_MOST

    def _learn_window(self, left: int, window: int, told: Limits, now: float) -> None:
        """Believe in a window that runs now: windows do not overlap, so the last one is over.

        One that is over was overtaken by a later answer, and one that lasts for hours is none.
        """
        self.size = max(told.size, 1) if told.size is not None else self.size
        if not 0 < told.ends_in <= LONGEST:
            return
        if window == self.window and now < self.window_ends:
            self.left = min(self.left, left)
        else:
            self.left = left - self.under_way
            self.window, self.window_ends = window, now + told.ends_in

    def refuse(self, seconds: float, now: float) -> None:
        """Let nobody in for a while, and then few until one is answered.

        A later refusal does not shorten an earlier one.
        """
        self.at_once = min(self.at_once, CAUTIOUS)
        self.refused_until = max(self.refused_until, now + min(seconds, LONGEST))

    def is_idle(self, now: float) -> bool:
        """Tell whether nothing is lost by forgetting it."""
        used = self.under_way or self.waiting
        return not used and now >= max(self.window_ends, self.refused_until)

    def call_next(self) -> None:
        """Let the first in line look again."""
        if self.waiting:
            self.waiting[0].called.set()


class _OwnLimit:
    """What the user allows over all lanes: so many a second, or one in so many seconds."""

    def __init__(self, per_second: float) -> None:
        self._per_second, self._most = per_second, max(1, math.floor(per_second))
        self._within = self._most / per_second
        self._recent = deque[float](maxlen=self._most)

    def pause(self, now: float) -> float:
        """Say how long the next request must wait."""
        full = len(self._recent) == self._most
        return max(0.0, self._recent[0] + self._within - now) if full else 0.0

    def enter(self, now: float) -> None:
        """Count one more."""
        self._recent.append(now)

    def refusal(self, seconds: float) -> RateLimited:
        """Say that it is not Sentry who asks to wait."""
        whole = max(1, math.ceil(seconds))
        failure = RateLimited(
            f"This server may send Sentry {self._per_second:g} requests a second at most, so "
            f"nothing was sent. Wait {whole} s, then go on; or raise DEXTER_REQUESTS_PER_SECOND."
        )
        failure.retry_after, failure.why = whole, "this server's own limit is reached"
        return failure


class LocalLimiter:
    """The limits of one process, each lane as its bucket's headers say.

    `now` reads Sentry's moments, in epoch seconds; `per_second` is what the user allows over all
    lanes, on top of Sentry's limits.
    """

    def __init__(self, now: Callable[[], float], pulse: Pulse, per_second: float) -> None:
        self._now, self._pulse, self._own = now, pulse, _OwnLimit(per_second)
        self._lanes: dict[Bucket, _Lane] = {}
        self._numbers = itertools.count()

    def __len__(self) -> int:
        """Count the lanes that are remembered."""
        return len(self._lanes)

    async def enter(self, bucket: Bucket, *, background: bool = False) -> Leave:
        """Wait for a turn: first come, first served, but what a person asked for goes first."""
        lane = self._lane(bucket)
        ticket = _Ticket(background, next(self._numbers))
        insort(lane.waiting, ticket)
        began = anyio.current_time()
        try:
            while lane.waiting[0] is not ticket or self._pause(lane):
                await self._wait(lane, ticket)
            lane.enter(anyio.current_time())
            self._own.enter(anyio.current_time())
        finally:
            lane.waiting.remove(ticket)
            lane.call_next()
        if (waited := anyio.current_time() - began) > 0:
            self._pulse.wait(waited)
        return partial(self._leave, bucket, lane, _Turn(next(self._numbers), lane.under_way))

    def _lane(self, bucket: Bucket) -> _Lane:
        """Find a bucket's lane, or open one; where there are many, some that are idle close."""
        if bucket not in self._lanes and len(self._lanes) >= MANY:
            now = anyio.current_time()
            self._lanes = {of: lane for of, lane in self._lanes.items() if not lane.is_idle(now)}
        return self._lanes.setdefault(bucket, _Lane())

    def _pause(self, lane: _Lane) -> float:
        """Say how long the next in line must wait for Sentry, or else for the user's own limit."""
        now = anyio.current_time()
        return lane.pause(now) or self._own.pause(now)

    async def _wait(self, lane: _Lane, ticket: _Ticket) -> None:
        pause = self._pause(lane)
        if math.isfinite(pause) and pause > deadline.left():
            ours = lane.pause(anyio.current_time()) == 0
            raise self._own.refusal(pause) if ours else RateLimited.for_seconds(pause)
        timed = lane.waiting[0] is ticket and math.isfinite(pause)
        ticket.called = anyio.Event()
        with anyio.move_on_after(pause if timed else None):
            await ticket.called.wait()

    def _leave(
        self, bucket: Bucket, lane: _Lane, turn: _Turn, status: int, headers: Mapping[str, str]
    ) -> None:
        """Learn from an answer; a server that tells no limits has none."""
        now, our_time = anyio.current_time(), self._now()
        lane.under_way -= 1
        if status:
            told = limits(headers, our_time)
            lane.learn(told, turn, now)
            if told.left is not None:
                self._pulse.limits[str(bucket)] = str(told)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            lane.refuse(pause_asked(headers, our_time) or A_WINDOW, now)
        lane.call_next()
