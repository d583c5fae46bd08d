"""Alerts on servers that have rules in their place, and while Sentry retires those."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from mcp import Client

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def grown() -> Simulator:
    return generous(Simulator.with_sample_data(now=now))


@pytest.fixture
def simulator(grown: Simulator) -> Iterator[Simulator]:
    """A server that is older than alerts and monitors."""
    grown.world.alerts.has_workflows = False
    yield grown
    alerts = grown.world.alerts
    alerts.has_workflows, alerts.has_rules, alerts.brown_out = True, True, False
    grown.faults.clear()


@pytest.fixture
async def client(simulator: Simulator, settings: Settings) -> AsyncIterator[Client]:
    async with Client(build_server(settings, simulator, now=now)) as client:
        yield client


def row(text: str, name: str) -> str:
    return next(line for line in text.split("\n") if name in line)


async def test_rules_are_listed_in_the_words_of_alerts(ask: Ask) -> None:
    text = await ask("list_alerts")
    assert row(text, "New or back").startswith(
        "rule 5101|New or back in checkout|checkout|new issue or regression"
    )
    assert (
        "metric rule 641|Checkout error budget|checkout|errors in 10 min > 10 critical, > 8 warning"
        "|Slack #ops, e-mail #payments|firing|1 h"
    ) in text


async def test_a_muted_rule_and_a_broken_one_are_marked(ask: Ask) -> None:
    text = await ask("list_alerts", project="storefront")
    assert "|muted" in row(text, "Feedback to support")
    assert "broken: The slack integration no longer exists." in row(text, "Storefront regressions")


async def test_that_a_rule_never_fired_is_not_claimed_where_it_is_unknown(ask: Ask) -> None:
    assert "No alert or monitor matches." in await ask("list_alerts", state="never_fired")
    assert "fired: 3 h ago" in await ask("get_alert", alert="rule 5100")


async def test_a_rule_in_full_says_what_leads_to_what(ask: Ask) -> None:
    text = await ask("get_alert", alert="Page on payment spikes")
    assert text.startswith("rule 5100 · Page on payment spikes · enabled · owner #payments\n")
    assert "http://sentry.test/organizations/acme/alerts/rules/checkout/5100/details/" in text
    assert "when: > 15 events in 1 h" in text
    assert "if level error or above: PagerDuty Payments on-call, e-mail #payments" in text


async def test_a_metric_rule_in_full_shows_its_incidents(ask: Ask) -> None:
    text = await ask("get_alert", alert="metric rule 641")
    assert "thresholds: > 10 critical, > 8 warning, ≤ 4 resolved" in text
    assert "2026-08-12 07:21 UTC|1 h 54 min, still open|critical" in text
    assert "/organizations/acme/alerts/rules/details/641/" in text


async def test_minutes_of_rules_are_told_as_minutes(ask: Ask) -> None:
    text = await ask("get_alert", alert="metric rule 644")
    assert "measures: errors in 1 h" in text
    assert "change against 7 d before" in text


async def test_a_link_to_a_rules_page_leads_to_it(ask: Ask) -> None:
    link = "http://sentry.test/organizations/acme/alerts/rules/checkout/5102/details/"
    assert "rule 5102 · NordPay challenges" in await ask("get_alert", alert=link)
    link = "http://sentry.test/organizations/acme/alerts/rules/details/643/"
    text = await ask("get_alert", alert=link)
    assert "metric rule 643 · Crash-free sessions" in text
    assert "< 98 critical, < 99 warning, ≥ 99.5 resolved" in text


async def test_the_rules_that_would_fire_for_an_issue_are_told(ask: Ask) -> None:
    text = await ask("list_alerts", issue="CHECKOUT-J")
    assert "3 alerts watch CHECKOUT-J, 3 would act on it" in text
    assert "> 15 events in 1 h (22 in the busiest hour" in row(text, "Page on payment spikes")


async def test_whether_a_server_has_alerts_is_found_out_once(
    ask: Ask, simulator: Simulator
) -> None:
    await ask("list_alerts", project="reports")
    simulator.world.seen.clear()
    await ask("list_alerts", project="gateway")
    assert any("/rules/" in line for line in simulator.world.seen)
    assert not any("/workflows/" in line for line in simulator.world.seen)


async def test_rules_that_do_not_come_are_named_beside_those_that_do(
    ask: Ask, simulator: Simulator
) -> None:
    simulator.faults.add(Fault(path="/acme/gateway/rules/", status=403))
    text = await ask("list_alerts")
    assert "Mobile crashes" in text
    assert "failed: rules of gateway" in text


async def test_in_a_brown_out_the_alerts_that_came_meanwhile_are_shown(
    ask: Ask, simulator: Simulator
) -> None:
    await ask("list_alerts", project="reports")
    simulator.world.alerts.has_workflows = True
    simulator.world.alerts.brown_out = True
    text = await ask("list_alerts", project="gateway")
    assert "alert 5105|Gateway noise" in text
    assert not re.search(r"\b410\b", text)


async def test_in_a_brown_out_without_any_alternative_the_reason_is_told(
    refused: Ask, simulator: Simulator
) -> None:
    simulator.world.alerts.brown_out = True
    text = await refused("list_alerts")
    assert "switched its old alert routes off for some minutes" in text
    assert "Try again later." in text
    assert not re.search(r"\b410\b", text)
    assert "dexter-mcp" not in text


@pytest.mark.parametrize(
    ("asked", "instead", "shows"),
    [
        ({"operation": "list_issue_alert_rules", "project": "gateway"}, "list_workflows", "5105"),
        ({"operation": "list_metric_alert_rules"}, "list_detectors", "Checkout error budget"),
    ],
)
async def test_in_a_brown_out_a_reading_operation_asks_what_replaced_it(
    ask: Ask, simulator: Simulator, asked: dict[str, str], instead: str, shows: str
) -> None:
    simulator.world.alerts.has_workflows = True
    simulator.world.alerts.brown_out = True
    text = await ask("read_sentry", **asked)
    assert text.startswith(f"{instead}: ")
    assert shows in text


async def test_in_a_brown_out_an_alert_is_read_as_what_it_has_become(
    ask: Ask, simulator: Simulator
) -> None:
    await ask("list_alerts", project="reports")
    simulator.world.alerts.has_workflows = True
    simulator.world.alerts.brown_out = True
    text = await ask("get_alert", alert="Gateway noise")
    assert "Gateway noise" in text
    assert "retired" not in text
    assert "failed:" not in text


async def test_an_operation_that_nothing_replaces_alike_says_that_it_is_retired(
    refused: Ask, simulator: Simulator
) -> None:
    simulator.world.alerts.brown_out = True
    text = await refused(
        "read_sentry", operation="get_metric_alert_rule", arguments=["alert_rule=641"]
    )
    assert "Sentry has retired what this asks for" in text
    assert not re.search(r"\b410\b", text)


async def test_issues_of_a_project_are_searched_page_by_page_while_their_route_is_away(
    ask: Ask, refused: Ask, simulator: Simulator
) -> None:
    simulator.faults.add(Fault(path="/acme/checkout/issues/", status=410, times=-1))
    asked: dict[str, Any] = {"operation": "list_project_issues", "project": "checkout", "limit": 2}
    first = await ask("read_sentry", **asked)
    assert first.startswith("list_issues: 2 of ")
    cursor = first.partition("cursor=")[2].split()[0]
    second = await ask("read_sentry", cursor=cursor, **asked)
    assert second.startswith("list_issues: 2 of ")
    assert set(second.split("\n")) & set(first.split("\n")) != set(first.split("\n"))
    assert "cursor" in await refused("read_sentry", **{**asked, "cursor": cursor, "limit": 3})


async def test_an_organization_out_of_sight_is_named(refused: Ask) -> None:
    assert "No organization 'globex' is visible" in await refused("list_alerts", org="globex")


async def test_a_server_with_neither_says_so(client: Client, simulator: Simulator) -> None:
    simulator.world.alerts.has_rules = False
    result = await client.call_tool("list_alerts", {})
    assert result.is_error
    assert "This server has neither alerts nor alert rules" in text_of(result)
