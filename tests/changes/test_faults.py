"""Changes while Sentry fails: nothing is done twice, nothing is left unrecorded."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import httpx2
import pytest
from starlette.types import Scope

from answers import text_of
from dexter_mcp.simulator import Fault, Simulator
from shaken import HANDLE, Later, Shaken, Wish, a_simulator, bulk, carried_out, shaken, wishes
from virtual_time import pass_by
from writing import audited, change_in

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

BROKE = httpx2.RemoteProtocolError("Server disconnected")
FOR_LONG = {"status": 429, "headers": {"Retry-After": "300"}}
KINDS = ("update", "create", "delete")


class Row(NamedTuple):
    """A fault of a write: whether Sentry had carried it out, and what is recorded of it then."""

    name: str
    fault: dict[str, Any]
    lands: bool
    outcome: str


LOST = (
    ("hang", {"hang": True}),
    ("cut connection", {"failure": BROKE}),
    ("500", {"status": 500}),
    ("502 page", {"html": True}),
    ("504", {"status": 504}),
    ("malformed", {"malformed": True}),
    ("page instead", {"html": True, "status": 200}),
    ("too large", {"huge": 9 * 2**20}),
)
ROWS = (
    *(Row(f"{name}, carried out", fault, lands=True, outcome="done") for name, fault in LOST),
    *(
        Row(f"{name}, not carried out", fault, lands=False, outcome="unclear")
        for name, fault in LOST
    ),
    Row("401", {"status": 401}, lands=False, outcome="refused"),
    Row("403", {"status": 403}, lands=False, outcome="refused"),
    Row("409", {"status": 409}, lands=False, outcome="refused"),
    Row(
        "429 for long",
        {"status": 429, "headers": {"Retry-After": "300"}},
        lands=False,
        outcome="refused",
    ),
)
every_kind = pytest.mark.parametrize("kind", KINDS)


def sent(it: Shaken, wish: Wish) -> int:
    return sum(line.startswith(f"{wish.method} ") for line in it.writes)


@every_kind
@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
async def test_a_write_that_fails_is_sent_once_and_told_as_it_is(
    row: Row, kind: str, tmp_path: Path
) -> None:
    simulator = a_simulator()
    wish = wishes(simulator)[kind]
    async with shaken(tmp_path, simulator) as it:
        it.fail(lands=row.lands, method=wish.method, **row.fault)
        said = await it.want(wish)
        assert it.outcomes == [row.outcome], said
        assert said.startswith("Done:" if row.lands else "Not done:"), said
        assert sent(it, wish) == 1
        assert wish.fulfilled(simulator) is row.lands
        it.behave()
        await pass_by(301)
        again = await it.want(wish)
        assert again.startswith("Nothing to do" if row.lands and kind != "delete" else "D") or (
            "is not there" in again
        ), again
    assert sent(it, wish) == (1 if row.lands else 2)
    assert wish.fulfilled(simulator)


@every_kind
async def test_a_limit_that_passes_is_waited_for(kind: str, tmp_path: Path) -> None:
    simulator = a_simulator()
    wish = wishes(simulator)[kind]
    async with shaken(tmp_path, simulator) as it:
        it.fail(status=429, headers={"Retry-After": "2"}, method=wish.method)
        assert (await it.want(wish)).startswith("Done")
        assert it.outcomes == ["done"]


@every_kind
@pytest.mark.parametrize("when", ["before", "after"])
async def test_where_nothing_can_be_read_back_the_next_try_finds_out(
    kind: str, when: str, tmp_path: Path
) -> None:
    simulator = a_simulator()
    wish, lands = wishes(simulator)[kind], when == "after"
    async with shaken(tmp_path, simulator) as it:
        it.fail(lands=lands, method=wish.method, failure=BROKE)
        it.fail_afterwards(method="GET", status=503, times=-1)
        said = await it.want(wish)
        assert said.startswith("Not done"), said
        assert "unclear" in said
        assert "nobody knows" in await it.said("undo_change", change=change_in(said))
        it.behave()
        await pass_by(60)
        said = await it.said("apply_change", change=change_in(said))
        assert said.startswith("Done"), said
        assert sent(it, wish) == (1 if lands else 2)
        assert it.outcomes == (["unclear"] if lands else ["unclear", "done"])
        assert wish.fulfilled(simulator)
        if kind != "delete":
            assert (await it.said("undo_change", change=change_in(said))).startswith("Done")
            assert not wish.fulfilled(simulator)


async def test_what_was_done_and_can_not_be_read_back_is_told_so_and_can_be_taken_back(
    tmp_path: Path,
) -> None:
    simulator = a_simulator()
    wish = wishes(simulator)["update"]
    async with shaken(tmp_path, simulator) as it:
        it.fail_afterwards(method="GET", hang=True, times=-1)
        said = await it.want(wish)
        assert said.startswith("Done"), said
        assert "could not be read back" in said
        (line,) = audited(tmp_path)
        assert (line["outcome"], list(line["found"].values())) == ("done", [None])
        assert "could not be read back" in line["said"]
        it.behave()
        await pass_by(60)
        assert (await it.said("undo_change", change=change_in(said))).startswith("Done")
    assert not wish.fulfilled(simulator)


async def test_a_call_ends_before_clients_give_up_and_leaves_nothing_open(tmp_path: Path) -> None:
    simulator = a_simulator()
    wish = wishes(simulator)["update"]
    async with shaken(tmp_path, simulator) as it:
        it.fail(method="PUT", hang=True)
        it.fail_afterwards(method="GET", hang=True, times=-1)
        began = anyio.current_time()
        assert "unclear" in await it.want(wish)
        assert anyio.current_time() - began <= 55
        it.behave()
        assert "stopped" in await it.said("list_changes")


async def test_nobody_is_told_from_memory_how_a_target_is(tmp_path: Path) -> None:
    simulator = a_simulator()
    wish = wishes(simulator)["update"]
    async with shaken(tmp_path, simulator, writes="ask") as it:
        planned = await it.client.call_tool("change_sentry", wish.call)
        handle = HANDLE.findall(text_of(planned))[0]
        issue = simulator.world.issues[min(simulator.world.issues)]
        issue.priority = "low"
        it.fail(method="GET", status=503, times=-1)
        assert "failed (503)" in text_of(
            await it.client.call_tool("apply_change", {"change": handle})
        )
        assert it.writes == []
        it.behave()
        await pass_by(60)
        assert "changed since the plan was made" in await it.said("apply_change", change=handle)
    assert it.writes == []
    assert issue.priority == "low"


async def test_a_bulk_change_stops_at_the_first_stage_that_fails_and_goes_on_with_the_rest(
    tmp_path: Path,
) -> None:
    simulator = a_simulator(30)
    async with shaken(tmp_path, simulator) as it:
        stage = Later(simulator, writes=2, method="PUT", status=502)
        simulator.faults.add(stage)
        said = await it.said("change_sentry", **bulk(simulator, priority="high"))
        assert said.startswith("Done for 3 of 30"), said
        assert carried_out(simulator) == 3
        assert it.outcomes == ["done", "unclear"]
        said = await it.said("apply_change", change=change_in(said))
        assert said.startswith("Done, 30 changed"), said
        assert it.outcomes == ["done", "unclear", "done", "done", "done"]
        assert [line.count("id=") for line in it.writes] == [3, 12, 3, 11, 13]
        assert carried_out(simulator) == 30
        undone = await it.said("undo_change", change=change_in(said))
        assert undone.startswith("Done, 30 changed"), undone
    assert carried_out(simulator) == 0


class BetweenStages(Fault):
    """Hits what is read after the first request that writes was read back."""

    def __init__(self, simulator: Simulator, **fault: Any) -> None:
        super().__init__(method="GET", times=-1, **fault)
        self.simulator = simulator

    def hits(self, scope: Scope) -> bool:
        read = [line.startswith("GET ") for line in self.simulator.world.seen]
        begun = False in read and read[read.index(False) :].count(True) > 1
        return begun and Fault.hits(self, scope)


@pytest.mark.parametrize("fault", [{"status": 503}, {"hang": True}], ids=str)
async def test_what_was_done_is_told_where_the_rest_can_not_be_looked_at(
    fault: dict[str, Any], tmp_path: Path
) -> None:
    simulator = a_simulator(30)
    async with shaken(tmp_path, simulator) as it:
        simulator.faults.add(BetweenStages(simulator, **fault))
        said = await it.said("change_sentry", **bulk(simulator, priority="high"))
        assert said.startswith("Paused after 3 of 30, because Sentry"), said
        assert carried_out(simulator) == 3
        assert it.outcomes == ["done"]
        it.behave()
        await pass_by(60)
        assert (await it.said("apply_change", change=change_in(said))).startswith("Done, 30")


async def test_what_a_lost_answer_had_done_is_not_done_again(tmp_path: Path) -> None:
    simulator = a_simulator(30)
    async with shaken(tmp_path, simulator) as it:
        it.fail(lands=True, method="PUT", failure=BROKE)
        it.fail_afterwards(method="GET", status=503, times=-1)
        said = await it.said("change_sentry", **bulk(simulator, priority="high"))
        assert said.startswith("Not done"), said
        assert carried_out(simulator) == 3
        it.behave()
        await pass_by(60)
        said = await it.said("apply_change", change=change_in(said))
        assert said.startswith("Done, 30 changed"), said
        named = [number for line in it.writes for number in re.findall(r"[?&]id=(\d+)", line)]
        assert sorted(named) == sorted(map(str, simulator.world.issues))


async def test_a_token_that_is_refused_in_the_middle_stops_the_change(tmp_path: Path) -> None:
    simulator = a_simulator(30)
    async with shaken(tmp_path, simulator) as it:
        simulator.faults.add(Later(simulator, writes=2, status=401, times=-1))
        said = await it.said("change_sentry", **bulk(simulator, priority="high"))
        assert said.startswith("Done for 3 of 30"), said
        assert "did not accept the token" in said
        it.behave()
        assert (await it.said("apply_change", change=change_in(said))).startswith("Done, 30")


async def test_a_change_that_lasts_too_long_pauses_and_goes_on(tmp_path: Path) -> None:
    simulator = a_simulator(30)
    async with shaken(tmp_path, simulator) as it:
        it.fail(method="PUT", delay=26.0)
        said = await it.said("change_sentry", **bulk(simulator, priority="high"))
        assert said.startswith("Paused after 3 of 30, because this call has lasted long"), said
        assert (await it.said("apply_change", change=change_in(said))).startswith("Done, 30")
    assert it.outcomes == ["done"] * 4


async def test_what_sentry_refused_and_somebody_else_did_meanwhile_is_not_ours_to_take_back(
    tmp_path: Path,
) -> None:
    simulator = a_simulator()
    wish = wishes(simulator)["create"]
    async with shaken(tmp_path, simulator) as it:
        it.fail(lands=True, method="POST", status=409)
        said = await it.want(wish)
        assert "was so already" in said, said
        assert "can't be taken back" in await it.said("undo_change", change=change_in(said))
    assert wish.fulfilled(simulator)


async def test_a_client_that_gives_up_leaves_a_recorded_change(tmp_path: Path) -> None:
    simulator = a_simulator(30)
    async with shaken(tmp_path, simulator) as it:
        it.fail(method="PUT", delay=10.0)
        with anyio.move_on_after(5) as patience:
            await it.said("change_sentry", **bulk(simulator, priority="high"))
        assert patience.cancelled_caught
        await pass_by(20)
        told = await it.said("list_changes")
        assert "stopped" in told, told
        assert carried_out(simulator) == 3
        assert it.outcomes == ["done"]
        assert (await it.said("apply_change", change=change_in(told))).startswith("Done, 30")


async def test_a_log_that_can_not_be_written_stops_the_change_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    simulator = a_simulator(30)
    (tmp_path / "audit.jsonl").mkdir()
    async with shaken(tmp_path, simulator) as it:
        said = await it.said("change_sentry", **bulk(simulator, priority="high"))
        assert "can't be written down" in said, said
        assert len(it.writes) == 1
        (tmp_path / "audit.jsonl").rmdir()
        told = await it.said("list_changes", change=change_in(said))
        assert "stopped" in told, told
        assert it.outcomes == ["done"]
        assert (await it.said("apply_change", change=change_in(said))).startswith("Done, 30")
    assert it.outcomes == ["done"] * 4


async def test_what_one_full_disk_left_open_is_all_settled_when_there_is_room(
    tmp_path: Path,
) -> None:
    simulator = a_simulator()
    (tmp_path / "audit.jsonl").mkdir()
    async with shaken(tmp_path, simulator) as it:
        for kind in KINDS:
            it.fail(method=wishes(simulator)[kind].method, delay=2.0)
        async with anyio.create_task_group() as group:
            for kind in KINDS:
                group.start_soon(it.want, wishes(simulator)[kind])
        assert len(it.writes) == len(KINDS)
        assert "can't be written down" in await it.said("list_changes")
        (tmp_path / "audit.jsonl").rmdir()
        await it.said("list_changes")
        assert it.outcomes == ["done"] * len(KINDS)


async def test_a_state_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    simulator = a_simulator()
    (tmp_path / "file").touch()
    async with shaken(tmp_path / "file", simulator) as it:
        said = await it.want(wishes(simulator)["update"])
    assert "DEXTER_STATE_DIR" in said, said
    assert it.writes == []
