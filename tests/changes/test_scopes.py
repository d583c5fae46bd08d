"""A token that may not do what is asked for is told so before anything is sent."""

from pathlib import Path

import pytest

from answers import text_of
from clock import generous
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.faults import Fault
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from small_world import Clock, small_world, story
from writing import writes_of, writing

pytestmark = pytest.mark.anyio

ISSUE = "/organizations/acme/issues/"


def with_scopes(*scopes: str) -> Simulator:
    world = small_world(Clock())
    world.tell("acme", story("KeyError"))
    world.add_token(Simulator.TOKEN, user="mira@acme.test", scopes=scopes)
    return generous(Simulator(world))


def issue_of(world: World) -> str:
    return str(min(world.issues))


async def tried(simulator: Simulator, folder: Path, operation: str, *arguments: str) -> str:
    async with writing(simulator, folder) as client:
        given = {"operation": operation, "arguments": list(arguments)}
        return text_of(await client.call_tool("change_sentry", given))


READING = [each for each in ALL_SCOPES if each.endswith(":read")]


@pytest.mark.parametrize(
    ("operation", "arguments", "needed"),
    [
        ("update_issue", ["issue=ISSUE", "priority=high"], "event:admin, event:write"),
        ("delete_issue", ["issue=ISSUE"], "event:admin"),
        ("create_team", ["slug=birds", "name=Birds"], "team:write"),
        ("delete_team", ["team=storefront"], "team:admin"),
        ("delete_project", ["project=web"], "project:admin"),
    ],
)
async def test_the_scopes_that_would_do_are_named_before_anything_is_looked_at(
    operation: str, arguments: list[str], needed: str, tmp_path: Path
) -> None:
    simulator = with_scopes(*READING)
    given = [each.replace("ISSUE", issue_of(simulator.world)) for each in arguments]
    told = await tried(simulator, tmp_path, operation, *given)
    assert told.startswith(f"The token lacks the scope for {operation}: it needs one of")
    for scope in needed.split(", "):
        assert scope in told
    assert "and has" in told
    assert writes_of(simulator) == []


async def test_any_one_of_the_scopes_suffices(tmp_path: Path) -> None:
    simulator = with_scopes(*READING, "event:admin")
    given = (f"issue={issue_of(simulator.world)}", "priority=high")
    assert (await tried(simulator, tmp_path, "update_issue", *given)).startswith("Done")


async def test_where_sentry_does_not_tell_the_scopes_it_says_itself_what_it_refuses(
    tmp_path: Path,
) -> None:
    simulator = with_scopes(*READING)
    simulator.faults.add(Fault("/api/0/", status=403))
    given = (f"issue={issue_of(simulator.world)}", "priority=high")
    told = await tried(simulator, tmp_path, "update_issue", *given)
    assert simulator.world.seen[0] == "GET /api/0/"
    assert told.startswith("Not done")
    assert len(writes_of(simulator)) == 1
