"""Releases made, finalized, deployed and deleted."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from contract import complaint_of_request, described
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.integrations import Repository
from dexter_mcp.simulator.memory.records import Release
from orders import releases
from small_world import BORN, Clock, small_world, story
from writing import attempted, change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio

OLD, NEW = "checkout@1.1.0", "checkout@2.0.0"


@pytest.fixture
def world() -> World:
    made = small_world(Clock())
    releases.settle(made)
    repository = Repository("61", "acme", "acme/shop", "https://code.test/acme/shop", BORN)
    made.integrations.repositories.append(repository)
    return made


@pytest.fixture
def simulator(world: World) -> Simulator:
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncGenerator[Client]:
    async with writing(simulator, tmp_path) as one:
        yield one


def the(world: World, version: str) -> Release:
    found = world.release("acme", version)
    assert found
    return found


async def test_a_release_is_made_with_its_commits_and_can_be_taken_back(
    client: Client, world: World
) -> None:
    said = await done(
        client,
        "create_release",
        release=NEW,
        project="checkout",
        released="now",
        commits=["77aabb feat: pay later", "acme/shop@77ccdd chore"],
    )
    assert said.startswith(f"Done: Make release {NEW} in checkout")
    assert "dateReleased 2026-08-12T09:30:00Z" in said
    made = the(world, NEW)
    assert [each["id"] for each in made.commits] == ["77aabb", "77ccdd"]
    assert [each["repository"] for each in made.commits] == ["", "acme/shop"]
    await done(client, "undo_change", change=change_in(said))
    assert world.release("acme", NEW) is None


async def test_a_release_that_is_there_gets_what_it_lacks(client: Client, world: World) -> None:
    said = await done(
        client, "create_release", release=OLD, project=["checkout", "web"], ref="77aabb"
    )
    assert said.startswith("Done, 2 changed")
    assert (the(world, OLD).projects, the(world, OLD).ref) == (["checkout", "web"], "77aabb")


async def test_making_it_again_changes_nothing(client: Client, simulator: Simulator) -> None:
    given = {"release": NEW, "project": "checkout", "ref": "77aabb"}
    await done(client, "create_release", **given)
    said = await done(client, "create_release", **given)
    assert said.startswith("Nothing to do")
    assert len(writes_of(simulator)) == 1


async def test_it_is_finalized_by_its_short_version(client: Client, world: World) -> None:
    before = the(world, OLD).released
    said = await done(client, "update_release", release="1.1.0", released="now")
    assert said.startswith(f"Done: Finalize release {OLD}")
    assert the(world, OLD).released == BORN
    await done(client, "undo_change", change=change_in(said))
    assert the(world, OLD).released == before


async def test_it_is_archived_and_found_again_by_its_whole_version(
    client: Client, world: World
) -> None:
    await done(client, "update_release", release=OLD, status="archived")
    assert the(world, OLD).status == "archived"
    said = await done(client, "update_release", release=OLD, status="open")
    assert "status archived → open" in said


async def test_what_was_empty_stays_filled_and_the_change_says_so(
    client: Client, world: World
) -> None:
    said = await done(client, "update_release", release=OLD, ref="77aabb")
    assert the(world, OLD).ref == "77aabb"
    assert "to take it back" not in said
    kept = text_of(await client.call_tool("list_changes", {"change": change_in(said)}))
    assert "can't be undone: Sentry offers no way back to what is there now as ref" in kept


async def test_commits_are_replaced_and_put_back(client: Client, world: World) -> None:
    said = await done(client, "update_release", release=OLD, commits="99aabb chore")
    assert [each["id"] for each in the(world, OLD).commits] == ["99aabb"]
    await done(client, "undo_change", change=change_in(said))
    (back,) = the(world, OLD).commits
    assert (back["id"], back["message"], back["author"]) == (
        *("5b7e0c1d9a", "fix: wait"),
        "mira@acme.test",
    )


async def test_one_is_told_what_sentry_will_resolve_because_of_commits(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with writing(simulator, tmp_path, writes="ask") as client:
        given = {"release": OLD, "commits": ["99aabb feat: x", "88aabb Fixes CHECKOUT-7F"]}
        planned = text_of(await client.call_tool("update_release", given))
    assert "warning: Sentry resolves what the commits say they fix: CHECKOUT-7F." in planned
    assert writes_of(simulator) == []


async def test_refs_name_repositories_that_sentry_knows(client: Client, world: World) -> None:
    said = await done(client, "update_release", release=OLD, refs="shop@77aa..88bb")
    assert said.startswith("Done")
    assert the(world, OLD).heads == [
        {"repository": "acme/shop", "commit": "88bb", "previousCommit": "77aa"}
    ]


@pytest.mark.parametrize(
    ("tool", "given", "why"),
    [
        ("create_release", {"release": "a/b", "project": "web"}, "can't be a version"),
        ("create_release", {"release": "latest", "project": "web"}, "can't be a version"),
        ("create_release", {"release": "3.0"}, "Name the `project`"),
        ("create_release", {"release": "3.0", "project": "wep"}, "No project 'wep'"),
        ("update_release", {"release": OLD}, "Say what to change"),
        ("update_release", {"release": OLD, "url": "ftp://x"}, "`url` must begin with http"),
        ("update_release", {"release": OLD, "released": "soon"}, "`released` must be `now`"),
        ("update_release", {"release": OLD, "commits": "fix it"}, "is no commit"),
        ("update_release", {"release": OLD, "refs": "77aa"}, "is no ref"),
        ("update_release", {"release": OLD, "refs": "nope@77aa"}, "No repository 'nope'"),
        ("update_release", {"release": "9.9"}, "an archived one needs its whole version"),
        ("delete_release", {"release": "1.1"}, "No single release is called exactly '1.1'"),
        ("create_deploy", {"release": OLD, "environment": "a/b"}, "Name one `environment`"),
        (
            "create_deploy",
            {"release": OLD, "environment": "x", "started": "9"},
            "`started` must be `now`",
        ),
    ],
)
async def test_what_sentry_would_not_take_is_refused_before_anything_is_sent(
    client: Client, simulator: Simulator, tool: str, given: dict[str, Any], why: str
) -> None:
    result = await client.call_tool(tool, given)
    assert result.is_error
    assert why in text_of(result)
    assert writes_of(simulator) == []


async def test_a_deploy_with_a_name_is_noted_once(client: Client, world: World) -> None:
    given = {"release": OLD, "environment": "production", "name": "12"}
    await done(client, "create_deploy", **given)
    assert (await done(client, "create_deploy", **given)).startswith("Nothing to do")
    (deploy,) = world.shipping.deploys_of("acme", OLD)
    assert (deploy.environment, deploy.name) == ("production", "12")


async def test_a_deploy_without_a_name_is_noted_with_its_moment(
    client: Client, world: World
) -> None:
    await done(client, "create_deploy", release="latest", environment="production")
    said = await done(
        *(client, "create_deploy"),
        release="latest",
        environment="production",
        finished="2026-08-11T08:00:00+02:00",
    )
    assert "dateFinished 2026-08-11T06:00:00Z" in said
    assert len(world.shipping.deploys_of("acme", OLD)) == 2


async def test_deleting_takes_its_name_typed(client: Client, world: World) -> None:
    planned = text_of(await client.call_tool("delete_release", {"release": "0.9.0"}))
    assert planned.startswith("Planned, nothing is changed yet: Delete release checkout@0.9.0")
    assert 'name="checkout@0.9.0"' in planned
    await done(client, "delete_release", release="0.9.0")
    assert world.release("acme", "checkout@0.9.0") is None


@pytest.mark.parametrize(
    ("version", "typed"),
    [("1.0\x1b[31m\u202e-beta", "1.0-beta"), ("\u200b\u2060", "delete 1")],
    ids=["a disguise", "nothing to be seen"],
)
async def test_what_has_to_be_typed_can_be_seen(
    version: str, typed: str, client: Client, world: World
) -> None:
    world.tell("acme", story(releases={version: 1}))
    given = {"operation": "delete_release", "arguments": [f"version={version}"]}
    planned = text_of(await client.call_tool("change_sentry", given))
    assert f'name="{typed}"' in planned, planned
    assert "referenced by active issues" in text_of(
        await attempted(client, "change_sentry", **given)
    ), "the name was not taken"


async def test_a_release_that_issues_refer_to_stays(client: Client, world: World) -> None:
    world.tell("acme", story(releases={OLD: 1}))
    planned = text_of(await client.call_tool("delete_release", {"release": OLD}))
    assert "Sentry refuses to delete a release that issues refer to" in planned
    result = await attempted(client, "delete_release", release=OLD)
    assert result.is_error
    assert "referenced by active issues" in text_of(result)
    assert the(world, OLD)


async def test_a_file_is_uploaded_once_and_never_replaced(client: Client, world: World) -> None:
    told = [f"release={OLD}", "file=let x", "name=~/x.js"]
    given = {"operation": "upload_release_file", "arguments": told}
    await done(client, "change_sentry", **given)
    assert (await done(client, "change_sentry", **given)).startswith("Nothing to do")
    other = [f"release={OLD}", "file=let y", "name=~/x.js"]
    result = await client.call_tool("change_sentry", {**given, "arguments": other})
    assert "Sentry takes no second one" in text_of(result)
    assert len(world.shipping.artifacts_of("acme", OLD)) == 2


def test_a_request_is_held_against_the_description() -> None:
    wrong = [
        complaint_of_request("POST", "/api/0/organizations/acme/releases/", body)
        for body in (
            b'{"version": "1.0"}',
            b'{"version": 1, "projects": ["a"]}',
            b'{"version": "1.0", "projects": ["a"], "dates": 1}',
        )
    ]
    assert all(wrong) == bool(described()["paths"])
    right = b'{"version": "1.0", "projects": ["a"]}'
    assert not complaint_of_request("POST", "/api/0/organizations/acme/releases/", right)
