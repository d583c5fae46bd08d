"""Issues are resolved, archived, assigned, merged, talked about and deleted through the tools."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.integrations import Repository
from dexter_mcp.simulator.memory.records import Issue
from small_world import Clock, small_world, story
from world_state import state_of
from writing import attempted, change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio

ON_THE_WAY = frozenset({"inbox", "fixed_after", "priority_locked"})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    world = small_world(clock)
    for name, count in (("KeyError", 30), ("ValueError", 10), ("TypeError", 5)):
        world.tell("acme", story(name, count=count))
    world.tell("acme", story("RangeError", project="web"))
    world.add_member("acme", "tomas@acme.test", "Tomás Ferreira", teams=["storefront"])
    world.add_release("acme", "web@2.0", projects=["web"], created=timedelta(days=1))
    world.integrations.repositories.append(
        Repository("61", "acme", "acme/shop", "https://github.test/x", clock())
    )
    return world


@pytest.fixture
def simulator(world: World) -> Simulator:
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    async with writing(simulator, tmp_path) as client:
        yield client


def issue(world: World, title: str) -> Issue:
    return next(each for each in world.issues.values() if each.title.startswith(title))


async def refused(client: Client, simulator: Simulator, tool: str, **arguments: Any) -> str:
    """Try what must be refused before anything is sent."""
    result = await attempted(client, tool, **arguments)
    assert result.is_error, text_of(result)
    assert writes_of(simulator) == []
    return text_of(result)


def ids_of(request: str) -> list[str]:
    return parse_qs(urlsplit(request).query)["id"]


async def test_issues_found_by_a_search_are_resolved_by_their_ids(
    client: Client, simulator: Simulator, world: World
) -> None:
    said = await done(
        client, "update_issues", query="is:unresolved", project="checkout", status="resolved"
    )
    assert said.startswith("Done, 3 changed: Set 3 issues in checkout to resolved")
    assert "status unresolved → resolved" in said
    assert {each.status for each in world.issues.values() if each.project == 3306} == {"resolved"}
    assert issue(world, "RangeError").status == "unresolved"
    numbers = [each.number for each in world.issues.values() if each.status == "resolved"]
    assert len(writes_of(simulator)) == len(numbers)
    assert all(any(str(each) in line for each in numbers) for line in writes_of(simulator))


async def test_the_next_release_resolves_issues_of_each_project_on_its_own(
    client: Client, world: World
) -> None:
    said = await done(
        client, "update_issues", query="is:unresolved", status="resolved_in_next_release"
    )
    assert said.startswith("Done, 4 changed")
    assert all(each.status_details["inNextRelease"] for each in world.issues.values())


@pytest.mark.parametrize("named", ["latest", "1.1.0", "checkout@1.1.0"])
async def test_a_release_resolves_an_issue_whatever_part_of_its_name_is_given(
    client: Client, world: World, named: str
) -> None:
    one = issue(world, "KeyError")
    said = await done(
        client, "update_issues", issues=[one.short_id], status="resolved", release=named
    )
    assert "resolved in release checkout@1.1.0" in said
    assert '→ {"inRelease": "checkout@1.1.0"}' in said
    assert one.status_details["inRelease"] == "checkout@1.1.0"


async def test_a_commit_that_was_released_shows_as_its_release_and_counts_as_done(
    client: Client, world: World
) -> None:
    one = issue(world, "KeyError")
    said = await done(
        client,
        "update_issues",
        issues=[one.short_id],
        status="resolved",
        commit="acme/shop@5b7e0c1d9a",
    )
    assert said.startswith("Done:")
    assert one.status_details["inRelease"] == "checkout@1.1.0"


@pytest.mark.parametrize(
    ("until", "substatus", "details"),
    [
        ("", "archived_until_escalating", {}),
        ("forever", "archived_forever", {}),
        ("8h", "archived_until_condition_met", {"ignoreUntil": "2026-08-12T17:30:00Z"}),
        ("100 events", "archived_until_condition_met", {"ignoreCount": 100}),
        (
            "9 users in 24h",
            "archived_until_condition_met",
            {"ignoreUserCount": 9, "ignoreUserWindow": 1440},
        ),
    ],
)
async def test_an_issue_is_archived_and_comes_back_as_it_was(
    client: Client,
    world: World,
    until: str,
    substatus: str,
    details: dict[str, Any],
) -> None:
    one, before = issue(world, "KeyError"), state_of(world, ON_THE_WAY)
    said = await done(
        client, "update_issues", issues=[one.short_id], status="archived", until=until
    )
    found = {name: value for name, value in one.status_details.items() if name != "actor"}
    assert (one.status, one.substatus, found) == ("ignored", substatus, details)
    assert (await done(client, "undo_change", change=change_in(said))).startswith("Done")
    assert state_of(world, ON_THE_WAY) == before


async def test_what_is_reopened_by_mistake_is_archived_again_until_the_same_moment(
    client: Client, world: World
) -> None:
    one = issue(world, "KeyError")
    await done(client, "update_issues", issues=[one.short_id], status="archived", until="8h")
    until = one.status_details["ignoreUntil"]
    said = await done(client, "update_issues", issues=[one.short_id], status="unresolved")
    assert (await done(client, "undo_change", change=change_in(said))).startswith("Done")
    assert one.status_details["ignoreUntil"] == until


async def test_an_archived_issue_is_not_archived_in_another_way(
    client: Client, simulator: Simulator, world: World
) -> None:
    one = issue(world, "KeyError")
    one.status, one.substatus = "ignored", "archived_forever"
    said = await refused(
        client, simulator, "update_issues", issues=[one.short_id], status="archived"
    )
    assert f"{one.short_id} (archived_forever)" in said
    assert "status=unresolved" in said


async def test_one_call_sets_state_owner_priority_and_marks_and_all_come_back(
    client: Client, world: World
) -> None:
    one, before = issue(world, "KeyError"), state_of(world, ON_THE_WAY)
    said = await done(
        client,
        "update_issues",
        issues=[one.short_id],
        status="resolved",
        assign_to="Mira Voss",
        priority="high",
        mark=["bookmarked", "shared", "seen"],
    )
    assert (one.status, one.assigned_to, one.priority) == (
        "resolved",
        "user:mira@acme.test",
        "high",
    )
    assert one.bookmarked_by == {"mira@acme.test"}
    assert one.share_id
    assert "Mira Voss" in said
    await done(client, "undo_change", change=change_in(said))
    assert state_of(world, ON_THE_WAY) == before


@pytest.mark.parametrize("named", ["me", "mira@acme.test", "Mira Voss", "mira"])
async def test_people_are_named_as_people_name_them(
    client: Client, world: World, named: str
) -> None:
    one = issue(world, "KeyError")
    await done(client, "update_issues", issues=[one.short_id], assign_to=named)
    assert one.assigned_to == "user:mira@acme.test"
    await done(client, "update_issues", issues=[one.short_id], assign_to="none")
    assert one.assigned_to == ""


async def test_a_team_takes_an_issue(client: Client, world: World) -> None:
    one = issue(world, "KeyError")
    await done(client, "update_issues", issues=[one.short_id], assign_to="#payments")
    assert one.assigned_to == "team:payments"


async def test_a_plan_warns_of_an_assignee_who_is_on_no_team_of_the_project(
    simulator: Simulator, world: World, tmp_path: Path
) -> None:
    async with writing(simulator, tmp_path, writes="ask") as client:
        named = [issue(world, "KeyError").short_id]
        result = await client.call_tool("update_issues", {"issues": named, "assign_to": "tomas"})
    assert "warning: Tomás Ferreira is on no team of checkout" in text_of(result)


async def test_an_issue_that_is_as_asked_for_is_left_alone(
    client: Client, simulator: Simulator, world: World
) -> None:
    one = issue(world, "KeyError")
    one.status, one.substatus = "resolved", ""
    said = await done(client, "update_issues", issues=[one.short_id], status="resolved")
    assert said.startswith("Nothing to do")
    assert writes_of(simulator) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"status": "resolved"}, "name them in `issues`, or give a search as `query`"),
        ({"issues": ["1"], "query": "x", "status": "resolved"}, "not both"),
        ({"query": "is:unresolved"}, "Nothing is to be changed"),
        ({"query": "nothing-like-it", "status": "resolved"}, "No issue matches"),
        ({"query": "is:unresolved", "mark": ["liked"]}, "`mark` is one of reviewed"),
        ({"query": "is:unresolved", "status": "archived", "until": "soon"}, "`until` is"),
        ({"query": "is:unresolved", "status": "resolved", "until": "8h"}, "status=archived"),
        ({"query": "is:unresolved", "status": "archived", "release": "1"}, "status=resolved"),
        ({"query": "is:unresolved", "status": "resolved", "commit": "5b7e"}, "repository@sha"),
        ({"query": "is:unresolved", "status": "resolved", "release": "9.9"}, "No release '9.9'"),
        ({"query": "is:unresolved", "assign_to": "tomaz"}, "Did you mean Tomás Ferreira"),
        ({"query": "is:unresolved", "assign_to": "#payment"}, "payments"),
        ({"issues": ["CHECKOUT-ZZ"], "status": "resolved"}, "No issue 'CHECKOUT-ZZ'"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    client: Client, simulator: Simulator, arguments: dict[str, Any], said: str
) -> None:
    assert said in await refused(client, simulator, "update_issues", **arguments)


async def test_a_search_that_finds_too_many_is_refused(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with writing(simulator, tmp_path, most_targets=3) as client:
        said = await refused(
            client, simulator, "update_issues", query="is:unresolved", status="resolved"
        )
    assert "More than 3 issues match" in said


async def test_merging_puts_all_into_the_largest_and_undo_parts_them_again(
    client: Client, world: World
) -> None:
    names = ("TypeError", "KeyError", "ValueError")
    small, large, middle = (issue(world, each) for each in names)
    parts = {each.hashes[0] for each in (small, middle)}
    said = await done(
        client, "merge_issues", issues=[small.short_id, large.short_id, middle.short_id]
    )
    assert said.startswith("Done, 2 changed: Merge 2 issues into " + large.short_id)
    assert world.merged == {small.number: large.number, middle.number: large.number}
    undone = await done(client, "undo_change", change=change_in(said))
    assert undone.startswith("Done, 2 changed")
    assert len(large.hashes) == 1
    assert {tuple(each.hashes) for each in world.issues.values()} >= {(each,) for each in parts}


async def test_merging_through_the_catalogue_goes_the_same_way(
    client: Client, simulator: Simulator, world: World
) -> None:
    first, second = issue(world, "KeyError").number, issue(world, "ValueError").number
    arguments = [f"id={second}", f"id={first}", "merge=true"]
    said = await done(client, "change_sentry", operation="bulk_update_issues", arguments=arguments)
    assert said.startswith("Done: Merge 1 issue into")
    (request,) = writes_of(simulator)
    assert ids_of(request) == [str(first), str(second)]


async def test_issues_of_two_projects_are_not_merged(
    client: Client, simulator: Simulator, world: World
) -> None:
    named = [issue(world, each).short_id for each in ("KeyError", "RangeError")]
    said = await refused(client, simulator, "merge_issues", issues=named)
    assert said.startswith("Only issues of one project can be merged.")


async def test_part_of_an_issue_becomes_one_of_its_own(client: Client, world: World) -> None:
    one, other = issue(world, "KeyError"), issue(world, "ValueError")
    (digest,) = other.hashes
    world.merge_issues(one.number, [other.number])
    said = await done(client, "unmerge_issue", issue=one.short_id, hashes=[digest])
    assert said.startswith("Done: Part 1 of 2 hashes")
    assert digest not in one.hashes


async def test_an_issue_keeps_at_least_one_hash(
    client: Client, simulator: Simulator, world: World
) -> None:
    one = issue(world, "KeyError")
    said = await refused(client, simulator, "unmerge_issue", issue=one.short_id, hashes=one.hashes)
    assert "leave it at least one" in said


async def test_a_comment_is_written_changed_and_deleted(client: Client, world: World) -> None:
    one = issue(world, "KeyError")
    await done(client, "comment_issue", issue=one.short_id, text="on it")
    (note,) = [each for each in one.activity if each.type == "note"]
    await done(client, "comment_issue", issue=one.short_id, text="mended", comment=note.id)
    assert note.data == {"text": "mended"}
    said = await done(client, "delete_comment", issue=one.short_id, comment=note.id)
    assert note not in one.activity
    await done(client, "undo_change", change=change_in(said))
    assert [each.data for each in one.activity if each.type == "note"] == [{"text": "mended"}]


async def test_the_same_comment_is_not_made_twice(
    client: Client, simulator: Simulator, world: World
) -> None:
    one = issue(world, "KeyError")
    await done(client, "comment_issue", issue=one.short_id, text="on it")
    said = await done(client, "comment_issue", issue=one.short_id, text="on it")
    assert said.startswith("Nothing to do")
    assert len(writes_of(simulator)) == 1


async def test_deleting_takes_the_name_of_what_goes_and_cannot_be_undone(
    client: Client, simulator: Simulator, world: World
) -> None:
    one = issue(world, "KeyError")
    plan = text_of(await client.call_tool("delete_issues", {"issues": [one.short_id]}))
    assert f'name="{one.short_id}"' in plan
    assert "can't be undone: Sentry keeps nothing of what it deletes" in plan
    assert writes_of(simulator) == []
    await done(client, "delete_issues", issues=[one.short_id])
    assert one.number not in world.issues


async def test_what_a_search_finds_is_deleted_by_number_and_counted(
    client: Client, simulator: Simulator, world: World
) -> None:
    plan = text_of(await client.call_tool("delete_issues", {"query": "is:unresolved"}))
    assert f'name="delete {len(world.issues)}"' in plan
    assert "query: is:unresolved" in plan
    assert writes_of(simulator) == []
    await done(client, "delete_issues", query="is:unresolved")
    assert not world.issues
    assert all(
        "id=" in line or line.startswith("DELETE /api/0/organizations/acme/issues/6")
        for line in writes_of(simulator)
    )


async def test_nothing_is_deleted_where_nothing_is_named(
    client: Client, simulator: Simulator
) -> None:
    assert (await client.call_tool("delete_issues", {})).is_error
    assert writes_of(simulator) == []


async def test_a_discarded_issue_is_deleted_and_has_to_be_typed(
    client: Client, world: World
) -> None:
    one = issue(world, "KeyError")
    arguments = [f"issue={one.number}", "discard=true"]
    plan = text_of(
        await client.call_tool(
            "change_sentry", {"operation": "update_issue", "arguments": arguments}
        )
    )
    assert "drops what comes of it later" in plan
    await done(client, "change_sentry", operation="update_issue", arguments=arguments)
    assert one.number not in world.issues


async def test_a_run_that_is_under_way_is_not_started_again(
    client: Client, simulator: Simulator, world: World
) -> None:
    one = issue(world, "KeyError")
    said = await done(client, "start_autofix", issue=one.short_id, instruction="look at the cart")
    assert "run_id" in said
    again = await done(client, "start_autofix", issue=one.short_id)
    assert again.startswith("Nothing to do")
    assert len(writes_of(simulator)) == 1
