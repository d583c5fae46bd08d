"""Dashboards as the simulated Sentry tells of them."""

import pytest

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.dashboards import Dashboard, Question, Widget
from small_world import Caller, Clock

pytestmark = pytest.mark.anyio

DASHBOARDS = "/organizations/acme/dashboards/"


@pytest.fixture(autouse=True)
def dashboards(world: World, clock: Clock) -> None:
    widget = Widget(1, "Errors", "line", "error-events", (Question(("count()",), ("release",)),))
    for number, title in ((7, "Zebra"), (8, "apple")):
        world.dashboards.add(
            Dashboard(number, "acme", title, "mira@acme.test", clock(), [widget], period="7d")
        )


async def test_they_are_listed_by_title_without_their_queries(caller: Caller) -> None:
    found = await caller.read(DASHBOARDS)
    assert [each["title"] for each in found] == ["apple", "Zebra"]
    assert found[0]["widgetDisplay"] == ["line"]
    assert "widgets" not in found[0]


async def test_a_list_is_narrowed_turned_round_and_paged(caller: Caller) -> None:
    assert [each["id"] for each in await caller.read(DASHBOARDS, query="ZEB")] == ["7"]
    assert await caller.walk(DASHBOARDS, sort="-title", per_page=1) == [["7"], ["8"]]


async def test_one_tells_what_its_widgets_ask(caller: Caller) -> None:
    found = await caller.read(f"{DASHBOARDS}8/")
    (query,) = found["widgets"][0]["queries"]
    assert query["fields"] == ["release", "count()"]
    assert found["period"] == "7d"


async def test_one_that_is_not_there_is_not_found(caller: Caller) -> None:
    assert (await caller.refusal(f"{DASHBOARDS}99/"))[0] == 404
