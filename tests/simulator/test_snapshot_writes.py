"""Uploading and deleting pictures of screens, and sparing a commit its checks."""

from typing import Any

import pytest

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.preprod import Skipped
from outside import BASE, HERE, SHA, THERE, connect
from small_world import Caller, Clock, small_world

pytestmark = pytest.mark.anyio

UPLOADS, SNAPSHOTS = f"{THERE}preprodartifacts/snapshots/", f"{HERE}preprodartifacts/snapshots/"
SKIPS = {"size": "size-analysis", "snapshots": "snapshots"}


@pytest.fixture
def world(clock: Clock) -> World:
    return connect(small_world(clock))


def image(content: str) -> dict[str, Any]:
    return {"width": 10, "height": 20, "display_name": "Pay", "content_hash": content}


async def test_pictures_without_a_base_stand_alone(caller: Caller) -> None:
    made = await caller.send("POST", UPLOADS, {"app_id": "new", "images": {"pay.png": image("1")}})
    assert (made.status_code, made.json()["imageCount"]) == (200, 1)
    found = await caller.read(f"{SNAPSHOTS}{made.json()['artifactId']}/")
    assert (found["comparison_type"], found["images"][0]["display_name"]) == ("solo", "Pay")
    latest = await caller.read(f"{SNAPSHOTS}latest-base/", app_id="new")
    assert latest["head_artifact_id"] == made.json()["artifactId"]


async def test_pictures_are_compared_with_those_of_the_commit_before(caller: Caller) -> None:
    told = {
        "app_id": "app",
        "images": {"pay.png": image("9"), "new.png": image("3")},
        "head_sha": SHA,
        "base_sha": BASE,
        "head_ref": "fix/pay",
        "pr_number": 7,
    }
    made = (await caller.send("POST", UPLOADS, told)).json()
    found = await caller.read(f"{SNAPSHOTS}{made['artifactId']}/")
    assert (found["base_artifact_id"], found["vcs_info"]["pr_number"]) == ("61", 7)
    counts = {verdict: found[f"{verdict}_count"] for verdict in ("added", "changed", "removed")}
    assert counts == {"added": 1, "changed": 1, "removed": 1}
    assert made["imageCount"] == 2


async def test_deleted_pictures_are_nobodys_base(caller: Caller) -> None:
    told: dict[str, Any] = {"app_id": "app", "images": {}, "head_sha": SHA, "base_sha": BASE}
    made = (await caller.send("POST", UPLOADS, told)).json()
    assert (await caller.send("DELETE", f"{SNAPSHOTS}61/")).status_code == 204
    assert await caller.refusal(f"{SNAPSHOTS}61/") == (404, "Snapshot not found")
    assert (await caller.send("DELETE", f"{SNAPSHOTS}61/")).status_code == 404
    left = await caller.read(f"{SNAPSHOTS}{made['artifactId']}/")
    assert left["base_artifact_id"] is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"images": {}}, "'app_id' is a required property"),
        ({"app_id": "app"}, "'images' is a required property"),
        (
            {"app_id": "a" * 256, "images": {}},
            "The app_id field is required and must be a string with maximum length of 255",
        ),
        (
            {"app_id": "app", "images": {"a.png": {"width": 1}}},
            "The images field is required and must be an object mapping image names to",
        ),
        (
            {"app_id": "app", "images": {}, "head_sha": "ABC"},
            "The head_sha field must be a 40-character hexadecimal SHA1 string",
        ),
        (
            {"app_id": "app", "images": {}, "pr_number": 0},
            "The pr_number field must be a positive integer",
        ),
    ],
)
async def test_an_upload_that_makes_no_sense_is_refused(
    caller: Caller, body: dict[str, Any], said: str
) -> None:
    reply = await caller.send("POST", UPLOADS, body)
    assert reply.status_code == 400
    assert reply.json()["detail"].startswith(said)


@pytest.mark.parametrize("check", SKIPS)
async def test_a_commit_is_spared_a_check(world: World, caller: Caller, check: str) -> None:
    path = f"{THERE}preprod/{SKIPS[check]}/status-checks/skip/"
    told = {"sha": SHA, "repository": "acme/checkout", "provider": "github"}
    assert (await caller.send("POST", path, told)).status_code == 200
    checkout = next(iter(world.projects))
    assert world.preprod.skipped == [Skipped(check, checkout, "acme/checkout", SHA)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"sha": "A" * 40}, {"sha": ["This value does not match the required pattern."]}),
        ({"provider": "svn"}, {"provider": ['"svn" is not a valid choice.']}),
        ({"repository": None}, {"repository": ["This field is required."]}),
        (
            {"repository": "acme/none"},
            {"detail": "No active github integration found for repository 'acme/none'."},
        ),
    ],
)
async def test_a_check_that_can_not_be_skipped_is_refused(
    world: World, caller: Caller, body: dict[str, Any], said: dict[str, Any]
) -> None:
    told = {"sha": SHA, "repository": "acme/checkout", "provider": "github"} | body
    reply = await caller.send("POST", f"{THERE}preprod/snapshots/status-checks/skip/", told)
    assert (reply.status_code, reply.json()) == (400, said)
    assert world.preprod.skipped == []
