"""Sentry's limits, met rather than hit."""

from collections.abc import Mapping

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowd import BUCKET, NOTHING, Crowd, all_at_once, limiter, telling
from dexter_mcp.sentry.errors import RateLimited
from dexter_mcp.sentry.limiter import AT_MOST, CAUTIOUS, MANY, Bucket, Leave, LocalLimiter
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Throttled
from dexter_mcp.simulator import Simulator
from small_world import small_world
from upstream import ask, sentry
from virtual_time import epoch, now, pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


async def test_a_server_that_has_told_nothing_yet_is_asked_with_care() -> None:
    assert await all_at_once(Crowd(limiter()), 50) == CAUTIOUS


async def test_a_server_that_tells_no_limits_is_not_held_back() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(NOTHING)
    assert await all_at_once(crowd, 50) == AT_MOST
    assert anyio.current_time() == 0


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


@pytest.mark.parametrize(
    ("per_second", "moments"),
    [(2, [0, 0, 1, 1, 2, 2]), (0.5, [0, 2, 4, 6]), (2.5, [0, 0, 0.8, 0.8, 1.6]), (0.01, [0, 100])],
)
async def test_the_users_own_limit_holds_over_all_lanes(
    per_second: float, moments: list[float]
) -> None:
    slow, seen = limiter(per_second), list[float]()
    for number in range(len(moments)):
        leave = await slow.enter(BUCKET._replace(endpoint=str(number % 3)))
        seen.append(anyio.current_time())
        leave(200, NOTHING)
    assert seen == pytest.approx(moments)


async def test_a_wait_for_the_users_own_limit_is_not_blamed_on_sentry() -> None:
    slow = limiter(per_second=0.1)
    (await slow.enter(BUCKET))(200, NOTHING)
    with anyio.fail_after(5), pytest.raises(RateLimited) as caught:
        await slow.enter(BUCKET)
    assert caught.value.retry_after == 10
    assert caught.value.why == "this server's own limit is reached"
    assert str(caught.value) == (
        "This server may send Sentry 0.1 requests a second at most, so nothing was sent. "
        "Wait 10 s, then go on; or raise DEXTER_REQUESTS_PER_SECOND."
    )


async def test_methods_hosts_callers_and_classes_of_endpoints_wait_by_themselves() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(0, resets_in=30))
    for other in (
        BUCKET._replace(method="PUT"),
        BUCKET._replace(host="de.sentry.test"),
        BUCKET._replace(caller="another"),
        BUCKET._replace(endpoint="events"),
    ):
        await crowd.limiter.enter(other)
    assert anyio.current_time() == 0


async def test_callers_who_are_gone_are_forgotten_but_not_that_one_was_refused() -> None:
    crowd = Crowd(limiter())
    await crowd.ask({"retry-after": "3000"}, 429)
    for number in range(5 * MANY):
        (await crowd.limiter.enter(BUCKET._replace(caller=str(number))))(200, NOTHING)
        await pass_by(2)
    assert len(crowd.limiter) <= MANY
    await crowd.turn("a")
    assert anyio.current_time() == 3000


class Register:
    """A limiter that lets everybody in and keeps the names of their buckets."""

    def __init__(self) -> None:
        self.buckets: list[Bucket] = []

    async def enter(self, bucket: Bucket, *, background: bool) -> Leave:  # noqa: ARG002 - the protocol has it
        self.buckets.append(bucket)
        return self.leave

    def leave(self, status: int, headers: Mapping[str, str]) -> None:
        """Learn nothing."""


async def test_who_asks_is_told_apart_without_their_tokens_being_kept() -> None:
    register = Register()
    for caller in ("sntryu_one", "sntryu_two", "sntryu_one"):
        await ask(Throttled(sentry(200), register), caller=caller)
    one, two, again = register.buckets
    assert one == again != two
    assert "sntryu" not in str(register.buckets)


async def test_what_was_waited_for_is_counted() -> None:
    pulse = Pulse()
    crowd = Crowd(LocalLimiter(epoch, pulse, 1_000))
    await crowd.ask(telling(0, resets_in=3))
    await crowd.turn("a")
    assert (pulse.counts["waits"], pulse.waited) == (1, 3)
    assert pulse.limits == {"GET sentry.test": "0 left in the window, 25 at once"}


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
