"""What a person does about changes in a terminal: look, agree, stop, read the log."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.changes.folder import state_folder
from dexter_mcp.changes.ledger import Ledger
from dexter_mcp.cli import audit
from dexter_mcp.cli import changes as command
from dexter_mcp.cli.arguments import parse
from dexter_mcp.cli.changes import Registry, settled
from dexter_mcp.cli.context import prepare
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from small_world import BORN, Clock, small_world, story
from writing import change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio

Typed = Callable[[str], str]


@pytest.fixture
def simulator() -> Simulator:
    world = small_world(Clock())
    world.tell("acme", story("KeyError"))
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    """An assistant whose user can't be asked through it."""
    async with writing(simulator, tmp_path, writes="ask") as client:
        yield client


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path)) as ledger:
        yield ledger


def never(question: str) -> str:
    raise AssertionError(question)


def terminal(ledger: Ledger, *words: str, ask: Typed | None = None, later: float = 0) -> int:
    """Type a command; `later` are minutes since the plan was made."""
    registry = Registry(ledger, ask, lambda: BORN + timedelta(minutes=later))
    return settled(registry, parse(["changes", *words]))


async def planned(client: Client, simulator: Simulator) -> str:
    """Have the assistant plan to raise the priority of the issue."""
    issue = str(min(simulator.world.issues))
    given = {"operation": "update_issue", "arguments": [f"issue={issue}", "priority=high"]}
    return change_in(text_of(await client.call_tool("change_sentry", given)))


async def planned_deletion(client: Client) -> str:
    given = {"operation": "delete_team", "arguments": ["team=storefront"]}
    return change_in(text_of(await client.call_tool("change_sentry", given)))


async def test_what_is_approved_in_a_terminal_the_assistant_may_carry_out(
    client: Client, simulator: Simulator, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    change = await planned(client, simulator)
    result = await client.call_tool("apply_change", {"change": change})
    assert result.is_error, "the bare id is no handle"
    assert terminal(ledger, "approve", change, ask=lambda _: "y") == 0
    told = capsys.readouterr().out
    assert "priority" in told
    assert "high" in told
    assert f"apply_change change={change}" in told
    assert (await done(client, "apply_change", change=change)).startswith("Done")


@pytest.mark.parametrize("answer", ["", "n", "yes please", "never"])
async def test_anything_but_a_yes_approves_nothing(
    client: Client, simulator: Simulator, ledger: Ledger, answer: str
) -> None:
    change = await planned(client, simulator)
    assert terminal(ledger, "approve", change, ask=lambda _: answer) == 1
    assert ledger.known(change).approved == ""
    assert (await client.call_tool("apply_change", {"change": change})).is_error
    assert writes_of(simulator) == []


async def test_a_script_says_yes_by_a_flag(
    client: Client, simulator: Simulator, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    change = await planned(client, simulator)
    assert terminal(ledger, "approve", change) == 1
    assert "Nobody can be asked here" in capsys.readouterr().err
    assert terminal(ledger, "approve", change, "--yes") == 0
    assert ledger.known(change).approved == "terminal"


async def test_what_is_deleted_has_to_be_named(
    client: Client, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    change = await planned_deletion(client)
    assert terminal(ledger, "approve", change, "--yes") == 1
    assert terminal(ledger, "approve", change, ask=lambda _: "store") == 1
    assert "not its name" in capsys.readouterr().err
    assert terminal(ledger, "approve", change, "--name", "payments", "--yes", ask=never) == 1
    assert ledger.known(change).approved == ""
    assert terminal(ledger, "approve", change, ask=lambda _: " storefront ") == 0
    assert ledger.known(change).approved == "terminal"


async def test_a_plan_that_waited_too_long_is_not_approved(
    client: Client, simulator: Simulator, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    change = await planned(client, simulator)
    assert terminal(ledger, "approve", change, ask=never, later=11) == 1
    assert "is expired" in capsys.readouterr().err
    assert terminal(ledger, later=11) == 0
    assert "expired" in capsys.readouterr().out


async def test_nobody_agrees_twice_or_to_what_is_done(
    client: Client, simulator: Simulator, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    change = await planned(client, simulator)
    assert terminal(ledger, "approve", change, "--yes") == 0
    assert terminal(ledger, "approve", change, "--yes") == 1
    assert "approved already, by terminal" in capsys.readouterr().err
    await done(client, "apply_change", change=change)
    assert terminal(ledger, "approve", change, "--yes") == 1
    assert "is applied" in capsys.readouterr().err


async def test_what_is_rejected_nobody_carries_out(
    client: Client, simulator: Simulator, ledger: Ledger
) -> None:
    issue = str(min(simulator.world.issues))
    given = {"operation": "update_issue", "arguments": [f"issue={issue}", "priority=high"]}
    plan = text_of(await client.call_tool("change_sentry", given))
    handle = plan.rpartition("change=")[2].strip()
    assert terminal(ledger, "reject", change_in(plan)) == 0
    result = await client.call_tool("apply_change", {"change": handle})
    assert result.is_error
    assert "rejected" in text_of(result)
    assert writes_of(simulator) == []


async def test_only_what_is_under_way_can_be_paused(
    client: Client, simulator: Simulator, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    change = await planned(client, simulator)
    assert terminal(ledger, "pause", change) == 1
    assert "is not under way: it is planned" in capsys.readouterr().err
    ledger.claim(ledger.known(change), "user")
    assert terminal(ledger, "pause", change) == 0
    assert ledger.known(change).standing == "paused"


async def test_changes_are_listed_and_shown_whoevers_token_planned_them(
    client: Client, simulator: Simulator, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    change = await planned(client, simulator)
    assert terminal(ledger) == 0
    (head, row) = capsys.readouterr().out.splitlines()
    assert head.split() == ["change", "made", "stands", "targets", "what"]
    assert change in row
    assert "planned" in row
    assert terminal(ledger, "show", change) == 0
    assert "priority" in capsys.readouterr().out


@pytest.mark.parametrize("action", ["show", "approve", "reject", "pause"])
def test_a_change_that_is_not_there_is_said_to_be_none(
    action: str, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal(ledger, action, "c-aaaaaaaaaa") == 1
    assert "There is no change 'c-aaaaaaaaaa'" in capsys.readouterr().err
    assert terminal(ledger, action) == 1
    assert "Which one?" in capsys.readouterr().err


def test_without_any_changes_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--state-dir", str(tmp_path)]
    assert command.run(parse(["changes", *state])) == 0
    assert capsys.readouterr().out == "No changes so far.\n"
    assert audit.run(parse(["audit", *state])) == 0
    assert capsys.readouterr().out.startswith("0 of 0 requests, from ")


# The log


def test_a_folder_that_can_not_be_opened_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "changes.sqlite3").mkdir()
    assert command.run(parse(["changes", "--state-dir", str(tmp_path)])) == 1
    said = capsys.readouterr().err
    assert str(tmp_path) in said
    assert "--state-dir" in said


def logged(folder: Path, *words: str) -> int:
    return audit.run(parse(["audit", "--state-dir", str(folder), *words]))


@pytest.fixture
async def history(simulator: Simulator, tmp_path: Path) -> list[str]:
    """Two changes that were carried out, and one that Sentry refused."""
    issue = str(min(simulator.world.issues))
    made = list[str]()
    async with writing(simulator, tmp_path) as client:
        for priority in ("high", "low"):
            given = [f"issue={issue}", f"priority={priority}"]
            told = await done(client, "change_sentry", operation="update_issue", arguments=given)
            made.append(change_in(told))
        simulator.faults.add(Fault("/issues/", "PUT", status=400))
        given = [f"issue={issue}", "priority=medium"]
        result = await client.call_tool(
            "change_sentry", {"operation": "update_issue", "arguments": given}
        )
        assert result.is_error
        made.append(change_in(text_of(result)))
    return made


async def test_the_log_shows_each_request_newest_last(
    history: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert logged(tmp_path) == 0
    told = capsys.readouterr().out
    assert [told.index(change) for change in history] == sorted(map(told.index, history))
    assert "2026-08-12 09:30:00" in told
    assert "change_sentry (update_issue)" in told
    assert f"3 of 3 requests, from {tmp_path / 'audit.jsonl'}" in told


async def test_the_log_can_be_narrowed(
    history: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = history
    for words, there in (
        (["--last", "1"], {third}),
        (["--failed"], {third}),
        (["--change", first], {first}),
        (["--last", "2"], {second, third}),
    ):
        logged(tmp_path, *words)
        told = capsys.readouterr().out
        assert {change for change in history if change in told} == there


async def test_the_log_says_why_something_failed(
    history: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logged(tmp_path, "--change", history[2])
    told = capsys.readouterr().out
    assert "refused" in told
    assert "\n    " in told


async def test_programs_get_the_lines_as_they_are_kept(
    history: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logged(tmp_path, "--json")
    lines = capsys.readouterr().out.splitlines()
    assert lines == (tmp_path / "audit.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["change"] for line in lines] == history


async def test_a_terminal_shows_no_escape_sequence_of_a_stranger(
    simulator: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = simulator.world
    world.tell("acme", story("Val\x1b[31mue\x07Error"))
    issue = str(max(world.issues))
    async with writing(simulator, tmp_path) as client:
        given = [f"issue={issue}", "priority=high"]
        await done(client, "change_sentry", operation="update_issue", arguments=given)
    logged(tmp_path)
    with closing(Ledger(tmp_path)) as ledger:
        (change,) = ledger.latest(1)
        terminal(ledger)
        terminal(ledger, "show", change.id)
    told = capsys.readouterr().out
    assert change.id in told
    assert not {"\x1b", "\x07"} & set(told)


def test_what_is_changed_in_the_simulator_is_not_in_the_log_of_the_real_sentry() -> None:
    real, _ = prepare(parse([]))
    simulated, _ = prepare(parse(["--simulator"]))
    assert state_folder(simulated) == state_folder(real) / "simulator"
    given, _ = prepare(parse(["--simulator", "--state-dir", "elsewhere"]))
    assert given.state_dir == "elsewhere"
