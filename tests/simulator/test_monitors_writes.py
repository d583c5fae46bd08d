"""Setting up cron jobs in the simulated Sentry, changing and deleting them."""

from datetime import timedelta
from typing import Any

import pytest

from contract import ORG, PROJECT, complaint
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.monitors import Job, Lane
from small_world import BORN, Caller

pytestmark = pytest.mark.anyio

MONITORS = "/organizations/acme/monitors/"
SYNC = f"{MONITORS}sync/"
OF_PROJECT = "/projects/acme/checkout/monitors/sync/"
NIGHTLY = {"schedule_type": "crontab", "schedule": "0  2 * * *"}


@pytest.fixture(autouse=True)
def sync(world: World) -> None:
    project = world.project("acme", "checkout")
    assert project
    world.add_environment("acme", "checkout", "qa")
    config = {"schedule_type": "interval", "schedule": [1, "hour"], "max_runtime": 9}
    job = Job("9", "acme", project.id, "sync", "Sync", config, BORN, "team:payments")
    for name in ("production", "staging"):
        job.lanes.append(Lane(name, "ok", BORN, last=BORN, next=BORN + timedelta(hours=1)))
    world.monitors.jobs.append(job)


def body(**more: Any) -> dict[str, Any]:
    return {"project": "checkout", "name": "Nightly Invoices", "config": NIGHTLY} | more


async def test_a_job_is_set_up(caller: Caller) -> None:
    config = NIGHTLY | {"checkin_margin": 5, "timezone": "Europe/Lisbon"}
    sent = body(config=config, owner="mira@acme.test", status="disabled")
    reply = await caller.send("POST", MONITORS, sent)
    assert reply.status_code == 201
    assert complaint(f"{ORG}monitors/", reply.json(), "post") == ""
    found = await caller.read(f"{MONITORS}nightly-invoices/")
    assert found == reply.json()
    assert (found["status"], found["owner"]["name"]) == ("disabled", "Mira Voss")
    assert found["config"]["schedule"] == "0 2 * * *"
    assert found["config"]["max_runtime"] is None
    again = await caller.send("POST", MONITORS, body())
    assert again.json()["slug"] == "nightly-invoices-2"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"project": None}, {"project": ["This field is required."]}),
        ({"project": "nope"}, {"project": ["Invalid project"]}),
        ({"name": "x" * 129}, {"name": ["Ensure this field has no more than 128 characters."]}),
        ({"slug": "sync"}, {"slug": ['The slug "sync" is already in use.']}),
        ({"status": "idle"}, {"status": ['"idle" is not a valid choice.']}),
        ({"owner": "team:999"}, {"owner": ["Team is not a member of this organization"]}),
    ],
)
async def test_a_wrong_job_is_refused(
    caller: Caller, more: dict[str, Any], said: dict[str, Any]
) -> None:
    reply = await caller.send("POST", MONITORS, body(**more))
    assert (reply.status_code, reply.json()) == (400, said)


@pytest.mark.parametrize(
    ("config", "field", "said"),
    [
        ({}, "schedule", "This field is required."),
        ({"schedule": "0 2 * * *"}, "scheduleType", "Missing or invalid schedule type"),
        (NIGHTLY | {"schedule": "0 25 * * *"}, "schedule", "Schedule is invalid"),
        (NIGHTLY | {"schedule": "0 0 31 2 *"}, "schedule", "Schedule is invalid"),
        (NIGHTLY | {"schedule": "@often"}, "schedule", "Schedule was not parseable"),
        (
            NIGHTLY | {"schedule": "0 0 2 * * *"},
            "schedule",
            "Only 5 field crontab syntax is supported",
        ),
        (
            {"schedule_type": "interval", "schedule": [0, "day"]},
            "schedule",
            "Interval must be greater than zero",
        ),
        (
            {"schedule_type": "interval", "schedule": [1, "fortnight"]},
            "schedule",
            "Invalid schedule for schedule unit name",
        ),
        (
            NIGHTLY | {"checkin_margin": -1},
            "checkinMargin",
            "Ensure this value is greater than or equal to 1.",
        ),
        (
            NIGHTLY | {"max_runtime": 40_321},
            "maxRuntime",
            "Ensure this value is less than or equal to 40320.",
        ),
        (NIGHTLY | {"timezone": "Mars/Base"}, "timezone", '"Mars/Base" is not a valid choice.'),
    ],
)
async def test_a_wrong_configuration_is_refused(
    caller: Caller, config: dict[str, Any], field: str, said: str
) -> None:
    reply = await caller.send("POST", MONITORS, body(config=config))
    assert (reply.status_code, reply.json()) == (400, {"config": {field: [said]}})


@pytest.mark.parametrize("path", [SYNC, OF_PROJECT])
async def test_only_what_is_named_changes(caller: Caller, path: str) -> None:
    sent = {"name": "Stock sync", "isMuted": True, "config": {"checkinMargin": 7}}
    reply = await caller.send("PUT", path, sent)
    assert reply.status_code == 200
    home = ORG if path == SYNC else PROJECT
    assert complaint(f"{home}monitors/{{monitor_id_or_slug}}/", reply.json(), "put") == ""
    found = await caller.read(SYNC)
    assert (found["name"], found["isMuted"], found["owner"]["name"]) == (
        *("Stock sync", True),
        "payments",
    )
    kept = {key: found["config"][key] for key in ("schedule", "max_runtime", "checkin_margin")}
    assert kept == {"schedule": [1, "hour"], "max_runtime": 9, "checkin_margin": 7}


async def test_a_new_schedule_says_anew_when_a_job_is_due(caller: Caller) -> None:
    config = {"schedule_type": "crontab", "schedule": "30 6 * * mon", "timezone": "Europe/Lisbon"}
    await caller.send("PUT", SYNC, {"config": config, "owner": None, "slug": "stock"})
    found = await caller.read(f"{MONITORS}stock/")
    assert found["owner"] is None
    # The world stands on a Wednesday, and Lisbon an hour ahead of UTC.
    assert found["environments"][0]["nextCheckIn"] == "2026-08-17T05:30:00Z"
    assert found["environments"][0]["nextCheckInLatest"] == "2026-08-17T05:31:00Z"


async def test_a_job_does_not_move_to_another_project(caller: Caller) -> None:
    reply = await caller.send("PUT", SYNC, {"project": "web", "name": "Elsewhere"})
    said = {"detail": {"message": "existing monitors may not be moved between projects"}}
    assert (reply.status_code, reply.json()) == (400, said)
    assert (await caller.read(SYNC))["name"] == "Sync"


@pytest.mark.parametrize("path", [SYNC, OF_PROJECT])
async def test_a_deleted_job_is_gone_at_once(caller: Caller, path: str) -> None:
    assert (await caller.send("DELETE", path)).status_code == 202
    assert (await caller.refusal(SYNC))[0] == 404
    assert await caller.read(MONITORS) == []


async def test_environments_are_deleted_alone(caller: Caller) -> None:
    assert (await caller.send("DELETE", SYNC, environment="staging")).status_code == 202
    assert [each["name"] for each in (await caller.read(SYNC))["environments"]] == ["production"]
    assert (await caller.send("DELETE", SYNC, environment="qa")).status_code == 404


async def test_an_environment_that_nobody_knows_takes_the_whole_job_along(caller: Caller) -> None:
    assert (await caller.send("DELETE", SYNC, environment="produktion")).status_code == 202
    assert (await caller.refusal(SYNC))[0] == 404
