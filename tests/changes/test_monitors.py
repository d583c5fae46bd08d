"""Cron monitors are set up, changed, muted and deleted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.memory.monitors import Job
from orders import monitors
from small_world import Clock, small_world
from world_state import state_of
from writing import attempted, change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio

NIGHTLY = "nightly-invoices"


@pytest.fixture
def simulator() -> Simulator:
    world = small_world(Clock())
    monitors.settle(world)
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    async with writing(simulator, tmp_path) as client:
        yield client


def job(simulator: Simulator) -> Job:
    return simulator.world.monitors.jobs[-1]


async def test_a_job_is_watched_once(client: Client, simulator: Simulator) -> None:
    arguments = {
        "name": "Weekly digest",
        "schedule": "every 10 minutes",
        "project": "checkout",
        "settings": ["timezone=europe/oslo", "margin=5", "failures=2"],
        "owner": "#payments",
    }
    said = await done(client, "create_monitor", **arguments)
    assert said.startswith("Done: Create the cron monitor Weekly digest in checkout")
    made = job(simulator)
    assert (made.slug, made.owner) == ("weekly-digest", "team:payments")
    assert made.config["schedule"] == [10, "minute"]
    assert made.config["timezone"] == "Europe/Oslo"
    assert (made.config["checkin_margin"], made.config["failure_issue_threshold"]) == (5, 2)
    assert (await done(client, "create_monitor", **arguments)).startswith("Nothing to do")
    assert len(writes_of(simulator)) == 1


@pytest.mark.parametrize(
    ("schedule", "kept"),
    [
        ("0 7 * * mon", "0 7 * * mon"),
        ("*/5  0-6,22  * jan-mar *", "*/5 0-6,22 * jan-mar *"),
        ("@daily", "0 0 * * *"),
        ("every hour", [1, "hour"]),
        ("Every 2 Weeks", [2, "week"]),
        ("every 15 min", [15, "minute"]),
    ],
)
async def test_a_schedule_is_said_in_many_ways(
    client: Client, simulator: Simulator, schedule: str, kept: object
) -> None:
    await done(client, "update_monitor", monitor=NIGHTLY, schedule=schedule)
    assert job(simulator).config["schedule"] == kept
    assert job(simulator).config["max_runtime"] == 30


async def test_a_changed_monitor_is_what_it_was_after_an_undo(
    client: Client, simulator: Simulator
) -> None:
    before = state_of(simulator.world)
    said = await done(
        client,
        "update_monitor",
        monitor="checkout/nightly-invoices",
        slug="invoices",
        schedule="every 2 hours",
        owner="mira@acme.test",
        state="muted",
    )
    assert "slug nightly-invoices → invoices" in said
    assert "is_muted no → yes" in said
    assert all(lane.muted for lane in job(simulator).lanes)
    await done(client, "undo_change", change=change_in(said))
    assert state_of(simulator.world) == before


async def test_nobody_owns_it_any_more(client: Client, simulator: Simulator) -> None:
    job(simulator).owner = "team:payments"
    said = await done(client, "update_monitor", monitor=NIGHTLY, owner="none")
    assert "→ none" in said
    assert job(simulator).owner == ""


async def test_what_muting_can_t_do_is_said(simulator: Simulator, tmp_path: Path) -> None:
    job(simulator).lanes[0].muted = True
    async with writing(simulator, tmp_path, writes="ask") as client:
        arguments = {"monitor": NIGHTLY, "state": "muted", "slug": "invoices"}
        plan = text_of(await client.call_tool("update_monitor", arguments))
    assert "taking it back unmutes all of them" in plan
    assert "under the old slug are no longer heard" in plan


async def test_only_an_environment_is_deleted(client: Client, simulator: Simulator) -> None:
    said = await done(client, "delete_monitor", monitor=NIGHTLY, environment=["staging"])
    assert "environments production, staging → production" in said
    assert [lane.name for lane in job(simulator).lanes] == ["production"]


async def test_an_unknown_environment_does_not_cost_the_monitor(
    client: Client, simulator: Simulator
) -> None:
    result = await attempted(client, "delete_monitor", monitor=NIGHTLY, environment=["prod"])
    assert "The monitor has no environment 'prod'" in text_of(result)
    operation = ["monitor=nightly-invoices", "environment=prod"]
    result = await attempted(
        client, "change_sentry", operation="delete_monitor", arguments=operation
    )
    assert "The monitor has no environment 'prod'" in text_of(result)
    assert writes_of(simulator) == []


async def test_an_environment_that_goes_meanwhile_does_not_cost_the_monitor(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with writing(simulator, tmp_path) as client:
        arguments = {"monitor": NIGHTLY, "environment": ["staging"]}
        plan = text_of(await client.call_tool("delete_monitor", arguments))
        del job(simulator).lanes[1]
        handle = plan.rpartition("change=")[2].partition(" ")[0]
        applied = {"change": handle, "name": NIGHTLY}
        said = text_of(await client.call_tool("apply_change", applied))
    assert "it has changed since the plan was made" in said
    assert writes_of(simulator) == []


async def test_a_monitor_is_deleted_by_its_name(client: Client, simulator: Simulator) -> None:
    said = await done(client, "delete_monitor", monitor="Nightly invoices")
    assert "monitor nightly-invoices: gone" in said
    assert simulator.world.monitors.jobs == []


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("create_monitor", {"schedule": "0 25 * * *"}, "'25' is no hour"),
        ("create_monitor", {"schedule": "0 2 * * tuesdays"}, "is no day of the week"),
        ("create_monitor", {"schedule": "nightly"}, "neither a crontab of five fields"),
        ("create_monitor", {"schedule": "0 0 2 * * *"}, "neither a crontab of five fields"),
        ("create_monitor", {"schedule": "every 0 hours"}, "every 0 hours"),
        ("create_monitor", {"settings": "timezone=Oslo"}, "Did you mean Europe/Oslo"),
        ("create_monitor", {"settings": ["lateness=5"]}, "Write timezone=, margin="),
        ("create_monitor", {"settings": ["margin=0"]}, "a number from 1 to 40320"),
        ("create_monitor", {"slug": "Big Job"}, "lower-case"),
        ("create_monitor", {"owner": "#paymants"}, "Did you mean payments"),
        ("create_monitor", {"project": []}, "Say in which `project`"),
        ("update_monitor", {"monitor": NIGHTLY}, "Nothing to change"),
        ("update_monitor", {"monitor": "hourly", "name": "X"}, "No monitor 'hourly'"),
    ],
)
async def test_what_can_t_be_is_refused_before_anything_is_sent(
    client: Client, simulator: Simulator, tool: str, arguments: dict[str, object], said: str
) -> None:
    usual: dict[str, object] = {"name": "Digest", "schedule": "@daily", "project": "checkout"}
    given = {**usual, **arguments} if tool == "create_monitor" else arguments
    result = await attempted(client, tool, **given)
    assert result.is_error
    assert said in text_of(result)
    assert writes_of(simulator) == []
