"""Equal reads in flight are one request."""

import anyio
import httpx2
import pytest

from dexter_mcp.sentry.errors import RateLimited
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Coalesced, Retried
from upstream import ask, sentry, together
from virtual_time import epoch

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


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


@pytest.mark.parametrize("status", [429, 503])
async def test_who_has_time_to_try_again_does_not_share_what_the_first_had_no_time_for(
    status: int,
) -> None:
    gate = anyio.Event()
    inner = sentry(httpx2.Response(status, headers={"retry-after": "7"}), 200, gate=gate)
    one, outcomes = Coalesced(Retried(inner, Pulse(), now=epoch), Pulse()), list[int]()

    async def read(number: int) -> None:
        with anyio.fail_after(6 if number < 2 else 30):
            outcomes.append((await ask(one)).status_code)

    await together(4, read, gate)
    assert sorted(outcomes) == [200, 200, status, status]
    assert len(inner.asked) == 2


async def test_what_no_time_would_mend_is_shared_by_all() -> None:
    gate = anyio.Event()
    inner = sentry(503, gate=gate)
    one, outcomes = Coalesced(Retried(inner, Pulse(), now=epoch), Pulse()), list[int]()

    async def read(number: int) -> None:
        with anyio.fail_after(30 + number):
            outcomes.append((await ask(one)).status_code)

    await together(4, read, gate)
    assert outcomes == [503] * 4
    assert len(inner.asked) == 3


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
