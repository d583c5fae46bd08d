"""Every operation that writes is planned, declined, applied, read back and taken back once."""

from itertools import starmap
from pathlib import Path

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from contract import complaint_of_request
from dexter_mcp.changes.recipes import recipes
from dexter_mcp.sentry.catalogue import operations
from dexter_mcp.server import build_server
from dexter_mcp.simulator import Simulator
from orders import CASES, settle
from small_world import BORN, Clock, small_world
from world_state import state_of
from writing import Person, audited, change_in, done, settings, writes_of, writing

pytestmark = pytest.mark.anyio

WRITES = sorted(name for name, each in operations().items() if not each.reads)
UNDOABLE = sorted(name for name in CASES if name not in recipes() or not recipes()[name].lost)


def a_simulator(operation: str) -> Simulator:
    world = small_world(Clock())
    settle(world, operation)
    return generous(Simulator(world))


def arguments(operation: str, simulator: Simulator) -> list[str]:
    return list(CASES[operation].arguments(simulator.world))


def complaints(simulator: Simulator) -> list[str]:
    """What Sentry's description says against the requests, where it is at hand."""
    return list(filter(None, starmap(complaint_of_request, simulator.world.sent)))


async def carried_out(client: Client, operation: str, simulator: Simulator) -> str:
    given = arguments(operation, simulator)
    return await done(client, "change_sentry", operation=operation, arguments=given)


def test_every_operation_that_writes_has_a_case() -> None:
    assert sorted(CASES) == WRITES


@pytest.mark.parametrize("operation", sorted(CASES))
async def test_it_is_applied_read_back_and_recorded(operation: str, tmp_path: Path) -> None:
    simulator = a_simulator(operation)
    async with writing(simulator, tmp_path) as client:
        said = await carried_out(client, operation, simulator)
    assert said.startswith("Done"), said
    assert writes_of(simulator), "nothing was sent"
    outcomes = [line["outcome"] for line in audited(tmp_path)]
    assert outcomes == ["done"] * len(writes_of(simulator))
    assert complaints(simulator) == []


@pytest.mark.parametrize("operation", UNDOABLE)
async def test_taking_it_back_leaves_the_world_as_it_was(operation: str, tmp_path: Path) -> None:
    simulator, but = a_simulator(operation), CASES[operation].but
    before = state_of(simulator.world, but)
    async with writing(simulator, tmp_path) as client:
        change = change_in(await carried_out(client, operation, simulator))
        assert state_of(simulator.world, but) != before
        undone = await done(client, "undo_change", change=change)
    assert undone.startswith("Done"), undone
    assert state_of(simulator.world, but) == before
    assert complaints(simulator) == []


@pytest.mark.parametrize("operation", sorted(CASES))
async def test_declining_it_changes_nothing(operation: str, tmp_path: Path) -> None:
    simulator, person = a_simulator(operation), Person("decline")
    before = state_of(simulator.world)
    server = build_server(settings(tmp_path, writes="ask"), simulator, now=lambda: BORN)
    async with Client(server, elicitation_callback=person) as client:
        given = {"operation": operation, "arguments": arguments(operation, simulator)}
        result = await client.call_tool("change_sentry", given)
    assert text_of(result).startswith("The user declined, and nothing was changed")
    assert len(person.asked) == 1
    assert writes_of(simulator) == []
    assert state_of(simulator.world) == before
