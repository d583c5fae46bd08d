"""Sentry's limits, met rather than hit."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.sentry.errors import RateLimited
from dexter_mcp.sentry.limiter import AT_MOST, CAUTIOUS, LONGEST_REFUSAL, Bucket, LocalLimiter
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Throttled
from dexter_mcp.simulator import Simulator
from small_world import small_world
from virtual_time import EPOCH, epoch, now, pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

BUCKET = Bucket("caller", "GET", "")
START = int(EPOCH.timestamp())


def limiter(per_second: float = 1_000_000) -> LocalLimiter:
    return LocalLimiter(epoch, Pulse(), per_second)


def telling(left: int, *, resets_in: int = 1, at_once: int = 25) -> Mapping[str, str]:
    return {
        "x-sentry-rate-limit-remaining": str(left),
        "x-sentry-rate-limit-reset": str(START + resets_in),
        "x-sentry-rate-limit-concurrentlimit": str(at_once),
    }


NOTHING: Mapping[str, str] = {"content-type": "application/json"}


@dataclass
class Crowd:
    """Callers of one limiter, in the order in which they got their turns."""

    limiter: LocalLimiter
    turns: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    async def turn(self, name: str, *, background: bool = False) -> None:
        await self.limiter.enter(BUCKET, background=background)
        self.turns.append((name, anyio.current_time()))

    def leave(self, headers: Mapping[str, str] = NOTHING, status: int = 200) -> None:
        self.limiter.leave(BUCKET, status, headers)

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


async def test_a_server_that_has_told_nothing_yet_is_asked_with_care() -> None:
    assert await all_at_once(Crowd(limiter()), 50) == CAUTIOUS


async def test_a_server_that_tells_no_limits_is_not_held_back() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(NOTHING)
    assert await all_at_once(crowd, 50) == AT_MOST
    assert anyio.current_time() == 0


async def test_no_more_are_under_way_than_sentry_allows() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(40, at_once=7))
    assert await all_at_once(crowd, 50) == 7


@pytest.mark.parametrize("status", [429, 502])
async def test_an_answer_from_someone_in_between_does_not_lift_the_limit(status: int) -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(40, at_once=3))
    await crowd.ask(NOTHING, status)
    assert await all_at_once(crowd, 50) == 3


async def test_a_window_that_is_used_up_is_waited_out() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(2, resets_in=3))
    for name in "abc":
        await crowd.turn(name)
    assert [at for name, at in crowd.turns if name] == [0, 0, 3]


async def test_an_answer_that_was_overtaken_teaches_nothing() -> None:
    crowd = Crowd(limiter())
    await crowd.turn("a")
    await crowd.turn("b")
    crowd.leave(telling(0, resets_in=9))
    crowd.leave(telling(30, resets_in=8))
    await crowd.turn("c")
    assert anyio.current_time() == 9


async def test_within_a_window_the_least_that_was_told_holds() -> None:
    crowd = Crowd(limiter())
    for _ in range(3):
        await crowd.turn("a")
    for left in (9, 0, 5):
        crowd.leave(telling(left, resets_in=5))
    await crowd.turn("b")
    assert anyio.current_time() == 5


async def test_a_refusal_closes_the_lane_for_everybody() -> None:
    crowd = Crowd(limiter())
    await crowd.ask({"retry-after": "12"}, 429)
    await crowd.turn("a")
    assert anyio.current_time() == 12


async def test_a_later_refusal_does_not_shorten_an_earlier_one() -> None:
    crowd = Crowd(limiter())
    await crowd.turn("a")
    await crowd.turn("b")
    crowd.leave({"retry-after": "12"}, 429)
    crowd.leave(NOTHING, 429)
    await crowd.turn("c")
    assert anyio.current_time() == 12


async def test_one_odd_header_does_not_close_the_lane_for_good() -> None:
    crowd = Crowd(limiter())
    await crowd.ask({"retry-after": "999999999999"}, 429)
    await crowd.turn("a")
    assert anyio.current_time() == LONGEST_REFUSAL


async def test_first_come_first_served() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(0, resets_in=4, at_once=1))
    async with anyio.create_task_group() as group:
        for name in "abcdef":
            group.start_soon(crowd.turn, name)
            await anyio.wait_all_tasks_blocked()
        while len(crowd.names) < 6:
            await pass_by(1)
            if crowd.names:
                crowd.leave(telling(40, resets_in=99, at_once=1))
    assert crowd.names == "abcdef"


async def test_what_people_ask_for_goes_before_what_nobody_waits_for() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(0, resets_in=4))
    async with anyio.create_task_group() as group:
        for name in "zy":
            group.start_soon(lambda name=name: crowd.turn(name, background=True))
            await anyio.wait_all_tasks_blocked()
        for name in "ab":
            group.start_soon(crowd.turn, name)
            await anyio.wait_all_tasks_blocked()
    assert crowd.names == "abzy"


@pytest.mark.parametrize("leaving", ["a", "b", "c"])
async def test_who_leaves_the_line_holds_up_nobody(leaving: str) -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(0, resets_in=4))
    scope = anyio.CancelScope()

    async def come(name: str) -> None:
        with scope if name == leaving else anyio.CancelScope():
            await crowd.turn(name)

    async with anyio.create_task_group() as group:
        for name in "abc":
            group.start_soon(come, name)
            await anyio.wait_all_tasks_blocked()
        scope.cancel()
    assert crowd.names == "abc".replace(leaving, "")
    assert anyio.current_time() == 4


async def test_a_wait_beyond_the_deadline_is_refused_at_once_with_the_seconds() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(0, resets_in=30))
    with anyio.fail_after(25), pytest.raises(RateLimited, match="wait 30 s") as caught:
        await crowd.turn("a")
    assert caught.value.retry_after == 30
    assert anyio.current_time() == 0


async def test_who_has_no_time_does_not_hold_up_who_has() -> None:
    crowd, refused = Crowd(limiter()), list[str]()
    await crowd.ask(telling(0, resets_in=30))

    async def come(name: str, seconds: float) -> None:
        with anyio.fail_after(seconds):
            try:
                await crowd.turn(name)
            except RateLimited:
                refused.append(name)

    async with anyio.create_task_group() as group:
        for name, seconds in (("a", 60), ("b", 10), ("c", 60)):
            group.start_soon(come, name, seconds)
            await anyio.wait_all_tasks_blocked()
    assert crowd.names == "ac"


async def test_the_users_own_limit_holds_over_all_lanes() -> None:
    slow = limiter(per_second=2)
    for number in range(6):
        bucket = Bucket("caller", "GET", str(number % 3))
        await slow.enter(bucket, background=False)
        slow.leave(bucket, 200, NOTHING)
    assert anyio.current_time() == 2


async def test_methods_callers_and_classes_of_endpoints_wait_by_themselves() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(0, resets_in=30))
    for other in (
        BUCKET._replace(method="PUT"),
        BUCKET._replace(caller="another"),
        BUCKET._replace(endpoint="events"),
    ):
        await crowd.limiter.enter(other)
    assert anyio.current_time() == 0


async def test_what_was_waited_for_is_counted() -> None:
    pulse = Pulse()
    crowd = Crowd(LocalLimiter(epoch, pulse, 1_000))
    await crowd.ask(telling(0, resets_in=3))
    await crowd.turn("a")
    assert (pulse.counts["waits"], pulse.waited) == (1, 3)
    assert pulse.limits == {"GET": "0 left in the window, 25 at once"}


async def test_a_strict_sentry_never_has_to_refuse_us() -> None:
    simulator = Simulator(small_world(now))
    simulator.limits.enforce = True
    simulator.limits.concurrent = 5
    wire = httpx2.ASGITransport(app=simulator)
    answers: list[int] = []
    async with httpx2.AsyncClient(
        transport=Throttled(wire, limiter()),
        headers={"authorization": f"Bearer {Simulator.TOKEN}"},
    ) as http:

        async def ask() -> None:
            url = "http://sentry.test/api/0/organizations/acme/projects/"
            answers.append((await http.get(url)).status_code)

        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(ask)
    assert answers == [200] * 200
    assert 4 <= anyio.current_time() <= 6


class Strict(httpx2.AsyncBaseTransport):
    """Allows three at once, takes its time, and remembers how many there were."""

    def __init__(self) -> None:
        self.under_way = self.most = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await pass_by(0.3)
        finally:
            self.under_way -= 1
        return httpx2.Response(200, headers=telling(40, resets_in=9, at_once=3), request=request)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5), st.booleans()), max_size=30))
async def test_whoever_leaves_whenever_the_others_get_their_turns(
    callers: list[tuple[float, float, bool]],
) -> None:
    wire, answered = Strict(), list[int]()
    throttled = Throttled(wire, limiter())

    async def come(at: float, patience: float, *, stays: bool) -> None:
        await pass_by(at)
        with anyio.CancelScope() if stays else anyio.move_on_after(patience):
            request = httpx2.Request("GET", "http://sentry.test/", extensions={"background": stays})
            answered.append((await throttled.handle_async_request(request)).status_code)

    async with anyio.create_task_group() as group:
        for at, patience, stays in callers:
            group.start_soon(lambda at=at, p=patience, s=stays: come(at, p, stays=s))
    assert len(answered) >= sum(stays for _, _, stays in callers)
    assert wire.under_way == 0
    assert wire.most <= CAUTIOUS
