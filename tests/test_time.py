"""Deadlines, progress and cancellation, as a client sees them."""

from contextlib import ExitStack
from typing import Any

import anyio
import httpx2
import pytest
from mcp import MCPError
from mcp.server.mcpserver.exceptions import ToolError

from answers import text_of
from dexter_mcp.sentry import Sentry, deadline
from dexter_mcp.simulator import Fault
from dexter_mcp.tools.progress import reporting
from talk import PROJECTS, SETTINGS, Talk, talking
from virtual_time import epoch, pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


# How much time is left


async def left_within(*seconds: float) -> float:
    with ExitStack() as scopes:
        for each in seconds:
            scopes.enter_context(anyio.fail_after(each))
        return deadline.left()


async def test_the_innermost_deadline_counts() -> None:
    assert await left_within() == float("inf")
    assert await left_within(10, 3) == 3
    assert await left_within(10, 30) == 10


async def test_who_is_cancelled_has_no_time_left() -> None:
    left: list[float] = []
    with anyio.CancelScope() as scope:
        scope.cancel()
        left.append(deadline.left())
        await pass_by(1)
    assert left == [0]


# Deadlines


async def test_a_call_ends_before_clients_give_up(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(hang=True, times=-1))
    result = await talk.client.call_tool("list_projects", {})
    assert "Sentry took longer than 50 s" in text_of(result)
    assert anyio.current_time() == pytest.approx(50)


@pytest.mark.parametrize(
    "part", ["/tags/", "/committers/", "/attachments/", "/events/recommended/"]
)
async def test_a_composite_answers_with_what_is_there_at_the_soft_deadline(
    talk: Talk, part: str
) -> None:
    talk.simulator.faults.add(Fault(hang=True, path=part, times=-1))
    result = await talk.client.call_tool("get_issue", {"issue": "CHECKOUT-1"})
    text = text_of(result)
    assert not result.is_error
    assert text.startswith("CHECKOUT-1")
    assert "It did not come in time" in text
    assert anyio.current_time() == pytest.approx(25, abs=1)


async def test_parts_that_build_on_others_begin_before_the_slowest_part_is_there(
    talk: Talk,
) -> None:
    talk.simulator.faults.add(Fault(delay=20, path="/tags/"))
    talk.simulator.faults.add(Fault(delay=20, path="/committers/"))
    text = text_of(await talk.client.call_tool("get_issue", {"issue": "CHECKOUT-1"}))
    assert "failed:" not in text
    assert anyio.current_time() < 25


async def test_an_issue_that_does_not_come_is_no_partial_answer(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(hang=True, times=-1))
    result = await talk.client.call_tool("get_issue", {"issue": "CHECKOUT-1"})
    assert result.is_error
    assert "It did not come in time" in text_of(result)
    assert anyio.current_time() == pytest.approx(25, abs=1)


# Progress


async def progress_of(talk: Talk, tool: str, **arguments: Any) -> list[tuple[float, str | None]]:
    told: list[tuple[float, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        assert total is None
        told.append((progress, message))

    await talk.client.call_tool(tool, arguments, progress_callback=note)
    return told


async def test_a_client_that_waits_is_told_every_two_seconds(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(delay=7))
    told = await progress_of(talk, "list_projects")
    assert told == [(n, f"waiting for Sentry, {n} s") for n in (2, 4, 6)]


async def test_what_is_quick_says_nothing(talk: Talk) -> None:
    assert await progress_of(talk, "list_projects") == []


class _Gone:
    """A client that closed its end."""

    async def report_progress(self, *_: Any, **__: Any) -> None:
        raise anyio.ClosedResourceError


async def test_a_client_that_is_gone_does_not_break_the_call() -> None:
    async def work() -> str:
        await pass_by(5)
        return "done"

    assert await reporting(_Gone(), work) == "done"


@pytest.mark.parametrize("failure", [ToolError("no"), MCPError(-32042, "ask"), KeyError("bug")])
async def test_a_failure_comes_out_as_it_is(failure: Exception) -> None:
    async def work() -> None:
        await pass_by(5)
        raise failure

    with pytest.raises(type(failure)) as caught:
        await reporting(_Gone(), work)
    assert caught.value is failure


# Cancellation


class Watched(httpx2.AsyncBaseTransport):
    """A wire on which nothing comes back, and that notes who gave up."""

    def __init__(self) -> None:
        self.begun = self.given_up = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.begun += 1
        try:
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            self.given_up += 1
            raise
        return httpx2.Response(200, request=request)


async def test_a_client_that_cancels_ends_the_request_to_sentry(era: Any) -> None:
    async with talking(era) as talk:
        talk.simulator.faults.add(Fault(hang=True, times=-1))
        for _ in range(10):
            with anyio.move_on_after(1):
                await talk.client.call_tool("list_projects", {})
        talk.simulator.faults.clear()
        result = await talk.client.call_tool("list_projects", {})
    assert "checkout" in text_of(result)
    assert anyio.current_time() == pytest.approx(10, abs=1)
    assert talk.count(PROJECTS) == 11


async def test_cancellation_reaches_the_wire() -> None:
    wire = Watched()
    async with Sentry.connect(SETTINGS, wire, now=epoch) as sentry:
        with anyio.move_on_after(3):
            await sentry.projects.list("acme")
    assert (wire.begun, wire.given_up) == (1, 1)


async def test_a_caller_that_leaves_takes_nobody_along(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(delay=5))
    answers: list[str] = []

    async def ask() -> None:
        answers.append(text_of(await talk.client.call_tool("list_projects", {})))

    async def leave() -> None:
        with anyio.move_on_after(2):
            await ask()

    async with anyio.create_task_group() as group:
        group.start_soon(leave)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(ask)
        group.start_soon(ask)
    assert len(answers) == 2
    assert all("checkout" in answer for answer in answers)
