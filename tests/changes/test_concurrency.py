"""Several clients, servers and processes that change the same Sentry at the same time."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from dexter_mcp.changes.office import Office
from dexter_mcp.simulator import Simulator
from shaken import HANDLE, Later, Shaken, a_simulator, bulk, carried_out, shaken, wishes
from virtual_time import now, pass_by
from writing import audited, change_in, settings, writes_of

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


@asynccontextmanager
async def two(
    folder: Path, simulator: Simulator, **more: Any
) -> AsyncGenerator[tuple[Shaken, Shaken]]:
    """Two servers over one state folder, each with a client."""
    async with (
        shaken(folder, simulator, **more) as one,
        shaken(folder, simulator, **more) as other,
    ):
        yield one, other


async def together(*calls: Awaitable[str]) -> list[str]:
    said = dict[int, str]()

    async def note(at: int, call: Awaitable[str]) -> None:
        said[at] = await call

    async with anyio.create_task_group() as group:
        for at, call in enumerate(calls):
            group.start_soon(note, at, call)
    return [said[at] for at in range(len(calls))]


def prioritize(simulator: Simulator, priority: str) -> dict[str, Any]:
    issue = min(simulator.world.issues)
    return {"operation": "update_issue", "arguments": [f"issue={issue}", f"priority={priority}"]}


async def test_of_two_who_change_the_same_one_applies_and_the_other_is_told(
    tmp_path: Path,
) -> None:
    simulator = a_simulator()
    async with two(tmp_path, simulator) as (one, other):
        one.fail(method="PUT", delay=2.0)
        said = await together(
            one.said("change_sentry", **prioritize(simulator, "low")),
            other.said("change_sentry", **prioritize(simulator, "high")),
        )
    done, left = sorted(said)
    assert done.startswith("Done"), said
    assert "left alone (it has changed since the plan was made)" in left
    assert len(writes_of(simulator)) == 1
    assert [line["outcome"] for line in audited(tmp_path)] == ["done"]


async def test_the_same_wish_of_two_is_one_request(tmp_path: Path) -> None:
    simulator = a_simulator()
    wish = wishes(simulator)["create"]
    async with two(tmp_path, simulator) as (one, other):
        one.fail(method="POST", delay=2.0)
        said = await together(one.want(wish), other.want(wish))
    done, other = sorted(said)
    assert done.startswith("Done"), said
    assert other.startswith("Nothing was left to do"), said
    assert "was so already" in other
    assert len(writes_of(simulator)) == 1


async def test_two_wishes_about_different_things_do_not_wait_for_each_other(
    tmp_path: Path,
) -> None:
    simulator = a_simulator()
    first, second = (str(number) for number in simulator.world.issues)

    def wish(issue: str) -> dict[str, Any]:
        return {"operation": "update_issue", "arguments": [f"issue={issue}", "priority=low"]}

    async with two(tmp_path, simulator) as (one, other):
        one.fail(method="PUT", path=first, delay=10.0)
        one.fail(method="PUT", path=second, delay=10.0)
        began = anyio.current_time()
        await together(
            one.said("change_sentry", **wish(first)), other.said("change_sentry", **wish(second))
        )
        assert anyio.current_time() - began < 15
    assert len(writes_of(simulator)) == 2


async def test_who_waits_too_long_for_another_change_is_told_to_come_back(tmp_path: Path) -> None:
    simulator = a_simulator()
    async with two(tmp_path, simulator) as (one, other):
        one.fail(method="PUT", delay=29.0)

        async def second() -> str:
            await pass_by(1)
            return await other.said("change_sentry", **prioritize(simulator, "high"))

        said = await together(one.said("change_sentry", **prioritize(simulator, "low")), second())
        assert said[0].startswith("Done"), said
        assert "lasted long enough" in said[1], said
        assert "apply_change" in said[1]
    assert len(writes_of(simulator)) == 1


async def test_a_handle_that_two_use_is_carried_out_once(tmp_path: Path) -> None:
    simulator = a_simulator()
    wish = wishes(simulator)["create"]
    async with two(tmp_path, simulator, writes="ask") as (one, other):
        planned = await one.client.call_tool("change_sentry", wish.call)
        (handle,) = HANDLE.findall(str(planned))[:1]
        one.fail(method="POST", delay=2.0)
        said = await together(
            one.said("apply_change", change=handle), other.said("apply_change", change=handle)
        )
    done, refused = sorted(said)
    assert done.startswith("Done"), said
    assert "applying already" in refused or "still under way" in refused
    assert len(writes_of(simulator)) == len(audited(tmp_path)) == 1


def the_office(folder: Path, clock: Callable[[], datetime] = now) -> Office:
    return Office.opened(settings(folder), clock)


async def test_a_change_is_paused_from_elsewhere_and_goes_on_where_it_was(tmp_path: Path) -> None:
    simulator, office = a_simulator(30), the_office(tmp_path)
    async with two(tmp_path, simulator) as (one, other):
        one.fail(method="PUT", delay=5.0, times=-1)

        async def pause() -> str:
            await pass_by(7)
            (change,) = office.ledger.latest(1)
            assert office.ledger.pause(change)
            return change.id

        said, change = await together(
            one.said("change_sentry", **bulk(simulator, priority="high")), pause()
        )
        assert said.startswith("Paused after 15 of 30, because somebody paused it"), said
        assert carried_out(simulator) == 15
        one.behave()
        assert "paused" in await other.said("list_changes")
        assert (await other.said("apply_change", change=change)).startswith("Done, 30")
    office.ledger.close()
    assert carried_out(simulator) == 30
    named = [n for line in writes_of(simulator) for n in re.findall(r"[?&]id=(\d+)", line)]
    assert len(named) == len(set(named)) == 30


async def test_who_goes_on_while_a_request_is_under_way_has_to_wait(tmp_path: Path) -> None:
    simulator, office = a_simulator(30), the_office(tmp_path)
    async with two(tmp_path, simulator) as (one, other):
        one.fail(method="PUT", delay=5.0)

        async def meddle() -> str:
            await pass_by(2)
            (change,) = office.ledger.latest(1)
            office.ledger.pause(change)
            return await other.said("apply_change", change=change.id)

        said, refused = await together(
            one.said("change_sentry", **bulk(simulator, priority="high")), meddle()
        )
        assert "still under way" in refused, refused
        assert said.startswith("Paused after 3 of 30"), said
        assert (await other.said("apply_change", change=change_in(said))).startswith("Done, 30")
    office.ledger.close()
    assert [line["outcome"] for line in audited(tmp_path)] == ["done"] * 4


async def test_a_change_that_runs_can_not_be_taken_back_at_the_same_time(tmp_path: Path) -> None:
    simulator, office = a_simulator(30), the_office(tmp_path)
    async with two(tmp_path, simulator) as (one, other):
        simulator.faults.add(Later(simulator, writes=2, method="PUT", delay=5.0))

        async def undo() -> str:
            await pass_by(2)
            (change,) = office.ledger.latest(1)
            return await other.said("undo_change", change=change.id)

        said, refused = await together(
            one.said("change_sentry", **bulk(simulator, priority="high")), undo()
        )
        assert "still under way" in refused, refused
        assert said.startswith("Done, 30"), said
    office.ledger.close()


async def test_of_two_who_take_back_the_same_change_one_does(tmp_path: Path) -> None:
    simulator = a_simulator()
    wish = wishes(simulator)["update"]
    async with two(tmp_path, simulator) as (one, other):
        change = change_in(await one.want(wish))
        one.fail(method="PUT", delay=2.0)
        said = await together(
            one.said("undo_change", change=change), other.said("undo_change", change=change)
        )
        assert all(each.startswith(("Done", "Nothing")) for each in said), said
        assert "taken back already" in await one.said("undo_change", change=change)
    assert len(writes_of(simulator)) == 2
    assert not wish.fulfilled(simulator)


async def test_taking_back_what_somebody_has_changed_since_is_warned_of(tmp_path: Path) -> None:
    simulator = a_simulator()
    async with shaken(tmp_path, simulator) as it:
        change = change_in(await it.said("change_sentry", **prioritize(simulator, "low")))
        simulator.world.issues[min(simulator.world.issues)].priority = "high"
    async with shaken(tmp_path, simulator, writes="ask") as it:
        planned = await it.client.call_tool("undo_change", {"change": change})
        assert "has been changed since, and that would be lost" in str(planned)


async def test_what_was_left_alone_when_taking_back_can_still_be_taken_back(
    tmp_path: Path,
) -> None:
    simulator = a_simulator()
    issue = simulator.world.issues[min(simulator.world.issues)]
    was = issue.priority
    async with shaken(tmp_path, simulator, writes="ask") as it:
        change = change_in(await it.said("change_sentry", **prioritize(simulator, "low")))
        planned = str(await it.client.call_tool("undo_change", {"change": change}))
        issue.priority = "high"
        handle = HANDLE.findall(planned)[0]
        assert "it has changed since the plan was made" in await it.said(
            "apply_change", change=handle
        )
        issue.priority = "low"
        assert "undone" not in await it.said("list_changes", change=change)
        assert (await it.said("undo_change", change=change)).startswith("Done")
        assert issue.priority == was
        assert "undone" in await it.said("list_changes", change=change)


@pytest.mark.parametrize(("cap", "window"), [("minute", 60), ("hour", 3600)])
async def test_caps_hold_for_all_servers_together_and_after_a_restart(
    cap: str, window: int, tmp_path: Path
) -> None:
    simulator = a_simulator(30)
    most: dict[str, Any] = {f"writes_per_{cap}": 2}
    async with two(tmp_path, simulator, **most) as (one, other):
        assert (await one.said("change_sentry", **prioritize(simulator, "low"))).startswith("Done")
        said = await other.said("change_sentry", **bulk(simulator, priority="high"))
        assert said.startswith("Paused after 3 of 30, because the cap of 2 writes"), said
        assert f"a {cap} is reached; there is room in {window} s" in said
    async with shaken(tmp_path, simulator, **most) as it:
        assert "there is room in" in await it.said("apply_change", change=change_in(said))
        assert len(writes_of(simulator)) == 2
        while not said.startswith("Done, 30"):
            sent = len(writes_of(simulator))
            await pass_by(window + 1)
            said = await it.said("apply_change", change=change_in(said))
            assert len(writes_of(simulator)) - sent in {1, 2}, said


async def test_a_cap_is_not_overrun_by_those_who_ask_at_once(tmp_path: Path) -> None:
    simulator = a_simulator(8)
    issues = list(simulator.world.issues)
    async with two(tmp_path, simulator, writes_per_minute=3) as (one, other):
        one.fail(method="PUT", delay=1.0, times=-1)
        calls = [
            who.said(
                "change_sentry", operation="update_issue", arguments=[f"issue={n}", "priority=low"]
            )
            for n, who in zip(issues, [one, other] * 4, strict=True)
        ]
        said = await together(*calls)
    assert sum(each.startswith("Done") for each in said) == 3, said
    assert len(writes_of(simulator)) == 3


async def test_another_principal_settles_nothing_of_ours(tmp_path: Path) -> None:
    simulator, office = a_simulator(), the_office(tmp_path)
    stranger = replace(settings(tmp_path), token="sntryu_other")
    other = Office.opened(stranger, now)
    async with shaken(tmp_path, simulator) as it:
        it.fail(method="PUT", delay=5.0)

        async def look() -> str:
            await pass_by(2)
            assert other.ledger.abandoned(other.principal) == []
            assert office.ledger.abandoned(office.principal) == []
            return ""

        said, _ = await together(it.want(wishes(simulator)["update"]), look())
        assert said.startswith("Done"), said
    office.ledger.close()
    other.ledger.close()
