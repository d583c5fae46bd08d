"""Dashboards and saved queries are changed through the catalogue."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.changes.recipes import recipe_for
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.memory.dashboards import Dashboard
from orders import notebooks
from small_world import Clock, small_world
from writing import attempted, change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio


@pytest.fixture
def simulator() -> Simulator:
    world = small_world(Clock())
    notebooks.settle(world)
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    async with writing(simulator, tmp_path) as client:
        yield client


def checkout(simulator: Simulator) -> Dashboard:
    return next(it for it in simulator.world.dashboards.of("acme") if it.id == notebooks.DASHBOARD)


def titles(simulator: Simulator) -> list[str]:
    return [widget.title for widget in checkout(simulator).widgets]


def widgets(*told: object) -> dict[str, object]:
    arguments = [f"dashboard={notebooks.DASHBOARD}", f"widgets:={json.dumps(told)}"]
    return {"operation": "update_dashboard", "arguments": arguments}


async def test_widgets_that_go_are_named(simulator: Simulator, tmp_path: Path) -> None:
    async with writing(simulator, tmp_path, writes="ask") as client:
        plan = text_of(await client.call_tool("change_sentry", widgets({"id": "91"})))
    assert "These widgets go, because they are not among those given: Slowest pages" in plan
    assert writes_of(simulator) == []


async def test_a_widget_that_went_comes_back_as_a_new_one(
    client: Client, simulator: Simulator
) -> None:
    said = await done(client, "change_sentry", **widgets({"id": "91", "title": "Errors"}))
    assert titles(simulator) == ["Errors"]
    await done(client, "undo_change", change=change_in(said))
    assert titles(simulator) == ["Errors by release", "Slowest pages"]
    first, again = checkout(simulator).widgets
    assert (first.id, again.type) == (91, "spans")
    assert again.questions[0].aggregates == ("p95(span.duration)",)


async def test_one_filter_leaves_the_others_alone(client: Client, simulator: Simulator) -> None:
    arguments = [f"dashboard={notebooks.DASHBOARD}", "environment=production"]
    said = await done(client, "change_sentry", operation="update_dashboard", arguments=arguments)
    assert "environment none → production" in said
    assert checkout(simulator).period == "14d"
    await done(client, "undo_change", change=change_in(said))
    assert (checkout(simulator).period, checkout(simulator).environments) == ("14d", [])


async def test_a_title_that_is_taken_is_refused_by_sentry(
    client: Client, simulator: Simulator
) -> None:
    arguments = [f"dashboard={notebooks.DASHBOARD}", "title=Empty"]
    result = await attempted(
        client, "change_sentry", operation="update_dashboard", arguments=arguments
    )
    assert "Dashboard with that title already exists" in text_of(result)
    assert checkout(simulator).title == "Checkout"


async def test_a_deleted_dashboard_is_made_anew(client: Client, simulator: Simulator) -> None:
    arguments = [f"dashboard={notebooks.DASHBOARD}"]
    said = await done(client, "change_sentry", operation="delete_dashboard", arguments=arguments)
    await done(client, "undo_change", change=change_in(said))
    (again,) = [it for it in simulator.world.dashboards.of("acme") if it.title == "Checkout"]
    assert [widget.title for widget in again.widgets] == ["Errors by release", "Slowest pages"]
    assert again.period == "14d"


async def test_a_saved_query_keeps_what_was_not_changed(
    client: Client, simulator: Simulator
) -> None:
    (saved,) = simulator.world.saved_queries.of("acme", "discover")
    arguments = [f"saved_query={saved.id}", "range=7d"]
    await done(client, "change_sentry", operation="update_saved_query", arguments=arguments)
    (now,) = simulator.world.saved_queries.of("acme", "discover")
    assert (now.name, now.projects) == (saved.name, saved.projects)
    assert now.asks == {**saved.asks, "range": "7d"}


def completed(operation: str, told: dict[str, object], state: dict[str, object]) -> object:
    order = Order(operation, {"org": "acme"}, {}, told)
    return recipe_for(order).complete(order, state).told


def test_a_saved_query_keeps_what_the_description_does_not_know() -> None:
    state: dict[str, object] = {"name": "Errors", "version": 2, "widths": ["-1"], "query": "a:b"}
    told = {"version": 2, "name": "Faults", "query": "a:b", "widths": ["-1"]}
    assert completed("update_saved_query", {"name": "Faults"}, state) == told


def test_a_dashboard_of_all_projects_stays_one() -> None:
    state: dict[str, object] = {"projects": [-1], "period": "14d", "environment": ["production"]}
    told = {"period": "7d", "projects": [-1], "environment": ["production"]}
    assert completed("update_dashboard", {"period": "7d"}, state) == told
    narrowed = {"period": "14d", "projects": [3301], "environment": ["production"]}
    assert completed("update_dashboard", {"projects": [3301]}, state) == narrowed


async def test_a_dashboard_of_that_title_with_other_widgets_is_refused(
    client: Client, simulator: Simulator
) -> None:
    widget = {"title": "Slow", "displayType": "line", "queries": [{"aggregates": ["count()"]}]}
    arguments = ["title=Checkout", f"widgets:={json.dumps([widget])}"]
    told = {"operation": "create_dashboard", "arguments": arguments}
    said = text_of(await attempted(client, "change_sentry", **told))
    assert f"A dashboard of that title is there ({notebooks.DASHBOARD}), with other widgets" in said
    assert "change it with update_dashboard" in said
    assert writes_of(simulator) == []
    arguments[0] = "title=Till"
    made = await done(client, "change_sentry", **told)
    number = next(it.id for it in simulator.world.dashboards.of("acme") if it.title == "Till")
    assert f"id {number}" in made
    again = await done(client, "change_sentry", **told)
    assert again.startswith("Nothing to do")
    assert f"already so: dashboard Till (id {number})" in again


async def test_a_saved_query_of_that_name_with_another_query_is_refused(
    client: Client, simulator: Simulator
) -> None:
    (saved,) = simulator.world.saved_queries.of("acme", "discover")
    arguments = [f"name={saved.name}", "fields=title", "query=level:fatal", "range=1h"]
    told = {"operation": "create_saved_query", "arguments": arguments}
    said = text_of(await attempted(client, "change_sentry", **told))
    assert f"A saved query of that title is there ({saved.id}), with other" in said
    assert "change it with update_saved_query" in said
    assert writes_of(simulator) == []
