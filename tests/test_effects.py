"""What a tool says of its effects is what Sentry sees of them.

Every tool of the published surface is called in the ways of `canaries`; the simulator remembers
the requests.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations

from answers import text_of
from canaries import Place, calls, settle
from canaries.place import Calls
from clock import generous, now
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.server import build_server
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.tools.published import published
from dexter_mcp.tools.registry import CHANGES, chosen, load
from world_state import state_of
from writing import attempted, settings, writes_of

pytestmark = pytest.mark.anyio

TOOLS = {tool.name: tool for tool in published(chosen(["all"]))}
REPLACED = frozenset({"runs"})
"""Sentry shows the last run of Seer alone: a new one takes the place of it."""
MODES = ("off", "ask", "allow")


def hints(tool: Tool) -> ToolAnnotations:
    assert tool.annotations
    return tool.annotations


READING = sorted(name for name, tool in TOOLS.items() if hints(tool).read_only_hint)
SETTLING = frozenset(tool.name for tool in load(CHANGES))
"""Tools about changes that were planned before: what they do depends on the plan."""
WRITING = sorted(set(TOOLS) - set(READING) - SETTLING)
ADDING = [name for name in WRITING if not hints(TOOLS[name]).destructive_hint]


def a_cage() -> Simulator:
    """A world of its own for each test; it is made in an instant."""
    world = World(now=now)
    world.add_organization("acme", "Acme")
    world.add_team("acme", "birds", "Birds")
    world.add_member("acme", "ana@acme.test", "Ana", teams=("birds",))
    world.add_project("acme", "aviary", "Aviary", "python", teams=("birds",))
    world.add_token(Simulator.TOKEN, user="ana@acme.test", scopes=ALL_SCOPES)
    settle(world)
    return generous(Simulator(world))


def ways(simulator: Simulator) -> Calls:
    world = simulator.world
    issue = next(iter(world.issues.values()))
    (event, *_) = world.store.find(world.events_of(issue))
    return calls(Place(issue.short_id, event.id, every_section=False))


def served(simulator: Simulator, folder: Path, **more: Any) -> Client:
    return Client(build_server(settings(folder, **more), simulator, now=now))


async def called(
    simulator: Simulator, folder: Path, names: Sequence[str], **more: Any
) -> dict[str, list[str]]:
    """Call tools in all their ways; gives the requests of each that could change something."""
    table, sent = ways(simulator), dict[str, list[str]]()
    async with served(simulator, folder, **more) as client:
        for name in names:
            before = len(writes_of(simulator))
            for arguments in table[name]:
                result = await client.call_tool(name, arguments)
                assert not result.is_error, f"{name} {arguments}: {text_of(result)}"
            sent[name] = writes_of(simulator)[before:]
    return sent


def methods(lines: Sequence[str]) -> set[str]:
    return {line.partition(" ")[0] for line in lines}


def grown(before: Any, after: Any) -> bool:
    """Tell whether all that was there is there as it was, beside what is new."""
    if is_object(before) and is_object(after):
        return all(key in after and grown(inner, after[key]) for key, inner in before.items())
    if is_array(before) and is_array(after):
        return all(any(grown(each, other) for other in after) for each in before)
    return before == after


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_every_tool_has_its_three_hints(name: str) -> None:
    told = hints(TOOLS[name])
    assert None not in (told.read_only_hint, told.destructive_hint, told.idempotent_hint)
    if told.read_only_hint:
        assert not told.destructive_hint
        assert told.idempotent_hint
    verb = name.partition("_")[0]
    assert told.read_only_hint is (
        verb not in {"create", "update", "delete", "invite", "merge", "unmerge", "start", "comment"}
        and verb not in {"link", "unlink", "change", "apply", "undo"}
    )
    if verb in {"delete", "merge", "change", "apply", "undo"}:
        assert told.destructive_hint


@pytest.mark.parametrize("mode", MODES)
async def test_tools_that_read_send_nothing_that_could_change_anything(
    mode: str, tmp_path: Path
) -> None:
    names = [each for each in READING if mode != "off" or each not in SETTLING]
    sent = await called(a_cage(), tmp_path, names, writes=mode)
    assert {name: lines for name, lines in sent.items() if lines} == {}


async def test_without_consent_tools_that_write_only_look(tmp_path: Path) -> None:
    sent = await called(a_cage(), tmp_path, WRITING, writes="ask")
    assert {name: lines for name, lines in sent.items() if lines} == {}


@pytest.mark.parametrize("name", WRITING)
async def test_tools_that_write_do_what_their_hints_say(name: str, tmp_path: Path) -> None:
    """What is not destructive neither deletes nor changes what was there."""
    for at in range(len(ways(a_cage())[name])):
        simulator = a_cage()
        before = state_of(simulator.world, REPLACED)
        async with served(simulator, tmp_path) as client:
            result = await attempted(client, name, **ways(simulator)[name][at])
        sent = methods(writes_of(simulator))
        assert sent or "Nothing to do" in text_of(result), text_of(result)
        if name in ADDING:
            assert sent <= {"POST", "PUT"}
            assert grown(before, state_of(simulator.world, REPLACED))


@pytest.mark.parametrize("more", [{"writes": "off"}, {"read_only": True, "writes": "allow"}])
async def test_who_may_only_read_is_neither_offered_nor_given_anything_else(
    more: dict[str, Any], tmp_path: Path
) -> None:
    simulator = a_cage()
    table = ways(simulator)
    async with served(simulator, tmp_path, **more) as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}
        assert listed == set(READING) - SETTLING
        for name in [*WRITING, *sorted(SETTLING)]:
            result = await client.call_tool(name, table[name][0])
            assert result.is_error
            assert text_of(result).startswith(f"There is no tool '{name}' here")
    assert simulator.world.seen == []
    assert os.listdir(tmp_path) == [], "who changes nothing keeps no state"  # noqa: PTH208 - it is one call
