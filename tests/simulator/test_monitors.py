"""Jobs that check in, and addresses that are asked, as the simulated Sentry tells of them."""

from datetime import timedelta

import pytest

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.monitors import Check, CheckIn, Job, Lane, Probe
from small_world import Caller, Clock

pytestmark = pytest.mark.anyio

JOBS = "/organizations/acme/monitors/"
IN_PROJECT = "/projects/acme/checkout/monitors/"
CONFIG = {"schedule_type": "crontab", "schedule": "0 2 * * *"}


@pytest.fixture(autouse=True)
def jobs(world: World, clock: Clock) -> None:
    """A job that failed in production, one that is muted, an address that is down."""
    now = clock()
    (project, other), places = tuple(world.projects), ("production", "staging")
    for place in places:
        world.add_environment("acme", "checkout", place)
    failed = Lane("production", "error", now, last=now, incident=now)
    for back in range(3):
        at = now - timedelta(hours=back)
        status = "ok" if back else "error"
        failed.check_ins.append(CheckIn(f"c{back}", status, at, at, at, 1_000 * (back + 1)))
    muted = Lane("staging", "timeout", now, muted=True)
    world.monitors.jobs += [
        Job("j2", "acme", other, "crawl", "Crawl", CONFIG, now, lanes=[muted]),
        Job("j1", "acme", project, "bills", "Bills", CONFIG, now, "team:payments", lanes=[failed]),
    ]
    probe = Probe("9", "acme", project, "Front", "https://shop.test/", 60, is_down=True)
    probe.checks.append(Check("k1", now, "failure", 9, "us", in_incident=True))
    world.monitors.probes.append(probe)


async def slugs(caller: Caller, **query: str) -> list[str]:
    return [job["slug"] for job in await caller.read(JOBS, project="-1", **query)]


async def test_trouble_comes_before_what_is_muted(caller: Caller) -> None:
    assert await slugs(caller) == ["bills", "crawl"]


async def test_a_list_is_narrowed(caller: Caller) -> None:
    assert await slugs(caller, query="craw") == ["crawl"]
    assert await slugs(caller, environment="production") == ["bills"]
    assert await slugs(caller, owner="unassigned") == ["crawl"]


async def test_a_job_is_found_by_slug_and_id_and_only_in_its_project(caller: Caller) -> None:
    for where in (f"{JOBS}bills/", f"{JOBS}j1/", f"{IN_PROJECT}bills/"):
        job = await caller.read(where)
        assert (job["id"], job["owner"]["name"]) == ("j1", "payments")
    assert (await caller.refusal(f"{IN_PROJECT}crawl/"))[0] == 404


async def test_environments_are_a_list(caller: Caller) -> None:
    job = await caller.read(f"{JOBS}bills/")
    (place,) = job["environments"]
    assert (place["name"], place["status"]) == ("production", "error")
    assert place["activeIncident"]["resolvingTimestamp"] is None


async def test_check_ins_come_newest_first_and_in_pages(caller: Caller) -> None:
    assert await caller.walk(f"{JOBS}bills/checkins/", per_page=2) == [["c0", "c1"], ["c2"]]
    assert await caller.read(f"{JOBS}bills/checkins/", environment="staging") == []
    lately = await caller.read(f"{IN_PROJECT}bills/checkins/", statsPeriod="90m")
    assert [each["id"] for each in lately] == ["c0", "c1"]


async def test_runs_are_counted_by_the_hour(caller: Caller) -> None:
    slots = await caller.read(f"{JOBS}bills/stats/", resolution="1h")
    assert sum(slot["ok"] for slot in slots) == 2
    assert sum(slot["error"] for slot in slots) == 1
    assert (await caller.refusal(f"{JOBS}bills/stats/", resolution="7h"))[0] == 400


async def test_an_address_tells_its_checks(caller: Caller, world: World) -> None:
    (probe,) = await caller.read("/organizations/acme/uptime/")
    assert (probe["uptimeStatus"], probe["projectSlug"]) == (2, "checkout")
    (check,) = await caller.read("/projects/acme/checkout/uptime/9/checks/")
    assert check["checkStatus"] == "failure_incident"
    world.monitors.has_uptime = False
    assert (await caller.refusal("/organizations/acme/uptime/"))[0] == 404
