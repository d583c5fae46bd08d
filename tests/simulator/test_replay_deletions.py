"""Deleting replays: one at once, many by a job that takes its time."""

from datetime import timedelta
from typing import Any

import pytest

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.replays import Replay
from outside import REPLAY, connect
from small_world import BORN, Caller, Clock, small_world

pytestmark = pytest.mark.anyio

REPLAYS, ONE = "/organizations/acme/replays/", f"/projects/acme/checkout/replays/{REPLAY}/"
JOBS = "/projects/acme/checkout/replays/jobs/delete/"
STAGED = "5ta6" * 8
_RANGE: dict[str, Any] = {
    "rangeStart": "2026-08-12T07:00:00Z",
    "rangeEnd": "2026-08-12T09:30:00Z",
    "environments": [],
}


@pytest.fixture
def world(clock: Clock) -> World:
    """Two replays, an hour and two hours old, the older one in staging."""
    world = connect(small_world(clock))
    began = BORN.timestamp() - 7_200
    project = next(iter(world.projects))
    world.replays.add(Replay(STAGED, project, {}, began, 60, (), environment="staging"))
    return world


def told(**more: Any) -> dict[str, Any]:
    return {"data": _RANGE | {"query": ""} | more}


async def ids(caller: Caller) -> set[str]:
    return {replay["id"] for replay in (await caller.read(REPLAYS, project=-1))["data"]}


async def test_a_deleted_replay_is_gone(caller: Caller) -> None:
    assert (await caller.send("DELETE", ONE)).status_code == 204
    assert await ids(caller) == {STAGED}
    assert (await caller.refusal(f"{REPLAYS}{REPLAY}/"))[0] == 404
    assert (await caller.send("DELETE", ONE)).status_code == 404


async def test_a_replay_of_another_project_is_not_deleted(caller: Caller) -> None:
    assert (await caller.send("DELETE", ONE.replace("checkout", "web"))).status_code == 404
    assert await ids(caller) == {REPLAY, STAGED}


async def test_an_archived_replay_is_deleted_already(world: World, caller: Caller) -> None:
    world.replays.add(Replay("a" * 32, next(iter(world.projects)), {}, 0, 1, (), archived=True))
    assert (await caller.send("DELETE", ONE.replace(REPLAY, "a" * 32))).status_code == 404


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (told(), set[str]()),
        (told(environments=["staging"]), {REPLAY}),
        (told(query="user.id:7"), {STAGED}),
        (told(rangeEnd="2026-08-12T08:00:00Z"), {REPLAY}),
    ],
)
async def test_a_job_deletes_what_it_names_when_the_clock_moves(
    caller: Caller, clock: Clock, body: dict[str, Any], left: set[str]
) -> None:
    made = await caller.send("POST", JOBS, body)
    job = made.json()["data"]
    assert (made.status_code, job["status"], job["countDeleted"]) == (201, "pending", 0)
    assert await caller.read(JOBS) == {"data": [job]}
    assert await ids(caller) == {REPLAY, STAGED}
    clock.moment += timedelta(minutes=1)
    done = (await caller.read(f"{JOBS}{job['id']}/"))["data"]
    assert (done["status"], done["countDeleted"]) == ("completed", 2 - len(left))
    assert done["dateUpdated"] == "2026-08-12T09:31:00Z"
    assert await ids(caller) == left


async def test_a_job_with_a_query_that_nobody_can_read_fails(caller: Caller, clock: Clock) -> None:
    job = (await caller.send("POST", JOBS, told(query="count_errors:>many"))).json()["data"]
    clock.moment += timedelta(minutes=1)
    assert (await caller.read(f"{JOBS}{job['id']}/"))["data"]["status"] == "failed"
    assert await ids(caller) == {REPLAY, STAGED}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, ["This field is required."]),
        ({"data": {**_RANGE, "rangeEnd": None}}, {"rangeEnd": ["This field is required."]}),
        ({"data": _RANGE}, {"query": ["This field is required."]}),
        (
            told(rangeEnd="2026-08-12T07:00:00Z"),
            {"non_field_errors": ["rangeStart must be before rangeEnd"]},
        ),
        (told(environments=[""]), {"environments": ["This field may not be blank."]}),
    ],
)
async def test_a_job_that_can_not_be_is_refused(
    caller: Caller, body: dict[str, Any], said: Any
) -> None:
    reply = await caller.send("POST", JOBS, body)
    assert (reply.status_code, reply.json()) == (400, {"data": said})
    assert await caller.read(JOBS) == {"data": []}
