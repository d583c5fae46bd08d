"""Each layer between a request and the network, by itself."""

import gzip
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import anyio
import httpx2
import pytest
from anyio.abc import SocketAttribute, SocketStream
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.sentry.client import stack
from dexter_mcp.sentry.errors import RateLimited, Resting, TooLarge
from dexter_mcp.sentry.network import network
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Bounded, Cached, Coalesced, Guarded, Retried
from dexter_mcp.sentry.transports.bounded import LIMIT, LONGEST
from dexter_mcp.sentry.transports.cached import OVERHEAD, STALE_FOR, TO_ANSWER, WORTH_WAITING
from dexter_mcp.sentry.transports.guarded import FAILURES, LONGEST_REST, REST, SILENCE
from dexter_mcp.sentry.transports.retried import PATIENCE
from dexter_mcp.settings import Settings
from virtual_time import BACKEND, EPOCH, epoch, pass_by

pytestmark = pytest.mark.anyio

LONGEST_BACKOFF = 4.0
RESET = int(EPOCH.timestamp()) + 5

Answer = int | httpx2.Response | Exception


@pytest.fixture
def anyio_backend() -> Any:
    return BACKEND


@dataclass
class Sentry(httpx2.AsyncBaseTransport):
    """Gives its answers in turn, the last one for ever, and remembers what it was asked."""

    answers: list[Answer]
    asked: list[httpx2.Request] = field(default_factory=list[httpx2.Request])
    gate: anyio.Event | None = None
    delay: float = 0.0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        number = len(self.asked)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await pass_by(self.delay)
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
    path: str = "/",
    caller: str = "one",
    **extensions: Any,
) -> httpx2.Response:
    client = httpx2.AsyncClient(transport=transport, base_url="http://sentry.test")
    return await client.request(
        method, path, headers={"authorization": f"Bearer {caller}"}, extensions=extensions
    )


def at() -> float:
    return anyio.current_time()


# Bounded


@dataclass
class Body(httpx2.AsyncByteStream):
    """A body that tells how much of it was taken, and whether it was closed."""

    pieces: Sequence[bytes]
    breaks: bool = False
    taken: int = 0
    closed: bool = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.taken += len(piece)
            yield piece
        if self.breaks:
            raise httpx2.ReadError("connection reset")

    async def aclose(self) -> None:
        self.closed = True


def answering(body: Body, **headers: str) -> Bounded:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Bounded(sentry(httpx2.Response(200, headers=named, stream=body)), Pulse())


async def test_a_large_body_is_refused_while_it_comes_in() -> None:
    body = Body([b"x" * 2**20] * 50)
    with pytest.raises(TooLarge, match="larger than 8 MiB"):
        await ask(answering(body))
    assert body.taken == LIMIT + 2**20
    assert body.closed


async def test_a_body_that_announces_its_size_is_not_even_begun() -> None:
    body = Body([b"x"])
    with pytest.raises(TooLarge):
        await ask(answering(body, content_length=str(50 * 2**20)))
    assert body.taken == 0
    assert body.closed


async def test_a_request_may_state_its_own_limit() -> None:
    with pytest.raises(TooLarge):
        await ask(answering(Body([b"[1, 2]"])), limit=5)
    assert (await ask(answering(Body([b"[1, 2]"])), limit=6)).json() == [1, 2]


async def test_a_bomb_never_unfolds() -> None:
    bomb = gzip.compress(b" " * 50 * 2**20)
    body = Body([bomb[begin : begin + 1_000] for begin in range(0, len(bomb), 1_000)])
    with pytest.raises(TooLarge):
        await ask(answering(body, content_encoding="gzip"))
    assert body.taken < len(bomb) / 4


async def test_a_compressed_body_is_read_and_says_no_more_that_it_was() -> None:
    packed = gzip.compress(b'{"a": 1}')
    response = await ask(answering(Body([packed[:5], packed[5:]]), content_encoding="gzip"))
    assert response.json() == {"a": 1}
    assert "content-encoding" not in response.headers


@pytest.mark.parametrize(
    ("pieces", "headers"),
    [
        ([b'{"a": '], {}),
        ([b'{"a": 1}'], {"content_length": "9"}),
        ([gzip.compress(b"[]" * 99)[:-9]], {"content_encoding": "gzip"}),
        ([b"no gzip"], {"content_encoding": "gzip"}),
    ],
)
async def test_half_an_answer_is_none(pieces: list[bytes], headers: dict[str, str]) -> None:
    body = Body(pieces)
    with pytest.raises(httpx2.DecodingError):
        await ask(answering(body, **headers))
    assert body.closed


async def test_a_body_that_breaks_off_is_closed() -> None:
    body = Body([b"["], breaks=True)
    with pytest.raises(httpx2.ReadError):
        await ask(answering(body))
    assert body.closed


async def test_a_page_and_an_empty_body_pass_for_what_they_are() -> None:
    for content in (b"<html>", b"", b"\xff"):
        assert (await ask(answering(Body([content])))).content == content


async def test_an_exchange_that_drips_ends() -> None:
    class Dripping(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await pass_by(5)
                yield b" "

    with pytest.raises(httpx2.ReadTimeout):
        await ask(Bounded(sentry(httpx2.Response(200, stream=Dripping())), Pulse()))
    assert at() == LONGEST


# Retried


def retried(inner: Sentry, **how: Any) -> Retried:
    return Retried(inner, Pulse(), now=epoch, **how)


def limited(**headers: str) -> httpx2.Response:
    return httpx2.Response(429, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_a_limit_is_waited_out_whatever_the_method(method: str) -> None:
    inner = sentry(limited(retry_after="7"), 200)
    assert (await ask(retried(inner), method)).status_code == 200
    assert 7 <= at() <= 7 + LONGEST_BACKOFF


@pytest.mark.parametrize(
    "headers",
    [
        {"x_sentry_rate_limit_reset": str(RESET)},
        {"retry_after": format_datetime(datetime.fromtimestamp(RESET, UTC), usegmt=True)},
    ],
)
async def test_a_limit_that_names_a_moment_is_waited_out(headers: dict[str, str]) -> None:
    assert (await ask(retried(sentry(limited(**headers), 200)))).status_code == 200
    assert epoch() >= RESET


async def test_a_clock_that_is_wrong_by_hours_does_not_make_us_wait_for_hours() -> None:
    theirs = datetime.fromtimestamp(RESET + 7_200 - 3, UTC)
    headers = {
        "x_sentry_rate_limit_reset": str(RESET + 7_200),
        "date": format_datetime(theirs, usegmt=True),
    }
    assert (await ask(retried(sentry(limited(**headers), 200)))).status_code == 200
    assert 3 <= at() <= 3 + LONGEST_BACKOFF


async def test_a_limit_that_names_no_time_is_given_longer_each_time() -> None:
    await ask(retried(sentry(429, 429, 200)))
    assert 1 + 2 <= at() <= 1 + 2 + 2 * LONGEST_BACKOFF


async def test_a_window_that_ends_tomorrow_does_not_delay_what_failed_today() -> None:
    failed = httpx2.Response(500, headers={"x-sentry-rate-limit-reset": str(RESET + 86_400)})
    assert (await ask(retried(sentry(failed, 200)))).status_code == 200
    assert at() <= LONGEST_BACKOFF


async def test_a_long_wait_is_left_to_the_caller() -> None:
    inner = sentry(limited(retry_after=str(int(PATIENCE))), 200)
    assert (await ask(retried(inner))).status_code == 429
    assert at() == 0
    assert len(inner.asked) == 1


async def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    inner = sentry(limited(retry_after="7"), 200)
    with anyio.fail_after(6):
        assert (await ask(retried(inner))).status_code == 429
    assert at() == 0


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_read_that_failed_is_tried_again(status: int) -> None:
    inner = sentry(status, status, 200)
    assert (await ask(retried(inner))).status_code == 200
    assert len(inner.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
async def test_a_refusal_is_not_asked_for_twice(status: int) -> None:
    inner = sentry(status, 200)
    assert (await ask(retried(inner))).status_code == status
    assert len(inner.asked) == 1


async def test_the_third_failure_stands_as_it_is() -> None:
    inner = sentry(500, 502, 503, 200)
    assert (await ask(retried(inner))).status_code == 503


async def test_the_third_broken_connection_stands_as_it_is() -> None:
    inner = sentry(*(httpx2.ReadError(f"no. {n}") for n in (1, 2, 3)), 200)
    with pytest.raises(httpx2.ReadError, match=r"no\. 3"):
        await ask(retried(inner))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "answer",
    [
        500,
        503,
        httpx2.ReadTimeout("late"),
        httpx2.ReadError("cut"),
        httpx2.WriteError(""),
        httpx2.DecodingError("garbled"),
    ],
)
async def test_a_write_that_may_have_been_carried_out_is_never_repeated(
    method: str, answer: Answer
) -> None:
    inner = sentry(answer, 200)
    try:
        outcome: Answer = (await ask(retried(inner), method)).status_code
    except httpx2.RequestError as failure:
        outcome = failure
    assert outcome == answer
    assert len(inner.asked) == 1


@pytest.mark.parametrize(
    "failure",
    [httpx2.ConnectError("refused"), httpx2.ConnectTimeout("late"), httpx2.PoolTimeout("busy")],
)
async def test_a_write_that_never_left_is_tried_again(failure: Exception) -> None:
    inner = sentry(failure, 201)
    assert (await ask(retried(inner), "POST")).status_code == 201
    assert len(inner.asked) == 2


@given(st.integers(2, 8))
async def test_the_pause_between_tries_stays_within_bounds(attempts: int) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await anyio.lowlevel.checkpoint()

    await ask(retried(sentry(500), attempts=attempts, sleep=sleep))
    assert len(pauses) == attempts - 1
    for tries, pause in enumerate(pauses):
        assert 0 <= pause <= min(0.25 * 2**tries, LONGEST_BACKOFF)


async def test_a_mistake_of_our_own_is_not_repeated() -> None:
    inner = sentry(RuntimeError("bug"), 200)
    with pytest.raises(RuntimeError, match="bug"):
        await ask(retried(inner))


# Guarded


async def fail(guarded: Guarded, times: int, **extensions: Any) -> None:
    for _ in range(times):
        assert (await ask(guarded, **extensions)).status_code >= 500


async def test_after_failures_in_a_row_nothing_is_sent_for_a_while() -> None:
    inner = sentry(500)
    guarded = Guarded(inner, Pulse())
    await fail(guarded, FAILURES)
    with pytest.raises(Resting, match="Try again in 15 s"):
        await ask(guarded)
    assert len(inner.asked) == FAILURES


async def test_one_success_in_between_keeps_it_closed() -> None:
    inner = sentry(*[500] * (FAILURES - 1), 200, *[500] * (FAILURES - 1), 200)
    guarded = Guarded(inner, Pulse())
    for _ in range(2 * FAILURES):
        await ask(guarded)
    assert len(inner.asked) == 2 * FAILURES


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429])
async def test_an_answer_that_says_no_is_no_breakdown(status: int) -> None:
    guarded = Guarded(sentry(status), Pulse())
    for _ in range(3 * FAILURES):
        assert (await ask(guarded)).status_code == status


async def test_one_request_probes_and_closes_it() -> None:
    inner, pulse = sentry(*[500] * FAILURES, 200), Pulse()
    guarded = Guarded(inner, pulse)
    await fail(guarded, FAILURES)
    assert pulse.breakers == {"sentry.test": "open after 5 failures"}
    await pass_by(REST)
    gate = inner.gate = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(ask, guarded)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Resting):
            await ask(guarded)
        gate.set()
    assert (await ask(guarded)).status_code == 200
    assert pulse.breakers == {}


async def test_each_failed_probe_doubles_the_rest() -> None:
    guarded = Guarded(sentry(500), Pulse())
    await fail(guarded, FAILURES)
    rest = REST
    while rest < LONGEST_REST:
        await pass_by(rest)
        await fail(guarded, 1)
        rest *= 2
        with pytest.raises(Resting) as caught:
            await ask(guarded)
        assert caught.value.retry_after == min(rest, LONGEST_REST)


async def test_failures_that_come_together_open_it_no_longer_than_one_after_the_other() -> None:
    gate = anyio.Event()
    guarded = Guarded(sentry(500, gate=gate), Pulse())

    async def failing(_: int) -> None:
        await fail(guarded, 1)

    await together(4 * FAILURES, failing, gate)
    with pytest.raises(Resting) as caught:
        await ask(guarded)
    assert caught.value.retry_after == REST


async def test_a_probe_that_is_given_up_lets_another_one_go() -> None:
    inner = sentry(500)
    guarded = Guarded(inner, Pulse())
    await fail(guarded, FAILURES)
    await pass_by(REST)
    inner.gate = anyio.Event()
    with anyio.move_on_after(1):
        await ask(guarded)
    inner.gate = None
    await fail(guarded, 1)


async def test_hosts_and_classes_of_endpoints_fail_by_themselves() -> None:
    inner = sentry(500)
    guarded = Guarded(inner, Pulse())
    await fail(guarded, FAILURES)
    await fail(guarded, 1, bucket="events")
    await fail(guarded, 1, path="http://de.sentry.test/")


async def test_long_silence_counts_but_an_impatient_caller_does_not() -> None:
    silent, pulse = Sentry([200], delay=3_600), Pulse()
    guarded = Guarded(Bounded(silent, pulse), pulse)

    async def give_up(seconds: float) -> None:
        with anyio.move_on_after(seconds):
            await ask(guarded)

    for _ in range(FAILURES):
        await give_up(SILENCE / 2)
    for _ in range(FAILURES):
        await give_up(SILENCE)
    with pytest.raises(Resting):
        await ask(guarded)
    assert len(silent.asked) == 2 * FAILURES


# Coalesced


async def together(
    count: int, question: Callable[[int], Coroutine[Any, Any, None]], gate: anyio.Event
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
    one, bodies = Coalesced(inner, Pulse()), list[object]()

    async def read(_: int) -> None:
        bodies.append((await ask(one)).json())

    await together(5, read, gate)
    assert bodies == [{"answer": 1}] * 5
    assert len(inner.asked) == 1


async def test_reads_one_after_the_other_are_two_requests() -> None:
    inner = sentry(200)
    one = Coalesced(inner, Pulse())
    await ask(one)
    await ask(one)
    assert len(inner.asked) == 2


async def test_different_questions_tokens_and_writes_are_not_joined() -> None:
    gate = anyio.Event()
    inner = sentry(200, gate=gate)
    one = Coalesced(inner, Pulse())
    questions = [
        ("GET", "/", "one"),
        ("GET", "/", "two"),
        ("GET", "/?a=1", "one"),
        ("POST", "/", "one"),
        ("POST", "/", "one"),
    ]

    async def send(number: int) -> None:
        await ask(one, *questions[number])

    await together(5, send, gate)
    assert len(inner.asked) == 5


async def test_a_failure_reaches_everyone_who_waits() -> None:
    gate = anyio.Event()
    inner = sentry(httpx2.ReadError("cut"), gate=gate)
    one, failures = Coalesced(inner, Pulse()), list[str]()

    async def read(_: int) -> None:
        with pytest.raises(httpx2.ReadError) as caught:
            await ask(one)
        failures.append(str(caught.value))

    await together(3, read, gate)
    assert failures == ["cut"] * 3
    assert len(inner.asked) == 1


async def test_who_has_more_time_than_the_first_caller_waits_by_himself() -> None:
    gate = anyio.Event()
    inner = sentry(RateLimited.for_seconds(20), 200, gate=gate)
    one = Coalesced(inner, Pulse())

    async def read(number: int) -> None:
        with anyio.fail_after(10 if number < 2 else 30):
            if number < 2:
                with pytest.raises(RateLimited):
                    await ask(one)
            else:
                assert (await ask(one)).status_code == 200

    await together(4, read, gate)
    assert len(inner.asked) == 2


async def test_the_others_are_answered_when_the_first_caller_leaves() -> None:
    gate = anyio.Event()
    inner = sentry(200, gate=gate)
    one, bodies = Coalesced(inner, Pulse()), list[object]()
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


@pytest.mark.parametrize(("touches", "joins"), [("/here/", False), ("/there/", True)])
async def test_a_read_after_a_write_joins_only_what_the_write_did_not_touch(
    touches: str, *, joins: bool
) -> None:
    gate = anyio.Event()
    inner, answers = sentry(200, gate=gate), list[int]()
    one = Coalesced(inner, Pulse())

    async def read() -> None:
        answers.append((await ask(one, path="/here/")).json()["answer"])

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        inner.gate = None
        await ask(one, "PUT", touches=(touches,))
        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        gate.set()
    assert sorted(answers) == ([1, 1] if joins else [1, 3])


# Cached


def cached(inner: httpx2.AsyncBaseTransport, *, limit: int = 2**20) -> Cached:
    return Cached(inner, Pulse(), limit=limit)


async def number(memory: Cached, *, path: str = "/", fresh_for: float = 60, **how: Any) -> Any:
    return (await ask(memory, path=path, fresh_for=fresh_for, **how)).json()["answer"]


async def test_a_fresh_answer_is_not_asked_for_again_and_tells_its_age() -> None:
    memory = cached(sentry(200))
    new = await ask(memory, fresh_for=60)
    await pass_by(59)
    old = await ask(memory, fresh_for=60)
    assert (new.json(), old.json()) == ({"answer": 1}, {"answer": 1})
    assert "age" not in new.extensions
    assert old.extensions["age"] == 59


async def test_each_request_says_how_old_an_answer_may_be() -> None:
    memory = cached(sentry(200))
    await number(memory, fresh_for=3600)
    await pass_by(30)
    assert await number(memory, fresh_for=60) == 1
    assert await number(memory, fresh_for=20) == 2
    assert await number(memory, fresh_for=0) == 3


async def test_what_states_no_freshness_is_not_kept() -> None:
    memory = cached(sentry(200))
    await number(memory, fresh_for=0)
    assert await number(memory) == 2


async def test_who_wants_it_new_gets_it_new_and_leaves_it_for_the_next() -> None:
    memory = cached(sentry(200))
    await number(memory)
    assert await number(memory, refresh=True) == 2
    assert await number(memory) == 2


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500])
async def test_only_successes_are_kept(status: int) -> None:
    memory = cached(sentry(status, 200))
    await ask(memory, fresh_for=60)
    assert (await ask(memory, fresh_for=60)).status_code == 200


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b"\xff"])
async def test_a_page_that_stands_in_for_sentry_is_not_kept(body: bytes) -> None:
    memory = cached(sentry(httpx2.Response(200, content=body), 200))
    await ask(memory, fresh_for=60)
    assert await number(memory) == 2


FAILING = (
    500,
    502,
    429,
    httpx2.Response(200, html="<h1>Sign in</h1>"),
    httpx2.ReadError("cut"),
    httpx2.DecodingError("cut"),
    Resting("sentry.test", 15),
    RateLimited.for_seconds(99),
)


@pytest.mark.parametrize("failure", FAILING, ids=repr)
@pytest.mark.parametrize("refresh", [False, True])
async def test_an_old_answer_is_better_than_none(failure: Answer, *, refresh: bool) -> None:
    memory = cached(sentry(200, failure))
    await number(memory)
    await pass_by(100)
    old = await ask(memory, fresh_for=60, refresh=refresh)
    assert old.json() == {"answer": 1}
    assert old.extensions["age"] == 100
    limited = isinstance(failure, RateLimited) or failure == 429
    assert old.extensions["stale"] == (
        "Sentry asks to wait" if limited else "Sentry does not answer"
    )


async def test_an_old_answer_is_given_when_a_new_one_takes_too_long() -> None:
    inner = sentry(200)
    memory = cached(inner)
    await number(memory)
    await pass_by(60)
    inner.delay = 3_600
    assert await number(memory) == 1
    assert at() == 60 + WORTH_WAITING


async def test_who_insists_on_a_new_answer_waits_for_it_almost_to_the_deadline() -> None:
    inner = sentry(200)
    memory = cached(inner)
    await number(memory)
    inner.delay = 20
    with anyio.fail_after(25):
        assert await number(memory, refresh=True) == 2
    inner.delay = 3_600
    with anyio.fail_after(25):
        assert await number(memory, refresh=True) == 2
    assert at() == 20 + 25 - TO_ANSWER


async def test_an_answer_that_is_too_old_is_none() -> None:
    memory = cached(sentry(200, 500))
    await number(memory)
    await pass_by(60 + STALE_FOR)
    assert (await ask(memory, fresh_for=60)).status_code == 500


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_what_sentry_takes_back_is_forgotten(status: int) -> None:
    memory = cached(sentry(200, status, 500))
    await number(memory)
    await ask(memory, fresh_for=60, refresh=True)
    assert (await ask(memory, fresh_for=60)).status_code == 500


async def test_a_token_that_is_refused_loses_everything_and_nobody_else_does() -> None:
    memory = cached(sentry(200, 200, 401, 500))
    await number(memory, path="/a", caller="one")
    await number(memory, path="/a", caller="two")
    await ask(memory, path="/b", caller="one", fresh_for=60)
    assert (await ask(memory, path="/a", caller="one", fresh_for=60)).status_code == 500
    assert await number(memory, path="/a", caller="two") == 2


ISSUES = "/organizations/acme/issues/"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_write_makes_stale_what_it_touches_and_nothing_else(method: str) -> None:
    memory = cached(sentry(200))
    paths = {
        f"{ISSUES}1/": False,
        f"{ISSUES}1/tags/": False,
        f"{ISSUES}?project=7&query=a": False,
        f"{ISSUES}?query=a": False,
        f"{ISSUES}?project=-1": False,
        f"{ISSUES}?project=8": True,
        f"{ISSUES}12/": True,
        "/organizations/acme/projects/": True,
    }
    for path in paths:
        await number(memory, path=path)
    await ask(memory, method, f"{ISSUES}1/", touches=(f"{ISSUES}1/", f"{ISSUES}?project=7"))
    kept = {path: await number(memory, path=path) <= len(paths) for path in paths}
    assert kept == paths


async def test_a_write_that_failed_makes_stale_too() -> None:
    memory = cached(sentry(200, httpx2.ReadTimeout("late"), 200))
    await number(memory)
    with pytest.raises(httpx2.ReadTimeout):
        await ask(memory, "PUT")
    assert await number(memory) == 3


@pytest.mark.parametrize(("touches", "kept"), [("/here/", False), ("/there/", True)])
async def test_what_was_being_read_during_a_write_that_touches_it_is_not_kept(
    touches: str, *, kept: bool
) -> None:
    gate = anyio.Event()
    inner = sentry(200, gate=gate)
    memory = cached(inner)
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: number(memory, path="/here/"))
        await anyio.wait_all_tasks_blocked()
        inner.gate = None
        await ask(memory, "PUT", touches=(touches,))
        gate.set()
    assert await number(memory, path="/here/") == (1 if kept else 3)


async def test_one_callers_answer_is_never_anothers() -> None:
    memory = cached(sentry(200, 200, 500))
    assert await number(memory, caller="one") == 1
    assert await number(memory, caller="two") == 2
    assert (await ask(memory, caller="three", fresh_for=60)).status_code == 500


def sized(size: int) -> httpx2.Response:
    return httpx2.Response(200, json=["x" * (size - OVERHEAD - 4)])


async def test_an_answer_larger_than_the_limit_is_given_but_not_kept() -> None:
    memory = cached(sentry(sized(2_001), 200), limit=2_000)
    assert len((await ask(memory, fresh_for=60)).content) == 2_001 - OVERHEAD
    assert await number(memory) == 2


async def test_old_answers_make_room_for_new_ones() -> None:
    inner = sentry(sized(1_900), sized(1_900), 200)
    memory = cached(inner, limit=2_000)
    await ask(memory, path="/a", fresh_for=60)
    await ask(memory, path="/b", fresh_for=60)
    await ask(memory, path="/b", fresh_for=60)
    assert len(inner.asked) == 2
    await ask(memory, path="/a", fresh_for=60)
    assert len(inner.asked) == 3


async def test_many_small_answers_do_not_slip_through_the_limit() -> None:
    inner = sentry(httpx2.Response(200, content=b"[]"))
    memory = cached(inner, limit=10 * OVERHEAD)
    for path in range(100):
        await ask(memory, path=f"/{path}", fresh_for=60)
    await ask(memory, path="/0", fresh_for=60)
    assert len(inner.asked) == 101


async def test_an_answer_from_memory_can_be_read_again_and_again() -> None:
    memory = cached(sentry(200))
    for _ in range(3):
        response = await ask(memory, fresh_for=60)
        assert response.json() == {"answer": 1}
        assert response.headers["content-type"] == "application/json"


# All of them


def whole(wire: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
    return stack(Settings(requests_per_second=1_000), wire, Pulse(), epoch)


async def test_the_whole_stack_closes_what_it_stands_on() -> None:
    class Ground(httpx2.AsyncBaseTransport):
        closed = False

        async def aclose(self) -> None:
            self.closed = True

    ground = Ground()
    async with whole(ground):
        assert not ground.closed
    assert ground.closed


async def test_a_cancelled_request_is_cancelled_down_to_the_wire_and_frees_its_turn() -> None:
    inner = sentry(200, gate=anyio.Event())
    road = whole(inner)
    for _ in range(30):
        with anyio.move_on_after(1):
            await ask(road)
    inner.gate = None
    assert (await ask(road)).status_code == 200
    assert len(inner.asked) == 31


# The network


@asynccontextmanager
async def listening(answer: bytes) -> AsyncGenerator[str]:
    """A server that reads a request, answers so many bytes, and closes."""

    async def serve(client: SocketStream) -> None:
        async with client:
            await client.receive()
            if answer:
                await client.send(answer)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra_attributes[SocketAttribute.local_port]()
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield f"127.0.0.1:{port}"
        group.cancel_scope.cancel()


on_real_sockets = pytest.mark.parametrize("anyio_backend", ["asyncio"])
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


async def fetch(url: str, **proxies: str) -> httpx2.Response:
    async with Bounded(network(Settings(url=url), proxies), Pulse()) as road:
        client = httpx2.AsyncClient(transport=road)
        return await client.get(url)


@on_real_sockets
async def test_a_refused_connection_never_left() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(httpx2.ConnectError):
        await fetch(f"http://127.0.0.1:{port}/")


@on_real_sockets
async def test_a_connection_closed_without_an_answer_did_leave() -> None:
    async with listening(b"") as host:
        with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
            await fetch(f"http://{host}/")


@on_real_sockets
@pytest.mark.parametrize("head", [b"content-length: 99", b"transfer-encoding: chunked"])
async def test_a_body_that_is_cut_short_on_the_wire_is_no_answer(head: bytes) -> None:
    async with listening(HEAD + head + b'\r\n\r\n{"a"') as host:
        with pytest.raises(httpx2.RemoteProtocolError):
            await fetch(f"http://{host}/")


@on_real_sockets
async def test_a_body_without_a_length_that_ends_too_early_is_known_by_its_json() -> None:
    async with listening(HEAD + b'\r\n{"a"') as host:
        with pytest.raises(httpx2.DecodingError):
            await fetch(f"http://{host}/")


@on_real_sockets
async def test_a_failed_handshake_never_left() -> None:
    async with listening(b"no TLS here\r\n") as host:
        with pytest.raises(httpx2.ConnectError):
            await fetch(f"https://{host}/")


@on_real_sockets
async def test_a_whole_answer_is_read_from_the_wire() -> None:
    packed = gzip.compress(b"[1]")
    head = HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    async with listening(head + packed) as host:
        assert (await fetch(f"http://{host}/")).json() == [1]


@on_real_sockets
@pytest.mark.parametrize("scheme", ["http://", ""])
async def test_a_proxy_is_used_however_it_is_written(scheme: str) -> None:
    async with listening(HEAD + b"\r\n[1]") as host:
        assert (await fetch("http://sentry.test/", http=f"{scheme}{host}")).json() == [1]


@on_real_sockets
@pytest.mark.parametrize("no", ["127.0.0.1", "*", "sentry.test, 127.0.0.1", ".0.0.1"])
async def test_hosts_that_need_no_proxy_are_reached_without_one(no: str) -> None:
    async with listening(HEAD + b"\r\n[1]") as host:
        proxies = {"http": "http://127.0.0.1:1", "no": no}
        assert (await fetch(f"http://{host}/", **proxies)).json() == [1]


def test_a_certificate_that_cannot_be_read_is_told_at_once() -> None:
    with pytest.raises(OSError, match="No such file"):
        network(Settings(ca_bundle="/nowhere/ca.pem"), {})
