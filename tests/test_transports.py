from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.sentry.transports import Cached, Coalesced, Retried, Throttled
from dexter_mcp.sentry.wire import PATIENCE

pytestmark = pytest.mark.anyio

LONGEST_BACKOFF = 4.0


@dataclass
class Time:
    """A clock that moves only when someone sleeps."""

    now: float = 1_786_700_400.0
    pauses: list[float] = field(default_factory=list[float])

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
        await anyio.lowlevel.checkpoint()


Answer = int | httpx2.Response | Exception


@dataclass
class Sentry(httpx2.AsyncBaseTransport):
    """Gives its answers in turn, the last one for ever, and remembers what it was asked."""

    answers: list[Answer]
    asked: list[httpx2.Request] = field(default_factory=list[httpx2.Request])
    gate: anyio.Event | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        number = len(self.asked)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if self.gate:
            await self.gate.wait()
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return httpx2.Response(answer, json={"answer": number})
        return answer


def sentry(*answers: Answer, gate: anyio.Event | None = None) -> Sentry:
    return Sentry(list(answers), gate=gate)


async def ask(
    transport: httpx2.AsyncBaseTransport,
    method: str = "GET",
    *,
    path: str = "/",
    caller: str = "one",
    fresh_for: float = 0,
) -> httpx2.Response:
    client = httpx2.AsyncClient(transport=transport, base_url="http://sentry.test")
    return await client.request(
        method,
        path,
        headers={"authorization": f"Bearer {caller}"},
        extensions={"fresh_for": fresh_for},
    )


class Body(httpx2.AsyncByteStream):
    """A body that tells whether it was closed, and may break off."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.breaks, self.closed = breaks, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"a":'
        if self.breaks:
            raise httpx2.ReadError("connection reset")
        yield b"1}"

    async def aclose(self) -> None:
        self.closed = True


# Throttled


async def test_requests_are_spaced_evenly() -> None:
    time = Time()
    start = time.now
    polite = Throttled(sentry(200), 2, clock=time.clock, sleep=time.sleep)
    for _ in range(4):
        await ask(polite)
    assert time.now - start == 1.5
    assert time.pauses == [0.5, 0.5, 0.5]


async def test_requests_that_come_together_leave_one_after_the_other() -> None:
    time = Time()
    polite = Throttled(sentry(200), 10, clock=lambda: 0.0, sleep=time.sleep)
    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(ask, polite)
    assert sorted(time.pauses) == pytest.approx([0.1, 0.2, 0.3])


async def test_whoever_comes_late_does_not_wait() -> None:
    time = Time()
    polite = Throttled(sentry(200), 2, clock=time.clock, sleep=time.sleep)
    await ask(polite)
    time.now += 60
    await ask(polite)
    assert time.pauses == []


# Retried


def retried(inner: Sentry, time: Time) -> Retried:
    return Retried(inner, now=time.clock, sleep=time.sleep)


def limited(**headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(429, headers=named)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_a_limit_is_waited_out_whatever_the_method(method: str) -> None:
    time = Time()
    inner = sentry(limited(retry_after="7"), 200)
    assert (await ask(retried(inner, time), method)).status_code == 200
    [pause] = time.pauses
    assert 7 <= pause <= 7 + LONGEST_BACKOFF


@pytest.mark.parametrize(
    "headers",
    [
        {"x_sentry_rate_limit_reset": "1786700405"},
        {"retry_after": format_datetime(datetime.fromtimestamp(1_786_700_405, UTC), usegmt=True)},
    ],
)
async def test_a_limit_that_names_a_moment_is_waited_out(headers: dict[str, str]) -> None:
    time = Time()
    inner = sentry(limited(**headers), 200)
    assert (await ask(retried(inner, time))).status_code == 200
    assert time.now >= 1_786_700_405


async def test_a_long_wait_is_left_to_the_caller() -> None:
    time = Time()
    inner = sentry(limited(retry_after=str(PATIENCE + 1).removesuffix(".0")), 200)
    assert (await ask(retried(inner, time))).status_code == 429
    assert time.pauses == []
    assert len(inner.asked) == 1


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_read_that_failed_is_tried_again(status: int) -> None:
    time = Time()
    assert (await ask(retried(sentry(status, status, 200), time))).status_code == 200
    assert len(time.pauses) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_a_refusal_is_not_asked_for_twice(status: int) -> None:
    inner = sentry(status, 200)
    assert (await ask(retried(inner, Time()))).status_code == status
    assert len(inner.asked) == 1


async def test_the_third_failure_stands_as_it_is() -> None:
    inner = sentry(500, 502, 503, 200)
    assert (await ask(retried(inner, Time()))).status_code == 503
    assert len(inner.asked) == 3


async def test_the_third_broken_connection_stands_as_it_is() -> None:
    inner = sentry(*(httpx2.ReadError(f"no. {n}") for n in (1, 2, 3)), 200)
    with pytest.raises(httpx2.ReadError, match=r"no\. 3"):
        await ask(retried(inner, Time()))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "answer", [500, 503, httpx2.ReadTimeout("late"), httpx2.ReadError("cut"), httpx2.WriteError("")]
)
async def test_a_write_that_may_have_been_carried_out_is_never_repeated(
    method: str, answer: Answer
) -> None:
    inner = sentry(answer, 200)
    try:
        response = await ask(retried(inner, Time()), method)
    except httpx2.TransportError as failure:
        outcome: Answer = failure
    else:
        outcome = response.status_code
    assert outcome == answer
    assert len(inner.asked) == 1


@pytest.mark.parametrize(
    "failure",
    [httpx2.ConnectError("refused"), httpx2.ConnectTimeout("late"), httpx2.PoolTimeout("busy")],
)
async def test_a_write_that_never_left_is_tried_again(failure: Exception) -> None:
    inner = sentry(failure, 201)
    assert (await ask(retried(inner, Time()), "POST")).status_code == 201
    assert len(inner.asked) == 2


async def test_a_connection_that_breaks_in_mid_answer_counts_as_a_failure() -> None:
    broken, whole = Body(breaks=True), Body()
    inner = sentry(httpx2.Response(200, stream=broken), httpx2.Response(200, stream=whole))
    assert (await ask(retried(inner, Time()))).json() == {"a": 1}
    assert broken.closed
    assert whole.closed


async def test_a_refused_answer_is_closed_before_the_next_try() -> None:
    body = Body()
    inner = sentry(httpx2.Response(503, stream=body), 200)
    assert (await ask(retried(inner, Time()))).status_code == 200
    assert body.closed


@given(st.integers(2, 8))
async def test_the_pause_between_tries_stays_within_bounds(attempts: int) -> None:
    time = Time()
    inner = sentry(*[500] * attempts)
    again = Retried(inner, attempts=attempts, now=time.clock, sleep=time.sleep)
    await ask(again)
    assert len(time.pauses) == attempts - 1
    for tries, pause in enumerate(time.pauses):
        assert 0 <= pause <= min(0.25 * 2**tries, LONGEST_BACKOFF)


async def test_a_mistake_of_our_own_is_not_repeated() -> None:
    inner = sentry(RuntimeError("bug"), 200)
    with pytest.raises(RuntimeError, match="bug"):
        await ask(retried(inner, Time()))


# Coalesced


async def together(
    count: int, question: Callable[[int], Coroutine[None, None, None]], gate: anyio.Event
) -> None:
    """Start so many callers, and open the gate once all of them wait."""
    async with anyio.create_task_group() as group:
        for number in range(count):
            group.start_soon(question, number)
        await anyio.wait_all_tasks_blocked()
        gate.set()


async def test_equal_reads_in_flight_are_one_request() -> None:
    gate = anyio.Event()
    inner = sentry(200, gate=gate)
    one, bodies = Coalesced(inner), list[object]()

    async def read(_: int) -> None:
        bodies.append((await ask(one)).json())

    await together(5, read, gate)
    assert bodies == [{"answer": 1}] * 5
    assert len(inner.asked) == 1


async def test_reads_one_after_the_other_are_two_requests() -> None:
    inner = sentry(200)
    one = Coalesced(inner)
    await ask(one)
    await ask(one)
    assert len(inner.asked) == 2


async def test_different_questions_tokens_and_writes_are_not_joined() -> None:
    gate = anyio.Event()
    inner = sentry(200, gate=gate)
    one = Coalesced(inner)

    async def send(number: int) -> None:
        method, path, caller = [
            ("GET", "/", "one"),
            ("GET", "/", "two"),
            ("GET", "/?a=1", "one"),
            ("POST", "/", "one"),
            ("POST", "/", "one"),
        ][number]
        await ask(one, method, path=path, caller=caller)

    await together(5, send, gate)
    assert len(inner.asked) == 5


async def test_a_failure_reaches_everyone_who_waits() -> None:
    gate = anyio.Event()
    inner = sentry(httpx2.ReadError("cut"), gate=gate)
    one, failures = Coalesced(inner), list[str]()

    async def read(_: int) -> None:
        with pytest.raises(httpx2.ReadError) as caught:
            await ask(one)
        failures.append(str(caught.value))

    await together(3, read, gate)
    assert failures == ["cut"] * 3
    assert len(inner.asked) == 1


async def test_the_others_are_answered_when_the_first_caller_leaves() -> None:
    gate = anyio.Event()
    inner = sentry(200, gate=gate)
    one, bodies = Coalesced(inner), list[object]()
    first = anyio.CancelScope()

    async def leaving() -> None:
        with first:
            await ask(one)

    async def read() -> None:
        bodies.append((await ask(one)).json())

    async with anyio.create_task_group() as group:
        group.start_soon(leaving)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(read)
        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        first.cancel()
        await anyio.wait_all_tasks_blocked()
        gate.set()
    assert bodies == [{"answer": 2}] * 2
    assert len(inner.asked) == 2


async def test_a_read_after_a_write_does_not_join_a_read_from_before_it() -> None:
    gate = anyio.Event()
    inner = sentry(200, gate=gate)
    one = Coalesced(inner)
    async with anyio.create_task_group() as group:
        group.start_soon(ask, one)
        await anyio.wait_all_tasks_blocked()
        inner.gate = None
        await ask(one, "PUT")
        assert (await ask(one)).json() == {"answer": 3}
        gate.set()


# Cached


def cached(inner: Sentry, time: Time, *, limit: int = 2**20) -> Cached:
    return Cached(inner, limit=limit, clock=time.clock)


async def test_a_fresh_answer_is_not_asked_for_again_and_tells_its_age() -> None:
    time = Time()
    memory = cached(sentry(200), time)
    new = await ask(memory, fresh_for=60)
    time.now += 59
    old = await ask(memory, fresh_for=60)
    assert (new.json(), old.json()) == ({"answer": 1}, {"answer": 1})
    assert "age" not in new.extensions
    assert old.extensions["age"] == 59


async def test_a_stale_answer_is_asked_for_again() -> None:
    time = Time()
    memory = cached(sentry(200), time)
    await ask(memory, fresh_for=60)
    time.now += 60
    assert (await ask(memory, fresh_for=60)).json() == {"answer": 2}


async def test_each_request_says_how_old_an_answer_may_be() -> None:
    time = Time()
    memory = cached(sentry(200), time)
    await ask(memory, fresh_for=3600)
    time.now += 30
    assert (await ask(memory, fresh_for=60)).json() == {"answer": 1}
    assert (await ask(memory, fresh_for=20)).json() == {"answer": 2}
    assert (await ask(memory, fresh_for=0)).json() == {"answer": 3}


async def test_what_states_no_freshness_is_not_kept() -> None:
    memory = cached(sentry(200), Time())
    await ask(memory)
    assert (await ask(memory, fresh_for=60)).json() == {"answer": 2}


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500])
async def test_only_successes_are_kept(status: int) -> None:
    memory = cached(sentry(status, 200), Time())
    await ask(memory, fresh_for=60)
    assert (await ask(memory, fresh_for=60)).status_code == 200


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b'[{"id": "1', b"", b"\xff"])
async def test_a_page_that_stands_in_for_sentry_is_not_kept(body: bytes) -> None:
    memory = cached(sentry(httpx2.Response(200, content=body), 200), Time())
    await ask(memory, fresh_for=60)
    assert (await ask(memory, fresh_for=60)).json() == {"answer": 2}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_write_makes_every_answer_stale(method: str) -> None:
    memory = cached(sentry(200), Time())
    await ask(memory, fresh_for=60)
    await ask(memory, method)
    assert (await ask(memory, fresh_for=60)).json() == {"answer": 3}


async def test_a_write_that_failed_makes_every_answer_stale_too() -> None:
    memory = cached(sentry(200, httpx2.ReadTimeout("late"), 200), Time())
    await ask(memory, fresh_for=60)
    with pytest.raises(httpx2.ReadTimeout):
        await ask(memory, "PUT")
    assert (await ask(memory, fresh_for=60)).json() == {"answer": 3}


async def test_what_was_being_read_during_a_write_is_not_kept() -> None:
    gate = anyio.Event()
    inner = sentry(200, gate=gate)
    memory = cached(inner, Time())

    async def read() -> None:
        assert (await ask(memory, fresh_for=60)).json() == {"answer": 1}

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        inner.gate = None
        await ask(memory, "PUT")
        gate.set()
    assert (await ask(memory, fresh_for=60)).json() == {"answer": 3}


async def test_one_callers_answer_is_never_anothers() -> None:
    memory = cached(sentry(200), Time())
    mine = await ask(memory, caller="one", fresh_for=60)
    theirs = await ask(memory, caller="two", fresh_for=60)
    assert (mine.json(), theirs.json()) == ({"answer": 1}, {"answer": 2})


def sized(size: int) -> httpx2.Response:
    return httpx2.Response(200, json="x" * (size - 2))


async def test_an_answer_larger_than_the_limit_is_given_but_not_kept() -> None:
    inner = sentry(sized(101), 200)
    memory = cached(inner, Time(), limit=100)
    assert len((await ask(memory, fresh_for=60)).content) == 101
    assert (await ask(memory, fresh_for=60)).json() == {"answer": 2}


async def test_old_answers_make_room_for_new_ones() -> None:
    inner = sentry(sized(60), sized(60), 200)
    memory = cached(inner, Time(), limit=100)
    await ask(memory, path="/a", fresh_for=60)
    await ask(memory, path="/b", fresh_for=60)
    await ask(memory, path="/b", fresh_for=60)
    assert len(inner.asked) == 2
    await ask(memory, path="/a", fresh_for=60)
    assert len(inner.asked) == 3


async def test_an_answer_from_memory_can_be_read_again_and_again() -> None:
    memory = cached(sentry(200), Time())
    for _ in range(3):
        response = await ask(memory, fresh_for=60)
        assert response.json() == {"answer": 1}
        assert response.headers["content-type"] == "application/json"


# All of them


async def test_the_whole_stack_closes_what_it_stands_on() -> None:
    class Ground(httpx2.AsyncBaseTransport):
        closed = False

        async def aclose(self) -> None:
            self.closed = True

    ground = Ground()
    async with Cached(Coalesced(Retried(Throttled(ground, 1)))):
        assert not ground.closed
    assert ground.closed


async def test_a_cancelled_request_is_cancelled_down_to_the_wire() -> None:
    gate, left = anyio.Event(), anyio.Event()

    class Wire(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            try:
                await gate.wait()
            finally:
                left.set()
            return httpx2.Response(200, request=request)

    stack = Cached(Coalesced(Retried(Throttled(Wire(), 1000))))
    async with anyio.create_task_group() as group:
        group.start_soon(ask, stack)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert left.is_set()
