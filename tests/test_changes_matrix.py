"""Every operation that writes is planned, declined, applied, read back and taken back once."""

import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult

from answers import text_of
from clock import generous
from dexter_mcp.changes.recipes import recipes
from dexter_mcp.sentry.catalogue import operations
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from orders import CASES, settle
from small_world import BORN, Clock, small_world
from world_state import state_of

pytestmark = pytest.mark.anyio

WRITES = sorted(name for name, each in operations().items() if not each.reads)
UNDOABLE = sorted(name for name in CASES if not recipes()[name].lost)


def a_simulator(operation: str) -> Simulator:
    world = small_world(Clock())
    settle(world, operation)
    return generous(Simulator(world))


@asynccontextmanager
async def allowed(simulator: Simulator, folder: Path) -> AsyncGenerator[Client]:
    """A client that may write without asking."""
    async with Client(build_server(_settings(folder), simulator, now=lambda: BORN)) as client:
        yield client


def _settings(folder: Path) -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        org="acme",
        toolsets=("all",),
        requests_per_second=100_000,
        writes="allow",
        state_dir=str(folder),
    )


async def changed(client: Client, operation: str, simulator: Simulator) -> CallToolResult:
    """Carry an operation out; where a name has to be typed, type it."""
    arguments = {"operation": operation, "arguments": _arguments(operation, simulator)}
    result = await client.call_tool("change_sentry", arguments)
    planned = re.search(r'change=(\S+) name="(.*)"', text_of(result))
    if planned:
        typed = {"change": planned[1], "name": json.loads(f'"{planned[2]}"')}
        result = await client.call_tool("apply_change", typed)
    assert not result.is_error, text_of(result)
    return result


def _arguments(operation: str, simulator: Simulator) -> list[str]:
    return list(CASES[operation].arguments(simulator.world))


def writes_of(simulator: Simulator) -> list[str]:
    return [line for line in simulator.world.seen if not line.startswith("GET ")]


def audited(folder: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in (folder / "audit.jsonl").read_text("utf-8").splitlines()]


def test_every_operation_that_writes_has_a_recipe_and_a_case() -> None:
    assert sorted(recipes()) == sorted(set(WRITES))
    assert sorted(CASES) == sorted(set(WRITES))


@pytest.mark.parametrize("operation", sorted(CASES))
async def test_it_is_applied_read_back_and_recorded(operation: str, tmp_path: Path) -> None:
    simulator = a_simulator(operation)
    async with allowed(simulator, tmp_path) as client:
        result = await changed(client, operation, simulator)
    assert text_of(result).startswith("Done"), text_of(result)
    assert writes_of(simulator), "nothing was sent"
    lines = audited(tmp_path)
    assert [line["outcome"] for line in lines] == ["done"] * len(lines)
    assert len(lines) == len(writes_of(simulator))


@pytest.mark.parametrize("operation", UNDOABLE)
async def test_taking_it_back_leaves_the_world_as_it_was(operation: str, tmp_path: Path) -> None:
    simulator, but = a_simulator(operation), CASES[operation].but
    before = state_of(simulator.world, but)
    async with allowed(simulator, tmp_path) as client:
        result = await changed(client, operation, simulator)
        assert state_of(simulator.world, but) != before
        (change,) = re.findall(r"undo_change change=(\S+)", text_of(result))
        undone = await client.call_tool("undo_change", {"change": change})
    assert text_of(undone).startswith("Done"), text_of(undone)
    assert state_of(simulator.world, but) == before


@pytest.mark.parametrize("operation", sorted(CASES))
async def test_declining_it_changes_nothing(operation: str, tmp_path: Path) -> None:
    simulator = a_simulator(operation)
    before, asked = state_of(simulator.world), list[str]()

    async def decline(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        assert context.session
        asked.append(params.message)
        return ElicitResult(action="decline")

    settings = replace(_settings(tmp_path), writes="ask")
    server = build_server(settings, simulator, now=lambda: BORN)
    async with Client(server, elicitation_callback=decline) as client:
        arguments = {"operation": operation, "arguments": _arguments(operation, simulator)}
        result = await client.call_tool("change_sentry", arguments)
    assert text_of(result).startswith("The user declined, and nothing was changed"), asked
    assert len(asked) == 1
    assert writes_of(simulator) == []
    assert state_of(simulator.world) == before
