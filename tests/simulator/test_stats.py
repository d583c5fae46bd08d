"""Sessions and usage, as the simulator counts them."""

import pytest

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.outcomes import Outcome
from dexter_mcp.simulator.memory.sessions import HOUR, Hour
from small_world import Caller, story

pytestmark = pytest.mark.anyio

SESSIONS = "/organizations/acme/sessions/"
USAGE = "/organizations/acme/stats_v2/"
SUMMARY = "/organizations/acme/stats-summary/"
QUANTITY = "sum(quantity)"


@pytest.fixture
def told(world: World) -> World:
    """Two hours of two releases, and things that were dropped."""
    project = next(iter(world.projects))
    now = int(world.now().timestamp()) // HOUR * HOUR
    world.add_environment("acme", "checkout", "production")
    world.sessions.add(
        Hour(project, version, "production", now - ago * HOUR, 100, 80, crashed, crashed)
        for version, crashed in (("1.0.0", 0), ("1.1.0", 4))
        for ago in (2, 1)
    )
    world.tell("acme", story(count=12))
    world.outcomes.add([Outcome(project, "error", "filtered", "localhost", now - HOUR, 5)])
    return world


@pytest.mark.usefixtures("told")
class TestSessions:
    async def test_totals_and_series_agree(self, caller: Caller) -> None:
        field = ["sum(session)", "crash_free_rate(session)"]
        reply = await caller.read(SESSIONS, field=field, groupBy="release", statsPeriod="24h")
        group = next(g for g in reply["groups"] if g["by"]["release"] == "1.1.0")
        assert group["totals"] == {"sum(session)": 200, "crash_free_rate(session)": 0.96}
        assert sum(group["series"]["sum(session)"]) == 200
        assert len(group["series"]["sum(session)"]) == len(reply["intervals"])
        assert None in group["series"]["crash_free_rate(session)"]

    async def test_a_status_is_a_group_without_rates(self, caller: Caller) -> None:
        field = ["sum(session)", "crash_rate(session)"]
        reply = await caller.read(SESSIONS, field=field, groupBy="session.status", statsPeriod="1d")
        counts = {g["by"]["session.status"]: g["totals"] for g in reply["groups"]}
        assert counts["crashed"] == {"sum(session)": 8, "crash_rate(session)": None}
        assert counts["healthy"]["sum(session)"] == 392

    async def test_without_a_group_there_is_one_even_if_it_is_empty(self, caller: Caller) -> None:
        reply = await caller.read(SESSIONS, field="sum(session)", query="release:none")
        assert [group["totals"] for group in reply["groups"]] == [{"sum(session)": 0}]

    async def test_groups_can_be_ordered_and_counted_out(self, caller: Caller) -> None:
        rate = "crash_rate(session)"
        asked = {"field": rate, "groupBy": "release", "orderBy": f"-{rate}", "per_page": 1}
        reply = await caller.read(SESSIONS, **asked)
        assert [group["by"]["release"] for group in reply["groups"]] == ["1.1.0"]

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ({}, 'Request is missing a "field"'),
            ({"field": "sum(cats)"}, 'Invalid field: "sum(cats)"'),
            ({"field": "sum(session)", "groupBy": "cat"}, 'Invalid groupBy: "cat"'),
            ({"field": "sum(session)", "interval": "5h"}, "The interval should divide one day"),
            ({"field": "sum(session)", "interval": "10m"}, "The interval has to be between"),
            ({"field": "sum(session)", "query": "browser:x"}, "Invalid search filter: browser"),
            ({"field": "sum(session)", "orderBy": "x"}, "'orderBy' must be one of"),
        ],
    )
    async def test_what_makes_no_sense_is_refused(
        self, caller: Caller, asked: dict[str, str], said: str
    ) -> None:
        status, detail = await caller.refusal(SESSIONS, **asked)
        assert status == 400
        assert detail.startswith(said)


@pytest.mark.usefixtures("told")
class TestUsage:
    async def test_accepted_errors_are_the_events_of_the_world(self, caller: Caller) -> None:
        asked = {"field": QUANTITY, "groupBy": ["category", "outcome"], "statsPeriod": "30d"}
        groups = (await caller.read(USAGE, **asked))["groups"]
        counts = {g["by"]["outcome"]: g["totals"][QUANTITY] for g in groups}
        assert counts == {"accepted": 12, "filtered": 5}

    async def test_groups_of_projects_have_no_series(self, caller: Caller) -> None:
        asked = {"field": QUANTITY, "groupBy": "project", "statsPeriod": "30d"}
        reply = await caller.read(USAGE, **asked)
        assert reply["intervals"] == []
        assert [group["series"] for group in reply["groups"]] == [{}]

    async def test_a_summary_counts_what_was_dropped(self, caller: Caller) -> None:
        reply = await caller.read(SUMMARY, field=QUANTITY, statsPeriod="30d")
        ((category,),) = [project["stats"] for project in reply["projects"]]
        assert category["totals"] == {"dropped": 5, QUANTITY: 17}

    async def test_a_project_counts_its_errors_by_the_hour(self, caller: Caller) -> None:
        received = await caller.read("/projects/acme/checkout/stats/", stat="blacklisted")
        assert sum(count for _, count in received) == 5
        assert received[1][0] - received[0][0] == HOUR

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ({"groupBy": "outcome", "statsPeriod": "1d"}, 'Request is missing a "field"'),
            ({"field": QUANTITY, "statsPeriod": "1d"}, "At least one groupBy is required."),
            ({"field": QUANTITY, "groupBy": "outcome"}, "Invalid date range"),
            (
                {"field": QUANTITY, "groupBy": "cats", "statsPeriod": "1d"},
                'Invalid groupBy: "cats"',
            ),
            (
                {"field": QUANTITY, "groupBy": "outcome", "statsPeriod": "1d", "outcome": "x"},
                'Invalid outcome: "x"',
            ),
        ],
    )
    async def test_what_makes_no_sense_is_refused(
        self, caller: Caller, asked: dict[str, str], said: str
    ) -> None:
        status, detail = await caller.refusal(USAGE, **asked)
        assert status == 400
        assert detail.startswith(said)
