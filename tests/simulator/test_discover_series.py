"""Events over time, in today's shape and in the old one."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.spans import Span
from small_world import Caller, broken, story

pytestmark = pytest.mark.anyio

SERIES = "/organizations/acme/events-timeseries/"
STATS = "/organizations/acme/events-stats/"


async def lines(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    reply = await caller.read(SERIES, **({"dataset": "errors"} | query))
    assert complaint(f"{ORG}events-timeseries/", reply) == ""
    return reply["timeSeries"]


def values(line: dict[str, Any]) -> list[float]:
    return [point["value"] for point in line["values"]]


@pytest.fixture
def told(world: World) -> None:
    world.tell("acme", story("KeyError", count=20, users=9))
    world.tell("acme", story("TypeError", count=12, payload=broken("TypeError", level="fatal")))
    world.tell("acme", story("OSError", count=5, payload=broken("OSError", level="warning")))


@pytest.mark.usefixtures("told")
class TestToday:
    async def test_slots_cover_the_time_and_empty_ones_are_there(self, caller: Caller) -> None:
        [line] = await lines(caller, statsPeriod="3d", interval="6h")
        assert line["yAxis"] == "count()"
        assert sum(values(line)) == 37
        assert 0 in values(line)
        starts = [point["timestamp"] for point in line["values"]]
        steps = {later - earlier for earlier, later in pairwise(starts)}
        assert steps == {6 * 3_600_000}
        assert line["meta"]["interval"] == 6 * 3_600_000
        assert starts[0] % (6 * 3_600_000) == 0

    async def test_only_the_slot_that_goes_on_is_incomplete(self, caller: Caller) -> None:
        [line] = await lines(caller, statsPeriod="2d", interval="1h")
        *rest, last = line["values"]
        assert (last["incomplete"], last["incompleteReason"]) == (True, "INCOMPLETE_BUCKET")
        assert not any(point["incomplete"] for point in rest)

    async def test_each_axis_is_a_line(self, caller: Caller) -> None:
        axes = ["count()", "count_unique(user)"]
        counts, users = await lines(caller, statsPeriod="2d", interval="1d", yAxis=axes)
        assert [counts["yAxis"], users["yAxis"]] == axes
        assert [counts["meta"]["order"], users["meta"]["order"]] == [0, 1]
        assert sum(values(counts)) > sum(values(users)) > 0

    async def test_the_first_groups_get_lines_and_the_rest_one_together(
        self, caller: Caller
    ) -> None:
        asked = {"groupBy": "level", "topEvents": 1, "sort": "-count()", "statsPeriod": "2d"}
        top, other = await lines(caller, **asked, interval="1d")
        assert top["groupBy"] == [{"key": "level", "value": "error"}]
        assert sum(values(top)) == 20
        assert (other["meta"]["isOther"], sum(values(other))) == (True, 17)
        [alone] = await lines(caller, **asked, interval="1d", excludeOther=1)
        assert alone == top

    async def test_groups_may_be_without_a_value_or_have_several(self, caller: Caller) -> None:
        asked = {"groupBy": ["plan", "error.type"], "topEvents": 5, "sort": "-count()"}
        reply = await caller.read(SERIES, dataset="errors", statsPeriod="2d", **asked)
        first = reply["timeSeries"][0]
        assert first["groupBy"][0] == {"key": "plan", "value": None}
        assert first["groupBy"][1]["value"] == ["KeyError"]
        assert sum(values(first)) == 20

    async def test_a_query_narrows_the_series(self, caller: Caller) -> None:
        [line] = await lines(caller, statsPeriod="2d", query="level:fatal OR level:warning")
        assert sum(values(line)) == 17

    async def test_a_rate_is_one_of_its_slot(self, caller: Caller) -> None:
        asked = {"statsPeriod": "2d", "interval": "1h", "yAxis": ["count()", "epm()"]}
        counts, rates = await lines(caller, **asked)
        assert values(rates) == [count / 60 for count in values(counts)]
        assert rates["meta"]["valueUnit"] == "1/minute"

    async def test_the_time_before_can_be_compared(self, world: World, caller: Caller) -> None:
        world.tell("acme", story("Older", count=8, ago=24 * 7))
        week = int(timedelta(days=7).total_seconds())
        asked = {"statsPeriod": "2d", "interval": "1d"}
        [line] = await lines(caller, **asked, comparisonDelta=week)
        assert sum(point["comparisonValue"] for point in line["values"]) == 8
        [plain] = await lines(caller, **asked)
        assert values(plain) == values(line)

    @pytest.mark.parametrize(
        ("query", "minutes"),
        [
            ({"statsPeriod": "60d"}, 1_440),
            ({"statsPeriod": "30d"}, 240),
            ({"statsPeriod": "2d"}, 60),
            ({"statsPeriod": "24h"}, 5),
            ({"statsPeriod": "1h"}, 15),
            ({"statsPeriod": "2d", "interval": "nonsense"}, 60),
            ({"statsPeriod": "2d", "interval": "1800"}, 30),
            ({"statsPeriod": "2d", "interval": "10m"}, 10),
        ],
    )
    async def test_intervals_have_a_default(
        self, caller: Caller, query: dict[str, Any], minutes: int
    ) -> None:
        [line] = await lines(caller, **query)
        assert line["meta"]["interval"] == minutes * 60_000


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ({"topEvents": 11, "groupBy": "level"}, "Can only get up to 10 top events"),
        ({"topEvents": 0, "groupBy": "level"}, "topEvents needs to be at least 1"),
        ({"topEvents": "many", "groupBy": "level"}, "topEvents must be an integer"),
        ({"topEvents": 3}, "groupBy is a required parameter when doing topEvents"),
        ({"topEvents": 3, "groupBy": "timestamp"}, "Cannot group by timestamp"),
        ({"topEvents": 3, "groupBy": "level", "sort": "timestamp"}, "Cannot order by timestamp"),
        ({"topEvents": 3, "groupBy": "level", "sort": "-title"}, "Cannot sort by a field that"),
        ({"comparisonDelta": "week"}, "comparisonDelta must be an integer"),
        ({"yAxis": "title"}, "title is not a function"),
        ({"yAxis": "nope()"}, "nope is not a valid function"),
        ({"interval": "10s", "statsPeriod": "14d"}, "Your interval and date range would create"),
        ({"dataset": "spans", "interval": "7m"}, "Invalid interval. Must be one of 15, 30, 60"),
        ({"dataset": "logs", "interval": "1m", "statsPeriod": "7d"}, "Your interval and date ran"),
        ({"query": "(a:b"}, "Parse error at '(a:b' (column 1)."),
    ],
)
async def test_a_wrong_question_is_refused_in_sentrys_words(
    caller: Caller, query: dict[str, Any], detail: str
) -> None:
    status, said = await caller.refusal(SERIES, **({"dataset": "errors"} | query))
    assert status == 400
    assert said.startswith(detail)


async def test_sampled_series_say_how_much_they_rest_on(world: World, caller: Caller) -> None:
    project, at = next(iter(world.projects)), world.now().timestamp() - 600
    place = (True, "production", "checkout@1.1.0", "")
    world.telemetry.add_spans(
        Span(f"{n:016x}", "a" * 32, None, "b" * 32, project, at, n, 0, "db", "", "ok", "/", *place)
        for n in (10.0, 20.0, 30.0)
        for n in (int(n),)
    )
    asked = {"statsPeriod": "2h", "interval": "1h", "yAxis": "avg(span.duration)"}
    [line] = await lines(caller, dataset="spans", **asked)
    full = next(point for point in line["values"] if point["sampleCount"])
    assert (full["value"], full["sampleCount"], full["confidence"]) == (20.0, 3, "high")
    empty = next(point for point in line["values"] if not point["sampleCount"])
    assert (empty["value"], empty["sampleRate"], empty["confidence"]) == (0, None, None)
    assert line["meta"]["valueUnit"] == "millisecond"


@pytest.mark.usefixtures("told")
class TestTheOldShape:
    async def test_one_axis_is_bare_and_always_called_count(self, caller: Caller) -> None:
        asked = {"dataset": "errors", "statsPeriod": "2d", "interval": "1d"}
        reply = await caller.read(STATS, **asked, yAxis="count_unique(user)")
        starts = [start for start, _ in reply["data"]]
        assert reply["start"] == starts[0]
        assert all(start % 86_400 == 0 for start in starts)
        assert sum(points[0]["count"] for _, points in reply["data"]) > 0

    async def test_several_axes_are_named(self, caller: Caller) -> None:
        axes = ["count()", "epm()"]
        reply = await caller.read(STATS, dataset="errors", statsPeriod="2d", yAxis=axes)
        assert {name: line["order"] for name, line in reply.items()} == {"count()": 0, "epm()": 1}

    async def test_groups_are_named_by_their_values(self, caller: Caller) -> None:
        reply = await caller.read(
            STATS,
            dataset="errors",
            statsPeriod="2d",
            field=["level", "transaction", "count()"],
            sort="-count()",
            topEvents=2,
        )
        assert list(reply) == ["error,/cart", "fatal,/cart", "Other"]

    async def test_the_time_before_stands_beside(self, caller: Caller) -> None:
        asked = {"dataset": "errors", "statsPeriod": "2d", "comparisonDelta": 3_600}
        reply = await caller.read(STATS, **asked)
        assert all("comparisonCount" in points[0] for _, points in reply["data"])
