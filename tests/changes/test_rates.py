"""Between the stages of a change it is looked at whether projects report many more errors."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from answers import text_of
from clock import generous
from dexter_mcp.changes.rates import Rate, rates
from dexter_mcp.sentry.timeseries import Group, Point, Series
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from small_world import BORN, Clock, broken, small_world
from writing import attempted, change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio

HIDE = {
    "operation": "bulk_update_project_environments",
    "arguments": [
        "project=checkout",
        "environmentNames=staging",
        "environmentNames=production",
        "isHidden=true",
    ],
}


def a_simulator(*minutes_ago: float) -> Simulator:
    """Errors of `checkout`, so many minutes ago each."""
    world = small_world(Clock())
    project = next(each for each in world.projects.values() if each.slug == "checkout")
    project.environments[:] = ["production", "staging"]
    for number, minutes in enumerate(minutes_ago, 1):
        moment = (BORN - timedelta(minutes=minutes)).timestamp()
        world.ingest(project.id, broken() | {"timestamp": moment, "event_id": f"{number:032x}"})
    return generous(Simulator(world))


def a_series(*minutes_ago: float, project: str = "checkout") -> Series:
    points = tuple(
        Point(timestamp=(BORN - timedelta(minutes=m)).timestamp() * 1_000, value=1)
        for m in minutes_ago
    )
    group = Group(key="project", value=Untrusted(project))
    return Series(y_axis="count()", group_by=(group,), values=points)


@pytest.mark.parametrize(
    ("lately", "usually", "jumped"),
    [
        (60, 5, True),
        (50, 0, True),
        (49, 0, False),
        (300, 100, True),
        (299, 100, False),
        (74, 25, False),
        (0, 0, False),
    ],
)
def test_a_jump_is_three_times_as_many_and_fifty_more(
    lately: float, usually: float, *, jumped: bool
) -> None:
    assert Rate("checkout", lately, usually).jumped is jumped


def test_the_last_minutes_are_held_against_as_many_of_the_hour_before() -> None:
    (rate,) = rates([a_series(1, 2, 4, *range(6, 54))], BORN)
    assert (rate.project, rate.lately, rate.usually) == ("checkout", 3, 4)


def test_each_project_is_judged_by_itself() -> None:
    quiet, loud = rates([a_series(30), a_series(*[1] * 60, project="web")], BORN)
    assert (quiet.jumped, loud.jumped) == (False, True)


async def test_a_change_pauses_where_errors_jump_and_says_by_how_much(tmp_path: Path) -> None:
    simulator = a_simulator(*[2.0] * 80, *[30.0] * 12)
    async with writing(simulator, tmp_path) as client:
        told = await done(client, "change_sentry", **HIDE)
        assert told.startswith("Paused after 1 of 2, because checkout reported 80 errors in the ")
        assert "last 5 min, where 1 are usual" in told
        assert len(writes_of(simulator)) == 1
        onward = await done(client, "apply_change", change=change_in(told))
    assert onward.startswith("Done")
    assert len(writes_of(simulator)) == 2


async def test_issues_in_bulk_are_watched_by_the_projects_that_they_belong_to(
    tmp_path: Path,
) -> None:
    simulator = a_simulator(*[2.0] * 80)
    world = simulator.world
    project = next(iter(world.projects))
    for name in ("ValueError", "TypeError"):
        world.ingest(project, broken(name) | {"timestamp": BORN.timestamp() - 7_200})
    ids = [f"id={number}" for number in world.issues]
    async with writing(simulator, tmp_path) as client:
        told = await done(
            client,
            "change_sentry",
            operation="bulk_update_issues",
            arguments=[*ids, "priority=low"],
        )
    assert told.startswith("Paused after 1 of 3, because checkout reported 80 errors"), told


@pytest.mark.parametrize(
    "minutes_ago", [[], [2.0] * 40, [*[2.0] * 80, *[10 + n / 20 for n in range(900)]]]
)
async def test_a_change_goes_on_where_there_is_no_jump(
    tmp_path: Path, minutes_ago: Sequence[float]
) -> None:
    async with writing(a_simulator(*minutes_ago), tmp_path) as client:
        assert (await done(client, "change_sentry", **HIDE)).startswith("Done, 2 changed")


async def test_a_change_goes_on_where_sentry_does_not_tell(tmp_path: Path) -> None:
    simulator = a_simulator(*[2.0] * 80)
    simulator.faults.add(Fault(path="/events-timeseries/", status=403, times=-1))
    async with writing(simulator, tmp_path) as client:
        assert (await done(client, "change_sentry", **HIDE)).startswith("Done, 2 changed")


async def test_a_single_target_is_not_held_up(tmp_path: Path) -> None:
    simulator = a_simulator(*[2.0] * 80)
    arguments = ["project=checkout", "environment=staging", "isHidden=true"]
    async with writing(simulator, tmp_path) as client:
        result = await attempted(
            client, "change_sentry", operation="update_project_environment", arguments=arguments
        )
    assert text_of(result).startswith("Done")
    assert not [line for line in simulator.world.seen if "events-timeseries" in line]
