"""Putting dashboards together in the simulated Sentry, changing and deleting them."""

from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.dashboards import Dashboard, Question, Widget
from small_world import BORN, Caller, connected

pytestmark = pytest.mark.anyio

DASHBOARDS = "/organizations/acme/dashboards/"
ONE = f"{DASHBOARDS}7/"
ASKS = {"fields": ["release", "count()"], "conditions": "level:error", "orderby": "-count()"}
ERRORS = {
    "title": "Errors",
    "displayType": "line",
    "widgetType": "error-events",
    "interval": "5m",
    "queries": [ASKS],
    "layout": {"x": 0, "y": 0, "w": 3, "h": 2, "min_h": 2},
}


@pytest.fixture(autouse=True)
def zebra(world: World) -> Dashboard:
    widgets = [Widget(n, f"W{n}", "line", "spans", (Question(("count()",)),)) for n in (1, 2)]
    world.dashboards.add(Dashboard(8, "acme", "Apple", "mira@acme.test", BORN))
    made = Dashboard(7, "acme", "Zebra", "", BORN, widgets, period="7d", environments=["qa"])
    return world.dashboards.add(made)


async def test_a_dashboard_is_put_together(caller: Caller, world: World) -> None:
    project = world.project("acme", "checkout")
    assert project
    sent = {
        "title": "Health",
        "projects": [project.id],
        "period": "24h",
        "isFavorited": True,
        "filters": {"release": ["checkout@1.1.0"]},
        "widgets": [ERRORS, {"title": "Note", "displayType": "text", "description": "Hello"}],
    }
    reply = await caller.send("POST", DASHBOARDS, sent)
    assert reply.status_code == 201
    assert complaint(f"{ORG}dashboards/", reply.json(), "post") == ""
    found = await caller.read(f"{DASHBOARDS}{reply.json()['id']}/")
    assert found == reply.json()
    assert (found["projects"], found["filters"]) == ([project.id], sent["filters"])
    assert found["createdBy"]["name"] == "Mira Voss"
    first, note = found["widgets"]
    assert first["layout"]["minH"] == 2
    assert first["queries"][0]["fields"] == ASKS["fields"]
    assert first["queries"][0]["columns"] == ["release"]
    assert note["description"] == "Hello"
    assert found["title"] in [each["title"] for each in await caller.read(DASHBOARDS)]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, {"title": ["This field is required."]}),
        (
            {"title": "x" * 256},
            {"title": ["Ensure this field has no more than 255 characters."]},
        ),
        (
            {"title": "A", "widgets": [ERRORS, ERRORS | {"displayType": "pie"}]},
            {"widgets": [{}, {"displayType": ['"pie" is not a valid choice.']}]},
        ),
        (
            {"title": "A", "widgets": [ERRORS | {"queries": []}]},
            {"widgets": [{"queries": ["One or more queries are required to create a widget"]}]},
        ),
        (
            {"title": "A", "widgets": [ERRORS | {"layout": {"x": 9}}]},
            {"widgets": [{"layout": {"x": ["Ensure this value is less than or equal to 5."]}}]},
        ),
        (
            {"title": "A", "widgets": [ERRORS] * 31},
            {"nonFieldErrors": ["Number of widgets must be less than 30"]},
        ),
        (
            {"title": "A", "start": "2026-08-02T00:00:00Z", "end": "2026-08-01T00:00:00Z"},
            {"nonFieldErrors": ["start must be before end"]},
        ),
    ],
)
async def test_a_wrong_dashboard_is_refused(
    caller: Caller, sent: dict[str, Any], said: dict[str, Any]
) -> None:
    reply = await caller.send("POST", DASHBOARDS, sent)
    assert (reply.status_code, reply.json()) == (400, said)
    assert len(await caller.read(DASHBOARDS)) == 2


async def test_a_title_is_given_once(caller: Caller) -> None:
    reply = await caller.send("POST", DASHBOARDS, {"title": "Zebra"})
    assert (reply.status_code, reply.json()) == (409, "Dashboard title already taken")
    reply = await caller.send("PUT", ONE, {"title": "Apple"})
    said = {"detail": "Dashboard with that title already exists."}
    assert (reply.status_code, reply.json()) == (409, said)


async def test_a_new_title_leaves_the_rest_as_it_was(caller: Caller) -> None:
    reply = await caller.send("PUT", ONE, {"title": "Gnu"})
    assert reply.status_code == 200
    assert complaint(f"{ORG}dashboards/{{dashboard_id}}/", reply.json(), "put") == ""
    found = await caller.read(ONE)
    assert (found["title"], found["period"], len(found["widgets"])) == ("Gnu", "7d", 2)


async def test_widgets_that_are_not_sent_are_gone(caller: Caller) -> None:
    await caller.send("PUT", ONE, {"widgets": [{"id": "2", "title": "Kept"}, ERRORS]})
    kept, new = (await caller.read(ONE))["widgets"]
    assert (kept["id"], kept["title"], kept["queries"][0]["fields"]) == ("2", "Kept", ["count()"])
    assert new["title"] == "Errors"


async def test_widgets_of_other_dashboards_are_not_taken(caller: Caller) -> None:
    reply = await caller.send("PUT", ONE, {"widgets": [{"id": "99", "title": "Stolen"}]})
    assert reply.status_code == 400
    assert "not part of this dashboard" in reply.text


async def test_filters_are_set_all_at_once(caller: Caller) -> None:
    await caller.send("PUT", ONE, {"period": "14d"})
    found = await caller.read(ONE)
    assert (found["period"], found.get("environment")) == ("14d", None)


async def test_a_locked_dashboard_is_changed_by_those_it_names(
    caller: Caller, world: World
) -> None:
    payments = world.team("acme", "payments")
    assert payments
    for teams, status in ([], 403), ([int(payments.id)], 204):
        locked = {"is_editable_by_everyone": False, "teams_with_edit_access": teams}
        await caller.send("PUT", ONE, {"permissions": locked})
        world.add_token("reader", user="mira@acme.test", scopes={"org:read"})
        async with connected(Simulator(world), "reader") as http:
            assert (await Caller(http).send("DELETE", ONE)).status_code == status


async def test_a_deleted_dashboard_is_gone_and_the_last_one_stays(caller: Caller) -> None:
    assert (await caller.send("DELETE", ONE)).status_code == 204
    assert (await caller.refusal(ONE))[0] == 404
    assert (await caller.send("DELETE", ONE)).status_code == 404
    reply = await caller.send("DELETE", f"{DASHBOARDS}8/")
    assert (reply.status_code, reply.json()) == (409, {"detail": "Cannot delete last Dashboard."})


async def test_what_sentry_brought_along_is_neither_rebuilt_nor_deleted(
    caller: Caller, zebra: Dashboard
) -> None:
    zebra.prebuilt = 1
    orders: list[tuple[str, Any]] = [
        ("DELETE", None),
        ("PUT", {"title": "Mine"}),
        ("PUT", {"widgets": []}),
    ]
    for method, sent in orders:
        assert (await caller.send(method, ONE, sent)).status_code == 409
