"""Releases, their health and their thresholds, as the simulator serves them."""

from datetime import timedelta

import pytest

from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.sessions import HOUR, Hour
from small_world import Caller, connected, story

pytestmark = pytest.mark.anyio

RELEASES = "/organizations/acme/releases/"
NEW = f"{RELEASES}checkout%401.1.0/"


def used(world: World, version: str, *, sessions: int, crashed: int, ago: int = 1) -> None:
    """Let a release be used in an hour so many hours ago."""
    project = next(iter(world.projects))
    at = int(world.now().timestamp()) // HOUR * HOUR - ago * HOUR
    hour = Hour(project, version, "production", at, sessions, sessions, crashed, crashed)
    world.sessions.add([hour])
    world.add_environment("acme", "checkout", "production")


async def test_new_groups_are_the_issues_first_seen_in_a_release(
    world: World, caller: Caller
) -> None:
    world.tell("acme", story("Old", ago=30, releases={"checkout@1.0.0": 1}))
    world.tell("acme", story("New", releases={"checkout@1.1.0": 1}))
    world.tell("acme", story("Both", releases={"checkout@1.0.0": 1, "checkout@1.1.0": 1}))
    found = {r["version"]: r["newGroups"] for r in await caller.read(RELEASES)}
    assert found == {"checkout@1.1.0": 1, "checkout@1.0.0": 2}


async def test_versions_are_encoded_in_paths(world: World, caller: Caller) -> None:
    world.add_release("acme", "a b@1+2", projects=["checkout"], created=timedelta(hours=1))
    reply = await caller.read(f"{RELEASES}a%20b%401%2B2/")
    assert reply["versionInfo"]["version"]["buildCode"] == "2"
    assert reply["shortVersion"] == "1+2"


async def test_releases_of_other_teams_are_found_only_by_asking(
    world: World, caller: Caller
) -> None:
    world.add_release("acme", "web@1", projects=["web"], created=timedelta(hours=1))
    mine = {release["version"] for release in await caller.read(RELEASES)}
    everyones = {release["version"] for release in await caller.read(RELEASES, project="-1")}
    assert everyones - mine == {"web@1"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("1.1", {"checkout@1.1.0"}),
        ("release.version:>=1.1", {"checkout@1.1.0"}),
        ("release.version:1.0.*", {"checkout@1.0.0"}),
        ("!release.version:1.0.0", {"checkout@1.1.0"}),
        ("release:checkout@1.0.0", {"checkout@1.0.0"}),
        ("release.package:checkout", {"checkout@1.0.0", "checkout@1.1.0"}),
        ("release.package:web", set[str]()),
    ],
)
async def test_a_query_narrows_the_list(caller: Caller, query: str, found: set[str]) -> None:
    assert {release["version"] for release in await caller.read(RELEASES, query=query)} == found


async def test_the_list_can_be_of_a_time(caller: Caller) -> None:
    lately = await caller.read(RELEASES, statsPeriod="7d")
    assert [release["version"] for release in lately] == ["checkout@1.1.0"]


async def test_an_unknown_order_is_refused(caller: Caller) -> None:
    assert await caller.refusal(RELEASES, sort="luck") == (400, "invalid sort")
    status, said = await caller.refusal(RELEASES, sort="users")
    assert (status, "flatten=1" in said) == (400, True)


async def test_the_list_goes_on_page_by_page(caller: Caller) -> None:
    assert [len(page) for page in await caller.walk(RELEASES, per_page=1)] == [1, 1]


async def test_health_is_added_where_it_is_asked_for(world: World, caller: Caller) -> None:
    used(world, "checkout@1.1.0", sessions=150, crashed=3)
    used(world, "checkout@1.0.0", sessions=50, crashed=0)
    plain = await caller.read(NEW)
    assert "healthData" not in plain["projects"][0]
    health = (await caller.read(NEW, health=1))["projects"][0]["healthData"]
    assert health["crashFreeSessions"] == 98.0
    assert health["sessionsAdoption"] == 75.0
    assert health["totalSessions24h"] == 150
    assert sum(count for _, count in health["stats"]["24h"]) == 150


async def test_a_release_is_replaced_when_hardly_anyone_uses_it(
    world: World, caller: Caller
) -> None:
    used(world, "checkout@1.0.0", sessions=90, crashed=0, ago=40)
    used(world, "checkout@1.1.0", sessions=90, crashed=0)
    reply = await caller.read(RELEASES, adoptionStages=1)
    stages = {r["version"]: r["adoptionStages"]["checkout"]["stage"] for r in reply}
    assert stages == {"checkout@1.1.0": "adopted", "checkout@1.0.0": "replaced"}


async def test_the_neighbours_are_told_within_a_project(world: World, caller: Caller) -> None:
    project = next(iter(world.projects))
    meta = (await caller.read(NEW, project=project))["currentProjectMeta"]
    assert meta["prevReleaseVersion"] == "checkout@1.0.0"
    assert meta["nextReleaseVersion"] is None


async def test_the_last_deploy_is_the_latest(world: World, caller: Caller) -> None:
    now = world.now()
    for environment, hours in (("production", 1), ("staging", 3)):
        at = now - timedelta(hours=hours)
        world.shipping.deploy("acme", "checkout@1.1.0", environment, started=at, finished=at)
    release = await caller.read(NEW)
    listed = await caller.read(f"{NEW}deploys/")
    assert release["deployCount"] == 2
    assert release["lastDeploy"] == listed[0]
    assert [deploy["environment"] for deploy in listed] == ["production", "staging"]


async def test_commits_carry_their_release(caller: Caller) -> None:
    (commit,) = await caller.read(f"{NEW}commits/")
    assert commit["releases"][0]["version"] == "checkout@1.1.0"
    assert commit["author"]["email"] == "mira@acme.test"


async def test_artifacts_are_found_by_a_part_of_their_name(world: World, caller: Caller) -> None:
    for name in ("~/app.js", "~/vendor.js"):
        world.shipping.upload("acme", "checkout@1.1.0", name, size=3, created=world.now())
    (found,) = await caller.read(f"{NEW}files/", query="APP")
    one = await caller.read(f"/projects/acme/checkout/releases/checkout@1.1.0/files/{found['id']}/")
    assert one == found


async def test_a_release_is_sought_in_its_own_project(caller: Caller) -> None:
    path = "/projects/acme/{}/releases/checkout@1.1.0/"
    assert (await caller.ask(path.format("checkout"))).status_code == 200
    assert (await caller.ask(path.format("web"))).status_code == 404


async def test_issues_resolved_in_a_release_are_listed(world: World, caller: Caller) -> None:
    done = {"type": "set_resolved_in_release", "ago": timedelta(hours=1), "user": ""}
    told = story(status="resolved", activity=(done | {"data": {"version": "checkout@1.1.0"}},))
    world.tell("acme", told)
    (issue,) = await caller.read(f"{NEW}resolved/")
    assert issue["statusDetails"] == {"inRelease": "checkout@1.1.0"}


async def test_a_threshold_is_broken_by_crashes_alone(world: World, caller: Caller) -> None:
    used(world, "checkout@1.1.0", sessions=100, crashed=5, ago=40)
    for value in (90, 99):
        world.shipping.watch(
            "acme",
            "checkout",
            kind="crash_free_session_rate",
            trigger="under",
            value=value,
            seconds=86_400,
        )
    when = {"start": "2026-08-01T00:00:00Z", "end": "2026-08-12T00:00:00Z"}
    told = await caller.read("/organizations/acme/release-threshold-statuses/", **when)
    statuses = told["checkout-checkout@1.1.0"]
    assert [status["is_healthy"] for status in statuses] == [True, False]
    assert {status["metric_value"] for status in statuses} == {95.0}


async def test_thresholds_need_a_time(caller: Caller) -> None:
    reply = await caller.ask("/organizations/acme/release-threshold-statuses/")
    assert reply.status_code == 400
    assert set(reply.json()) == {"start", "end"}


async def test_a_token_without_a_scope_for_releases_is_refused(simulator: Simulator) -> None:
    simulator.world.add_token("poor", user="mira@acme.test", scopes=["event:read"])
    async with connected(simulator, "poor") as http:
        status, said = await Caller(http).refusal(RELEASES)
    assert status == 403
    assert "permission" in said
