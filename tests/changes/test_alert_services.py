"""Apps and webhooks that alerts call: found among those installed, on servers new and old."""

import json
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from answers import text_of
from clock import generous, now
from dexter_mcp.server import build_server
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.memory.integrations import App
from world_state import state_of
from writing import change_in, done, settings, writes_of

pytestmark = pytest.mark.anyio

NEW: dict[str, Any] = {"name": "Told", "project": "checkout", "when": "new_issue"}
METRIC: dict[str, Any] = {"name": "Many", "project": "checkout", "when": "critical>9"}
DESK = {"targetType": "sentry_app", "targetIdentifier": "3102", "targetDisplay": "ledger-desk"}
NO_FORM = "takes a form of its own. Add that action in Sentry, or give it whole: change_sentry"


@pytest.fixture(scope="module")
def grown() -> Simulator:
    return generous(Simulator.with_sample_data(now=now))


@pytest.fixture
def simulator(grown: Simulator) -> Iterator[Simulator]:
    """A world whose alerts and apps are as they were after each test."""
    alerts, outside = grown.world.alerts, grown.world.integrations
    kept = deepcopy((alerts.alerts, alerts.monitors, outside.apps))
    yield grown
    alerts.alerts, alerts.monitors, outside.apps = kept
    alerts.has_workflows = True
    grown.world.seen.clear()


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    async with Client(build_server(settings(tmp_path), simulator, now=now)) as client:
        yield client


@pytest.fixture
async def asker(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    """Who sees each plan before anything is sent."""
    server = build_server(settings(tmp_path, writes="ask"), simulator, now=now)
    async with Client(server) as client:
        yield client


def action(simulator: Simulator, name: str = "Told") -> dict[str, Any]:
    """Find the one action of an alert."""
    alerts = simulator.world.alerts.alerts.values()
    (group,) = next(each for each in alerts if each.name == name).filters
    (only,) = group.actions
    return dict(only)


def app(simulator: Simulator, slug: str = "ledger-desk") -> App:
    return next(each for each in simulator.world.integrations.apps if each.slug == slug)


async def refused(client: Client, simulator: Simulator, **arguments: Any) -> str:
    result = await client.call_tool("create_alert", arguments)
    assert result.is_error, text_of(result)
    assert writes_of(simulator) == []
    return text_of(result)


@pytest.mark.parametrize("written", ["app:ledger-desk", "app:Ledger desk", "app: LEDGER-DESK"])
async def test_an_app_is_called_by_its_slug_or_its_name(
    client: Client, simulator: Simulator, written: str
) -> None:
    before = state_of(simulator.world)
    text = await done(client, "create_alert", **NEW, actions=written)
    assert action(simulator)["type"] == "sentry_app"
    assert action(simulator)["config"] == DESK
    await done(client, "undo_change", change=change_in(text))
    assert state_of(simulator.world) == before


@pytest.mark.parametrize(
    ("written", "service"),
    [
        ("webhook:webhooks", "webhooks"),
        ("webhook:ledger-desk", "ledger-desk"),
        ("webhook:Ledger Desk", "ledger-desk"),
    ],
)
async def test_a_webhook_calls_a_service_that_there_is(
    client: Client, simulator: Simulator, written: str, service: str
) -> None:
    before = state_of(simulator.world)
    text = await done(client, "create_alert", **NEW, actions=written)
    made = action(simulator)
    assert (made["type"], made["config"]["targetIdentifier"]) == ("webhook", service)
    assert made["config"]["targetType"] is None
    await done(client, "undo_change", change=change_in(text))
    assert state_of(simulator.world) == before


async def test_a_plan_and_the_alert_say_what_is_called(asker: Client, simulator: Simulator) -> None:
    both = ["app:ledger-desk", "webhook:webhooks"]
    plan = text_of(await asker.call_tool("create_alert", {**NEW, "actions": both}))
    assert "app ledger-desk, webhook webhooks" in plan
    assert writes_of(simulator) == []
    await done(asker, "create_alert", **NEW, actions=both)
    text = text_of(await asker.call_tool("get_alert", {"alert": "Told"}))
    assert "app ledger-desk, webhook webhooks" in text


async def test_an_alert_is_changed_to_call_an_app_and_back(
    client: Client, simulator: Simulator
) -> None:
    await done(client, "create_alert", **NEW, actions="email:#payments")
    text = await done(client, "update_alert", alert="Told", actions="app:ledger-desk")
    assert action(simulator)["config"] == DESK
    same = await done(client, "update_alert", alert="Told", actions="app:Ledger Desk")
    assert same.startswith("Nothing to do")
    await done(client, "undo_change", change=change_in(text))
    assert action(simulator)["type"] == "email"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("app:ledgr", "no app 'ledgr' is installed. Alerts can call: ledger-desk."),
        ("webhook:x", "no app 'x' is installed. Alerts can call: ledger-desk, webhooks."),
        ("app:webhooks", "no app 'webhooks' is installed"),
        ("app:deploy-bot", "deploy-bot is not set to be an action of alerts. Alerts can call: "),
        ("webhook:Deploy bot", "deploy-bot is not set to be an action of alerts"),
        ("app:status-page", "no app 'status-page' is installed"),
    ],
)
async def test_what_can_not_be_called_is_refused_with_what_can(
    client: Client, simulator: Simulator, written: str, said: str
) -> None:
    assert said in await refused(client, simulator, **NEW, actions=written)


@pytest.mark.parametrize("kind", ["app", "webhook"])
@pytest.mark.parametrize("as_text", [True, False])
async def test_an_app_with_a_form_is_refused_with_what_to_do(
    client: Client, simulator: Simulator, kind: str, *, as_text: bool
) -> None:
    form = {"elements": [{"type": "alert-rule-action", "title": "Tell the desk"}]}
    app(simulator).settings = {"schema": json.dumps(form) if as_text else form}
    told = await refused(client, simulator, **NEW, actions=f"{kind}:ledger-desk")
    assert f"app ledger-desk {NO_FORM} create_workflow or update_workflow." in told


async def test_other_parts_of_an_app_are_no_form_of_alerts(
    client: Client, simulator: Simulator
) -> None:
    app(simulator).settings = {"schema": {"elements": [{"type": "issue-link"}]}}
    await done(client, "create_alert", **NEW, actions="app:ledger-desk")
    assert action(simulator)["config"] == DESK


async def test_an_app_that_may_not_answer_leaves_a_doubt(
    asker: Client, simulator: Simulator
) -> None:
    app(simulator).disabled = True
    asked = {**NEW, "actions": "app:ledger-desk"}
    plan = text_of(await asker.call_tool("create_alert", asked))
    assert "warning: app ledger-desk is disabled: it can't tell anybody" in plan


async def test_an_app_whose_settings_are_hidden_leaves_a_doubt(
    asker: Client, simulator: Simulator
) -> None:
    app(simulator).status = "unpublished"
    asked = {**NEW, "actions": "app:ledger-desk"}
    plan = text_of(await asker.call_tool("create_alert", asked))
    assert "warning: the settings of app ledger-desk could not be checked" in plan


async def test_a_slug_goes_before_the_name_of_another(client: Client, simulator: Simulator) -> None:
    app(simulator, "deploy-bot").name = "ledger-desk"
    await done(client, "create_alert", **NEW, actions="app:ledger-desk")
    assert action(simulator)["config"] == DESK


async def test_one_of_several_apps_of_a_name_is_asked_for_by_its_slug(
    client: Client, simulator: Simulator
) -> None:
    app(simulator, "deploy-bot").name = "Ledger Desk"
    said = await refused(client, simulator, **NEW, actions="app:Ledger Desk")
    assert "several apps are called 'Ledger Desk'. Write one of deploy-bot, ledger-desk." in said


async def test_a_metric_alert_calls_an_app(client: Client, simulator: Simulator) -> None:
    before = state_of(simulator.world)
    text = await done(client, "create_alert", **METRIC, actions="app:ledger-desk")
    assert action(simulator, "Many")["config"] == DESK
    await done(client, "undo_change", change=change_in(text))
    assert state_of(simulator.world) == before


@pytest.mark.parametrize("written", ["app:ledger-desk", "webhook:ledger-desk"])
async def test_a_rule_of_old_calls_an_app_as_a_service(
    client: Client, simulator: Simulator, written: str
) -> None:
    simulator.world.alerts.has_workflows = False
    before = state_of(simulator.world)
    text = await done(client, "create_alert", **NEW, actions=written)
    made = action(simulator)
    assert (made["type"], made["config"]["targetIdentifier"]) == ("webhook", "ledger-desk")
    shown = text_of(await client.call_tool("get_alert", {"alert": "Told"}))
    assert "webhook ledger-desk" in shown
    await done(client, "undo_change", change=change_in(text))
    assert state_of(simulator.world) == before


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("app:ledger-desk", "a metric rule can't tell an app"),
        ("webhook:webhooks", "a metric rule can't tell a webhook"),
    ],
)
async def test_a_metric_rule_of_old_is_given_neither(
    client: Client, simulator: Simulator, written: str, said: str
) -> None:
    simulator.world.alerts.has_workflows = False
    assert said in await refused(client, simulator, **METRIC, actions=written)


@pytest.mark.parametrize("kind", ["jira", "github", "vsts"])
async def test_a_ticket_is_refused_with_what_to_do(
    client: Client, simulator: Simulator, kind: str
) -> None:
    told = await refused(client, simulator, **NEW, actions=f"{kind}:PAY")
    assert f"a ticket in {kind} {NO_FORM} create_workflow or update_workflow." in told
