"""Alerts made, changed, switched and deleted, on servers of today and of before."""

from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from answers import text_of
from clock import generous, now
from dexter_mcp.changes.recipes.alert_wordings import ALERT
from dexter_mcp.changes.spelling import in_words
from dexter_mcp.server import build_server
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.memory.alerts import Alert, Monitor
from world_state import state_of
from writing import attempted, change_in, done, settings, writes_of

pytestmark = pytest.mark.anyio

PAGE = "Page on payment spikes"


@pytest.fixture(scope="module")
def grown() -> Simulator:
    return generous(Simulator.with_sample_data(now=now))


@pytest.fixture
def simulator(grown: Simulator) -> Iterator[Simulator]:
    """A world that is as it was after each test, as far as alerts go."""
    alerts = grown.world.alerts
    kept = deepcopy((alerts.alerts, alerts.monitors))
    yield grown
    alerts.alerts, alerts.monitors = kept
    alerts.has_workflows = True
    grown.world.seen.clear()


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    server = build_server(settings(tmp_path), simulator, now=now)
    async with Client(server) as client:
        yield client


@pytest.fixture
async def reader(sample: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    """Who changes nothing, and so needs no world of their own."""
    async with Client(build_server(settings(tmp_path), sample, now=now)) as client:
        yield client


@pytest.fixture
def old(simulator: Simulator) -> Simulator:
    """A server that has rules in place of alerts and monitors."""
    simulator.world.alerts.has_workflows = False
    return simulator


def alert(simulator: Simulator, name: str) -> Alert:
    return next(each for each in simulator.world.alerts.alerts.values() if each.name == name)


def monitor(simulator: Simulator, name: str) -> Monitor:
    return next(each for each in simulator.world.alerts.monitors.values() if each.name == name)


async def planned(client: Client, tool: str, **arguments: Any) -> str:
    """Plan only: a deletion always waits for its name to be typed."""
    return text_of(await client.call_tool(tool, arguments))


async def refused(client: Client, simulator: Simulator, tool: str, **arguments: Any) -> str:
    sent = len(writes_of(simulator))
    result = await client.call_tool(tool, arguments)
    assert result.is_error, text_of(result)
    assert len(writes_of(simulator)) == sent
    return text_of(result)


NEW: dict[str, Any] = {
    "name": "Fatal in checkout",
    "project": "checkout",
    "when": ["new_issue", "regression"],
    "filters": ["level>=error", "events>100 in 1h", "tag:environment=production"],
    "actions": ["email:#payments", "slack:#alerts", "pagerduty:Payments on-call"],
    "settings": ["frequency=1h", "environment=production", "owner=#payments"],
}
METRIC: dict[str, Any] = {"filters": (), "settings": ()}
"""What an alert about a metric has none of."""


async def test_an_alert_is_made_as_it_was_written(client: Client, simulator: Simulator) -> None:
    text = await done(client, "create_alert", **NEW)
    assert text.startswith("Done: Create alert 'Fatal in checkout' in checkout: actions email")
    made = alert(simulator, "Fatal in checkout")
    assert (made.environment, made.owner, made.frequency) == ("production", "team:payments", 60)
    assert list(made.triggers) == ["first_seen_event", "regression_event"]
    (group,) = made.filters
    assert [kind for kind, _ in group.conditions] == [
        "level",
        "event_frequency_count",
        "tagged_event",
    ]
    assert [each["type"] for each in group.actions] == ["email", "slack", "pagerduty"]
    assert group.actions[1]["config"]["targetDisplay"] == "#alerts"
    assert group.actions[2]["config"]["targetIdentifier"] == "1"


async def test_what_was_made_can_be_taken_back(client: Client, simulator: Simulator) -> None:
    before = state_of(simulator.world)
    change = change_in(await done(client, "create_alert", **NEW))
    await done(client, "undo_change", change=change)
    assert state_of(simulator.world) == before


async def test_the_same_alert_is_not_made_twice(client: Client, simulator: Simulator) -> None:
    await done(client, "create_alert", **NEW)
    sent = len(writes_of(simulator))
    assert (await done(client, "create_alert", **NEW)).startswith("Nothing to do")
    assert len(writes_of(simulator)) == sent


async def test_another_alert_of_that_name_is_refused(reader: Client, sample: Simulator) -> None:
    told = await refused(reader, sample, "create_alert", **{**NEW, "name": PAGE, "settings": []})
    assert "alert 5100 is called 'Page on payment spikes' already and differs" in told
    assert "update_alert" in told


async def test_a_metric_alert_is_a_monitor_with_an_alert_that_listens(
    client: Client, simulator: Simulator
) -> None:
    before = state_of(simulator.world)
    text = await done(
        client,
        "create_alert",
        name="Slow carts",
        project="checkout",
        when=["critical>100", "warning>50", "resolved<40"],
        metric="count() in 10min where level:fatal",
        actions="email:#payments",
    )
    made, listens = monitor(simulator, "Slow carts"), alert(simulator, "Slow carts")
    assert listens.monitors == [made.id]
    assert made.source is not None
    query = made.source["snubaQuery"]
    assert (query["query"], query["timeWindow"]) == ("level:fatal", 600)
    assert made.conditions == [("gt", 100, 75), ("gt", 50, 50), ("lte", 40, 0)]
    await done(client, "undo_change", change=change_in(text))
    assert state_of(simulator.world) == before


async def test_a_change_against_before_is_a_percentage(
    client: Client, simulator: Simulator
) -> None:
    told = {"when": "critical>50% on 1d", "metric": "p95(span.duration) in 1h of spans"}
    await done(client, "create_alert", name="Slower", project="checkout", **told)
    made = monitor(simulator, "Slower")
    assert made.config == {"detectionType": "percent", "comparisonDelta": 86_400}
    assert made.conditions == [("gt", 150, 75), ("lte", 150, 0)], "in percent of what was"
    assert "> 50% critical" in await planned(client, "get_alert", alert="Slower")


async def test_a_fall_is_a_percentage_below_nothing(client: Client, simulator: Simulator) -> None:
    told = ["critical<-60% on 1w", "resolved>-20% on 1w"]
    await done(client, "create_alert", name="Fewer", project="checkout", when=told)
    assert monitor(simulator, "Fewer").conditions == [("lt", 40, 75), ("gte", 80, 0)]
    assert "< -60% critical, ≥ -20% resolved" in await planned(client, "get_alert", alert="Fewer")


async def test_a_rule_of_old_holds_the_same_change(client: Client, old: Simulator) -> None:
    for name, when in (("Slower", "critical>50% on 1d"), ("Fewer", "critical<-60% on 1d")):
        told = {"name": name, "project": "checkout", "actions": "email:#payments"}
        await done(client, "create_alert", when=when, **told)
    assert monitor(old, "Slower").conditions == [("gt", 150, 75)]
    assert monitor(old, "Fewer").conditions == [("lt", 40, 75)]
    assert "< -60% critical" in await planned(client, "get_alert", alert="Fewer")


@pytest.mark.parametrize("modern", [True, False])
async def test_what_is_not_of_a_kind_can_be_said(
    client: Client, simulator: Simulator, *, modern: bool
) -> None:
    simulator.world.alerts.has_workflows = modern
    told = {"name": "Others", "project": "checkout", "actions": "email:#payments"}
    await done(client, "create_alert", filters="category!=feedback", **told)
    held = alert(simulator, "Others").filters[0].conditions
    assert held == [("issue_category", {"value": 6, "include": False})]
    assert "not category feedback" in await planned(client, "get_alert", alert="Others")


async def test_an_alert_without_triggers_changes_too(client: Client, simulator: Simulator) -> None:
    alert(simulator, PAGE).logic, alert(simulator, PAGE).triggers = "", []
    before = state_of(simulator.world)
    text = await done(client, "update_alert", alert=PAGE, settings="frequency=3h")
    assert (alert(simulator, PAGE).frequency, alert(simulator, PAGE).logic) == (180, "")
    await done(client, "undo_change", change=change_in(text))
    assert state_of(simulator.world) == before
    text = await done(client, "update_alert", alert=PAGE, when="new_issue")
    await done(client, "undo_change", change=change_in(text))
    assert alert(simulator, PAGE).triggers == []


async def test_what_is_not_named_stays(client: Client, simulator: Simulator) -> None:
    before = state_of(simulator.world)
    text = await done(
        client, "update_alert", alert=PAGE, filters="level=fatal", settings="frequency=30min"
    )
    changed = alert(simulator, PAGE)
    assert changed.filters[0].conditions == [("level", {"level": 50, "match": "eq"})]
    assert [each["type"] for each in changed.filters[0].actions] == ["pagerduty", "email"]
    assert (changed.frequency, changed.environment) == (30, "production")
    await done(client, "undo_change", change=change_in(text))
    assert state_of(simulator.world) == before


async def test_an_alert_is_disabled_and_nothing_else(client: Client, simulator: Simulator) -> None:
    text = await done(client, "update_alert", alert="alert 5100", state="disabled")
    assert "alert 5100 Page on payment spikes: enabled yes → no" in text
    assert writes_of(simulator) == ["PUT /api/0/organizations/acme/workflows/?id=5100"]
    await done(client, "undo_change", change=change_in(text))
    assert alert(simulator, PAGE).enabled


async def test_thresholds_of_a_monitor_change_and_come_back(
    client: Client, simulator: Simulator
) -> None:
    before = state_of(simulator.world)
    named = "Checkout error budget"
    text = await done(client, "update_alert", alert=named, when=["critical>300", "resolved<100"])
    assert monitor(simulator, named).conditions == [("gt", 300, 75), ("lte", 100, 0)]
    await done(client, "undo_change", change=change_in(text))
    assert state_of(simulator.world) == before


async def test_who_is_told_of_a_monitor_says_its_alert(reader: Client, sample: Simulator) -> None:
    told = await refused(
        reader, sample, "update_alert", alert="monitor 641", actions="email:#payments"
    )
    assert "who is told says an alert that listens to it: alert 5106" in told


async def test_several_sets_of_filters_are_left_to_whoever_sees_them_all(
    reader: Client, sample: Simulator
) -> None:
    told = await refused(
        reader, sample, "update_alert", alert="Thresholds to #ops", actions="email:owners"
    )
    assert "2 sets of filters with actions of their own" in told


async def test_deleting_says_who_hears_nothing_more(client: Client, simulator: Simulator) -> None:
    text = await planned(client, "delete_alert", alert="Checkout error budget")
    assert "warning: alert 5106 listens to it, and will no more" in text
    assert "can't be undone: a deleted alert or monitor can't be brought back" in text
    assert "disabling it instead keeps both" in text
    assert 'name="Checkout error budget"' in text
    assert writes_of(simulator) == []
    await done(client, "delete_alert", alert="Old release watch")
    assert 5109 not in simulator.world.alerts.alerts


async def test_what_came_with_a_project_is_never_deleted(reader: Client, sample: Simulator) -> None:
    (number,) = (
        each.id + 600_000 for each in sample.world.projects_of("acme") if each.slug == "checkout"
    )
    told = await refused(reader, sample, "delete_alert", alert=f"monitor {number}")
    assert "it can be disabled, and never deleted" in told


@pytest.mark.parametrize(
    ("asked", "warned"),
    [
        ({"actions": ()}, "it tells nobody: it has no action"),
        ({"when": (), "filters": ()}, "it matches everything"),
        ({"settings": "owner=#mobile"}, "#mobile is not a team of checkout"),
        ({"actions": "slack/Acme Shop (2021):#shop-old"}, "is disabled: it can't tell anybody"),
    ],
)
async def test_people_are_warned(
    sample: Simulator, tmp_path: Path, asked: dict[str, Any], warned: str
) -> None:
    server = build_server(settings(tmp_path, writes="ask"), sample, now=now)
    async with Client(server) as client:
        text = await planned(client, "create_alert", **{**NEW, **asked})
    assert "warning:" in text
    assert warned in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"when": "newish"}, "Valid are: new_issue, regression, unarchived, resolved"),
        ({"filters": "level>bad"}, "none of the forms: level>=error"),
        ({"filters": "level>=bad"}, "'bad' is no level. Valid are: debug, info"),
        ({"filters": "exception.typ=K"}, "Valid are: exception.type"),
        ({"filters": "events>5 in 7h"}, "Valid are: 1min, 5min, 15min, 1h, 1d"),
        ({"filters": "users>5% in 1h"}, "compares with what? Write"),
        ({"actions": "slack/none:#x"}, "slack (Acme Shop)"),
        ({"actions": "opsgenie:x"}, "no opsgenie is installed. Installed are: github (acme)"),
        ({"actions": "pagerduty:nobody"}, "There are: Payments on-call."),
        ({"actions": "jira:PAY"}, "takes a form of its own"),
        ({"actions": "webhook:https://hooks.test/1"}, "not one of its own"),
        ({"actions": "pigeon:home"}, "there is no such way"),
        ({"actions": "email"}, "can't be read. Write email:#team"),
        ({"actions": "email:#paymnts"}, "Did you mean payments?"),
        ({"settings": "frequency=7min"}, "must be one of 0, 5min, 10min"),
        ({"settings": "environment=nowhere"}, "No event of checkout came from"),
        ({"settings": "owner=nobody@acme.test"}, "No member 'nobody@acme.test'"),
        ({"settings": "colour=red"}, "name=…, owner=…, environment=…, frequency=…"),
        ({**METRIC, "when": "warning>5"}, "needs a critical threshold"),
        ({**METRIC, "when": ["critical>5", "warning>7"]}, "critical must be higher"),
        ({**METRIC, "when": ["critical>5", "warning<2"]}, "on the same side"),
        ({"when": "critical>5", "metric": "events"}, "leave out `filters`"),
        ({"when": "critical>5", "metric": "count() of cats"}, "there is no 'cats'"),
        ({"project": "chekout"}, "Did you mean checkout"),
        ({"project": ()}, "name it as `project`"),
    ],
)
async def test_what_can_not_be_is_refused_before_anything_is_sent(
    reader: Client, sample: Simulator, asked: dict[str, Any], said: str
) -> None:
    assert said in await refused(reader, sample, "create_alert", **{**NEW, **asked})


async def test_a_metric_needs_a_window_that_there_is(reader: Client, sample: Simulator) -> None:
    told = {"name": "X", "project": "checkout", "when": "critical>5"}
    said = await refused(reader, sample, "create_alert", **told, metric="count() in 7min")
    assert "Valid are: 1min, 5min" in said
    said = await refused(reader, sample, "create_alert", **told, metric="events")
    assert "is no function" in said


async def test_nothing_to_change_is_refused(reader: Client, sample: Simulator) -> None:
    assert "Nothing was named" in await refused(reader, sample, "update_alert", alert=PAGE)
    told = await refused(reader, sample, "update_alert", alert=PAGE, when="critical>5")
    assert "This is about issues" in told


async def test_a_rule_is_made_where_a_server_has_rules(client: Client, old: Simulator) -> None:
    before = state_of(old.world)
    text = await done(client, "create_alert", **NEW)
    made = alert(old, "Fatal in checkout")
    assert [kind for kind, _ in made.filters[0].conditions] == [
        "event_frequency_count",
        "level",
        "tagged_event",
    ]
    assert any(
        line.startswith("POST /api/0/projects/acme/checkout/rules") for line in old.world.seen
    )
    await done(client, "undo_change", change=change_in(text))
    assert state_of(old.world) == before


async def test_a_rule_changes_in_what_was_asked_for(client: Client, old: Simulator) -> None:
    but = frozenset({"filters"})
    before, held = state_of(old.world, but), sorted(alert(old, PAGE).filters[0].conditions)
    text = await done(client, "update_alert", alert=PAGE, filters="level=fatal")
    (group,) = alert(old, PAGE).filters
    assert group.conditions == [("level", {"level": 50, "match": "eq"})]
    assert [each["type"] for each in group.actions] == ["pagerduty", "email"]
    await done(client, "undo_change", change=change_in(text))
    assert state_of(old.world, but) == before
    assert sorted(alert(old, PAGE).filters[0].conditions) == held


async def test_a_rule_is_muted_for_everyone(client: Client, old: Simulator) -> None:
    text = await done(client, "update_alert", alert=PAGE, state="disabled")
    assert "snooze no → yes" in text
    assert alert(old, PAGE).snoozes == {""}
    await done(client, "undo_change", change=change_in(text))
    assert alert(old, PAGE).snoozes == frozenset()


async def test_a_metric_rule_holds_its_actions_itself(client: Client, old: Simulator) -> None:
    before = state_of(old.world)
    told = {"when": ["critical>9", "warning>5"], "metric": "count() in 10min"}
    text = await done(
        client, "create_alert", name="Many", project="checkout", actions="email:#payments", **told
    )
    made = monitor(old, "Many")
    assert alert(old, "Many").acts_for == made.id
    await done(client, "update_alert", alert="Many", when="critical>20")
    assert made.conditions == [("gt", 20, 75)]
    assert [each["type"] for each in alert(old, "Many").filters[0].actions] == ["email"]
    await done(client, "delete_alert", alert="Many")
    assert change_in(text)
    assert state_of(old.world) == before


async def test_a_rule_can_not_do_without_an_action(client: Client, old: Simulator) -> None:
    said = await refused(client, old, "create_alert", **{**NEW, "actions": ()})
    assert "A rule needs an action" in said
    said = await refused(client, old, "create_alert", **{**NEW, "when": "resolved"})
    assert "know no issue resolved trigger" in said


async def test_a_preview_shows_new_issues_by_day(reader: Client) -> None:
    text = await planned(
        reader, "preview_alert", project="checkout", when="new_issue", filters="level>=error"
    )
    assert text.startswith("Would have acted on ")
    assert "new issues by day: 08-0" in text


async def test_a_preview_judges_by_tags(reader: Client) -> None:
    text = await planned(
        reader, "preview_alert", project="checkout", filters="tag:payment_provider=nordpay"
    )
    assert "their events by day: " in text
    assert "CHECKOUT-J" in text


async def test_a_preview_of_a_metric_counts_windows(reader: Client) -> None:
    told = {"when": ["critical>20", "warning>10"], "metric": "count() in 1h where level:error"}
    text = await planned(reader, "preview_alert", project="checkout", **told)
    assert "critical, " in text
    assert "windows past a threshold by day: " in text
    assert "median " in text
    text = await planned(reader, "preview_alert", project="checkout", when="critical>90000")
    assert "never past a threshold" in text


async def test_a_preview_of_too_much_is_refused(reader: Client) -> None:
    told = {"when": "critical>20", "metric": "count() in 1min", "period": "14d"}
    result = await attempted(reader, "preview_alert", project="checkout", **told)
    assert "give a shorter `period`" in text_of(result)
    result = await attempted(reader, "preview_alert", project="checkout", period="soon")
    assert "must be like 24h or 7d" in text_of(result)


SLOW: dict[str, Any] = {
    "name": "Slow carts",
    "project": "checkout",
    "when": ["critical>200", "warning>150"],
    "metric": "count() in 10min where level:fatal",
    "actions": "email:#payments",
    "settings": "owner=#payments",
}


async def test_a_plan_is_told_in_words(simulator: Simulator, tmp_path: Path) -> None:
    server = build_server(settings(tmp_path / "asking", writes="ask"), simulator, now=now)
    async with Client(server) as asking:
        metric = await planned(asking, "create_alert", **SLOW)
        about_issues = await planned(asking, "create_alert", **NEW)
        limits = await planned(asking, "update_alert", alert="monitor 641", when="critical>300")
        filters = await planned(asking, "update_alert", alert=PAGE, filters="level=fatal")
    assert "measures errors in 10 min matching level:fatal (dataset events)" in metric
    assert "thresholds > 200 critical, > 150 warning, ≤ 150 resolved" in metric
    assert "watches the new monitor Slow carts" in metric
    assert "then e-mail #payments" in metric
    assert "owner #payments" in metric
    assert "matches everything" not in metric
    assert "watches all issues of the project, when new issue or regression" in about_issues
    assert "if level error or above and > 100 events in 1 h and tag environment" in about_issues
    assert "Slack #alerts, PagerDuty Payments on-call" in about_issues
    assert "> 10 critical, > 8 warning, ≤ 4 resolved → > 300 critical" in limits
    assert "→ if level fatal: PagerDuty Payments on-call, e-mail #payments" in filters
    for text in (metric, about_issues, limits, filters):
        assert "condition_result" not in text
        assert "any-short" not in text


def test_what_words_would_leave_out_is_shown_as_it_is() -> None:
    odd = [{"conditions": [{"type": "level"}, {"type": {"no": "text"}}], "actions": []}]
    for state in ({"action_filters": odd}, {"triggers": odd[0]}, {"config": {"frequency": "?"}}):
        assert in_words(ALERT, state) == state


async def test_what_was_made_is_told_by_number(client: Client, simulator: Simulator) -> None:
    text = await done(client, "create_alert", **SLOW)
    made, listens = monitor(simulator, "Slow carts"), alert(simulator, "Slow carts")
    assert f"; monitor {made.id}" in text
    assert f"; alert {listens.id}" in text
    again = await done(client, "create_alert", **SLOW)
    assert f"monitor Slow carts (monitor {made.id})" in again
    assert f"alert Slow carts (alert {listens.id})" in again
    back = await planned(client, "undo_change", change=change_in(text))
    assert "listens to it" not in back


async def test_a_pair_of_one_name_is_meant_as_one(client: Client, simulator: Simulator) -> None:
    await done(client, "create_alert", **SLOW)
    made, listens = monitor(simulator, "Slow carts"), alert(simulator, "Slow carts")
    read = await planned(client, "get_alert", alert="Slow carts")
    assert read.startswith(f"monitor {made.id}")
    assert f"tells: alert {listens.id}" in read
    await done(client, "update_alert", alert="Slow carts", when="critical>300")
    assert monitor(simulator, "Slow carts").conditions[0] == ("gt", 300, 75)
    await done(client, "update_alert", alert="Slow carts", actions="email:#mobile")
    told = alert(simulator, "Slow carts").filters[0].actions
    assert [each["config"]["targetIdentifier"] for each in told] != ["72"]
    await done(client, "update_alert", alert="Slow carts", state="disabled")
    assert not monitor(simulator, "Slow carts").enabled
    assert not alert(simulator, "Slow carts").enabled
    alone = await planned(client, "delete_alert", alert=f"alert {listens.id}")
    assert f"warning: monitor {made.id} stays, and tells nobody any more" in alone
    both = await planned(client, "delete_alert", alert="Slow carts")
    assert f"Delete alert {listens.id} and monitor {made.id} 'Slow carts'" in both
    assert "listens to it" not in both
    await done(client, "delete_alert", alert="Slow carts")
    assert made.id not in simulator.world.alerts.monitors
    assert listens.id not in simulator.world.alerts.alerts


async def test_an_alert_about_a_metric_does_not_match_everything(
    client: Client, simulator: Simulator
) -> None:
    text = await done(client, "create_alert", **SLOW)
    assert "matches everything" not in text
    number = alert(simulator, "Slow carts").id
    told = {"operation": "update_workflow", "arguments": [f"workflow={number}", "name=Carts"]}
    assert "matches everything" not in await done(client, "change_sentry", **told)


async def test_rules_are_told_in_words(old: Simulator, tmp_path: Path) -> None:
    server = build_server(settings(tmp_path / "asking", writes="ask"), old, now=now)
    async with Client(server) as asking:
        rule = await planned(asking, "create_alert", **NEW)
        metric = await planned(asking, "create_alert", **SLOW)
    assert "when new issue or regression" in rule
    assert "level error or above" in rule
    assert "thresholds > 200 critical, > 150 warning: e-mail #payments" in metric


async def test_spike_protection_names_its_projects(client: Client, simulator: Simulator) -> None:
    told = {"operation": "disable_spike_protection", "arguments": ["projects=$all"]}
    off = await done(client, "change_sentry", **told)
    assert "project checkout, project gateway" in off
    assert "spike protection on → off" in off
    one = {"operation": "enable_spike_protection", "arguments": ["projects=checkout"]}
    on = await done(client, "change_sentry", **one)
    assert "projects: project checkout\nproject checkout: spike protection off → on" in on
    sent = len(writes_of(simulator))
    nowhere = {"operation": "enable_spike_protection", "arguments": ["projects=nowhere"]}
    assert "project nowhere is not there" in await planned(client, "change_sentry", **nowhere)
    assert len(writes_of(simulator)) == sent
    back = await done(client, "undo_change", change=change_in(off))
    assert "spike protection off → on" in back
