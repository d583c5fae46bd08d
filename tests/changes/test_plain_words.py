"""Plans and answers call things as people do, and say what was asked and what came of it."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.records import Issue
from orders import monitors, releases
from small_world import Clock, small_world, story
from writing import attempted, change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio


@pytest.fixture
def world() -> World:
    made = small_world(Clock())
    releases.settle(made)
    made.tell("acme", story("KeyError", count=30))
    made.tell("acme", story("RangeError", project="web"))
    made.add_member("acme", "tomas@acme.test", "Tomás Ferreira", teams=["payments"])
    return made


@pytest.fixture
def simulator(world: World) -> Simulator:
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncGenerator[Client]:
    async with writing(simulator, tmp_path) as one:
        yield one


@pytest.fixture
async def asking(simulator: Simulator, tmp_path: Path) -> AsyncGenerator[Client]:
    async with writing(simulator, tmp_path, writes="ask") as one:
        yield one


def issue(world: World, title: str) -> Issue:
    return next(each for each in world.issues.values() if each.title.startswith(title))


async def said_to(client: Client, tool: str, **arguments: Any) -> str:
    return text_of(await client.call_tool(tool, arguments))


async def refused(client: Client, simulator: Simulator, tool: str, **arguments: Any) -> str:
    result = await attempted(client, tool, **arguments)
    assert result.is_error, text_of(result)
    assert writes_of(simulator) == []
    return text_of(result)


async def test_who_gets_an_issue_and_who_had_it_are_called_by_their_names(
    client: Client, world: World
) -> None:
    one = issue(world, "KeyError").short_id
    first = await done(client, "update_issues", issues=[one], assign_to="tomas")
    assert "assignedTo none → Tomás Ferreira" in first
    second = await done(client, "update_issues", issues=[one], assign_to="#payments")
    assert "assignedTo Tomás Ferreira → #payments" in second
    undone = await done(client, "undo_change", change=change_in(second))
    assert "assignedTo #payments → Tomás Ferreira" in undone


@pytest.mark.parametrize("nobody", ["none", "nobody", "Unassigned"])
async def test_nobody_has_several_names(client: Client, world: World, nobody: str) -> None:
    one = issue(world, "KeyError").short_id
    await done(client, "update_issues", issues=[one], assign_to="tomas")
    said = await done(client, "update_issues", issues=[one], assign_to=nobody)
    assert "assignedTo Tomás Ferreira → none" in said


async def test_a_search_is_repeated_with_what_it_found_where(asking: Client) -> None:
    said = await said_to(
        asking, "update_issues", query="is:unresolved", period="14d", status="resolved"
    )
    head = said.splitlines()[0]
    assert "; query: is:unresolved, last 14d, projects: " in head
    assert "web 1" in head


async def test_an_issue_that_is_archived_otherwise_does_not_block_a_search(
    client: Client, world: World
) -> None:
    odd = issue(world, "RangeError")
    odd.status, odd.substatus = "ignored", "archived_forever"
    said = await done(client, "update_issues", query="error", status="archived")
    assert said.startswith("Done")
    assert odd.substatus == "archived_forever"
    assert issue(world, "KeyError").substatus == "archived_until_escalating"


async def test_what_a_search_leaves_out_is_named(asking: Client, world: World) -> None:
    odd = issue(world, "RangeError")
    odd.status, odd.substatus = "ignored", "archived_forever"
    said = await said_to(asking, "update_issues", query="error", status="archived")
    assert f"left out, archived in another way already: {odd.short_id} (archived_forever)" in said


async def test_all_targets_of_a_change_can_be_read(asking: Client, world: World) -> None:
    for number in range(30):
        world.tell("acme", story(f"Odd{number}Error: {'x' * 60}", count=1))
    said = await said_to(asking, "update_issues", query="is:unresolved", status="resolved")
    assert " more: status" in said
    change = said.rpartition("change=")[2].partition(".")[0]
    whole = await said_to(asking, "list_changes", change=change)
    assert all(each.short_id in whole for each in world.issues.values())


async def test_the_latest_release_is_named(asking: Client, world: World) -> None:
    said = await said_to(
        asking,
        "update_issues",
        issues=[issue(world, "KeyError").short_id],
        status="resolved",
        release="latest",
    )
    assert "resolved in release latest" not in said
    assert "resolved in release checkout@" in said


async def test_the_id_of_a_comment_is_told_and_found_again(client: Client, world: World) -> None:
    one = issue(world, "KeyError")
    said = await done(client, "comment_issue", issue=one.short_id, text="on it")
    (note,) = [each for each in one.activity if each.type == "note"]
    assert f"id {note.id}" in said
    shown = await said_to(
        client, "get_issue", issue=one.short_id, include=["activity"], detail="full"
    )
    assert f"comment {note.id} by" in shown


async def test_only_who_deletes_a_comment_hears_how_it_would_come_back(
    client: Client, asking: Client, world: World
) -> None:
    one = issue(world, "KeyError")
    made = await done(client, "comment_issue", issue=one.short_id, text="on it")
    (note,) = [each for each in one.activity if each.type == "note"]
    undo = await said_to(asking, "undo_change", change=change_in(made))
    assert "posted anew" not in undo
    gone = await said_to(asking, "delete_comment", issue=one.short_id, comment=note.id)
    assert "posted anew" in gone


async def test_one_issue_is_too_few_to_be_merged(client: Client, simulator: Simulator) -> None:
    said = await refused(client, simulator, "merge_issues", issues=["CHECKOUT-1"])
    assert "`issues` must be a list of at least 2" in said


async def test_a_status_by_sentrys_own_name_is_put_right(
    client: Client, simulator: Simulator
) -> None:
    said = await refused(client, simulator, "update_issues", issues=["1"], status="ignored")
    assert "Did you mean `archived`?" in said


async def test_what_has_no_name_is_not_called_by_its_operation_twice(asking: Client) -> None:
    arguments = ["organization_id:=1", "provider=segment", "config:={}"]
    said = await said_to(
        asking, "change_sentry", operation="create_data_forwarder", arguments=arguments
    )
    assert said.startswith("Planned"), said
    assert "data forwarder: new" in said
    assert ": data forwarder" not in said.splitlines()[0]


async def test_an_issue_that_is_parted_is_named_and_not_its_hash(
    asking: Client, world: World
) -> None:
    world.tell("acme", story("ValueError"))
    one, other = issue(world, "KeyError"), issue(world, "ValueError")
    (digest,) = other.hashes
    world.merge_issues(one.number, [other.number])
    arguments = [f"issue={one.number}", f"id={digest}"]
    said = await said_to(asking, "change_sentry", operation="unmerge_issue", arguments=arguments)
    assert said.splitlines()[0].endswith(f": issue {one.number}")


async def test_the_messages_of_commits_stand_in_the_plan(asking: Client) -> None:
    said = await said_to(
        asking,
        "create_release",
        release="checkout@3.0.0",
        project="checkout",
        commits=["77aabb feat: pay later"],
    )
    assert "commits 77aabb feat: pay later" in said


@pytest.mark.parametrize("role", ["owner", "manager"])
async def test_a_mighty_role_is_warned_of(asking: Client, role: str) -> None:
    said = await said_to(asking, "invite_member", email="eve@new.test", role=role)
    assert f"warning: as {role}, eve@new.test may" in said
    plain = await said_to(asking, "invite_member", email="eve@new.test", role="member")
    assert "warning: as" not in plain


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("create_team", {"name": "Ops"}, "; slug ops, id "),
        ("invite_member", {"email": "eve@new.test"}, "; id "),
        ("create_project_key", {"name": "Spare", "project": "checkout"}, "; id "),
        (
            "create_monitor",
            {"name": "Digest", "schedule": "@daily", "project": "checkout"},
            "; slug digest, id ",
        ),
        ("create_release", {"release": "checkout@3.0.0", "project": "checkout"}, "; id "),
        ("create_deploy", {"release": "checkout@1.1.0", "environment": "production"}, "; id "),
    ],
)
async def test_what_is_made_tells_how_to_name_it(
    client: Client, tool: str, arguments: dict[str, Any], told: str
) -> None:
    assert told in await done(client, tool, **arguments)


async def test_owners_of_monitors_are_called_by_their_names(client: Client, world: World) -> None:
    monitors.settle(world)
    given = {"name": "Digest", "schedule": "@daily", "project": "checkout", "owner": "#payments"}
    made = await done(client, "create_monitor", **given)
    assert "owner #payments" in made
    changed = await done(client, "update_monitor", monitor="digest", owner="tomas")
    assert "owner #payments → Tomás Ferreira" in changed


async def test_a_monitor_without_environments_is_not_muted(
    client: Client, simulator: Simulator
) -> None:
    await done(client, "create_monitor", name="Digest", schedule="@daily", project="checkout")
    before = writes_of(simulator)
    result = await attempted(client, "update_monitor", monitor="digest", state="muted")
    assert result.is_error
    assert "It has no environment yet" in text_of(result)
    assert writes_of(simulator) == before


async def test_a_platform_that_is_misspelt_is_warned_of(asking: Client) -> None:
    given = {"name": "Ledger", "team": "payments"}
    said = await said_to(asking, "create_project", **given, platform="pyton")
    assert "did you mean python?" in said
    plain = await said_to(asking, "create_project", **given, platform="python-django")
    assert "warning" not in plain


async def test_a_name_that_another_teams_project_has_is_refused(
    client: Client, simulator: Simulator
) -> None:
    given = {"name": "Checkout", "team": "storefront"}
    said = await refused(client, simulator, "create_project", **given)
    assert "A project called Checkout is there, as checkout of payments" in said


async def test_a_project_says_once_what_goes_with_it(asking: Client) -> None:
    said = await said_to(asking, "delete_project", project="checkout")
    assert said.count("go with it") == 1
    assert "alerts and monitors go with it; releases, teams and members stay" in said
    assert "T00:" not in said
    raw = await said_to(
        asking, "change_sentry", operation="delete_project", arguments=["project=checkout"]
    )
    assert raw.startswith("Planned, nothing is changed yet: Delete a project: project checkout")
