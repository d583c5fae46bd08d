"""What people ask about alerts: who hears of what, what is dead, what would fire."""

import pytest
from mcp import Client

from answers import Ask, text_of
from dexter_mcp.simulator import Fault, Simulator
from tokens import tokens

pytestmark = pytest.mark.anyio

A_LIST = 600
AN_ALERT = 500


def row(text: str, name: str) -> str:
    return next(line for line in text.split("\n") if name in line)


async def test_a_list_shows_what_each_watches_when_it_acts_and_whom_it_tells(ask: Ask) -> None:
    text = await ask("list_alerts", limit=20)
    assert "20 alerts and monitors, org: acme" in text
    assert row(text, "New or back").startswith(
        "alert 5101|New or back in checkout|checkout|new issue or regression; high priority"
        "|Slack #payments-alerts|"
    )
    budget = row(text, "error budget")
    assert "errors in 10 min > 10 critical, > 8 warning|alert 5106|firing|" in budget


async def test_what_fires_or_is_broken_stands_first_and_what_is_off_last(ask: Ask) -> None:
    listed = (await ask("list_alerts", limit=20)).split("\n")
    rows = [line for line in listed if line.count("|") > 3][1:]
    marks = ("firing", "broken", "disabled", "muted")
    states = [next((mark for mark in marks if mark in line), "") for line in rows]
    assert states[:5] == ["firing", "firing", "broken", "broken", "broken"]
    assert set(states[-3:]) == {"disabled", "muted"}


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("broken", {"Storefront regressions", "Import backlog", "Old release watch"}),
        ("muted", {"refresh-rates"}),
        ("disabled", {"Gateway noise", "Storefront traffic anomaly"}),
        ("firing", {"Checkout error budget", "nightly-invoices"}),
    ],
)
async def test_alerts_in_a_state_can_be_picked(ask: Ask, state: str, names: set[str]) -> None:
    text = await ask("list_alerts", state=state)
    assert f"{len(names)} alerts and monitors" in text or len(names) == 1
    assert all(name in text for name in names)
    assert f"state: {state}" in text


async def test_an_alert_that_never_fired_says_so(ask: Ask) -> None:
    text = await ask("list_alerts", state="never_fired")
    assert row(text, "Gateway errors week over week").endswith("|never fired")
    assert "Mobile crashes" not in text


async def test_why_an_alert_is_broken_stands_beside_it(ask: Ask) -> None:
    text = await ask("list_alerts", state="broken")
    assert "broken: Slack Acme Shop (2021) is disabled|" in row(text, "Storefront regressions")
    assert "broken: watches nothing" in row(text, "Old release watch")
    assert "broken: no data source" in row(text, "Import backlog")


async def test_the_alerts_of_a_project_leave_out_those_of_others(ask: Ask) -> None:
    text = await ask("list_alerts", project="storefront")
    assert "project: storefront" in text
    assert "Storefront regressions" in text
    assert "Mobile crashes" not in text
    assert "Old release watch" not in text, "it watches no project at all"


async def test_alerts_are_found_by_whom_they_tell(ask: Ask) -> None:
    assert "1 alert or monitor, org: acme, query: #ops" in await ask("list_alerts", query="#ops")


async def test_a_list_goes_on_with_its_cursor(ask: Ask, refused: Ask) -> None:
    first = await ask("list_alerts", limit=15)
    assert "15 of 20 alerts and monitors" in first
    cursor = first.rpartition("cursor=")[2]
    second = await ask("list_alerts", limit=15, cursor=cursor)
    assert "cursor=" not in second
    names = {line.split("|")[0] for line in (first + second).split("\n") if line.count("|") > 3}
    assert len(names - {"id"}) == 20
    assert "another query" in await refused("list_alerts", limit=15, cursor=cursor, state="muted")


async def test_an_empty_list_says_what_to_leave_out(ask: Ask) -> None:
    text = await ask("list_alerts", query="no such thing", project="gateway")
    assert "No alert or monitor matches." in text
    assert "Leave out: query, project." in text


async def test_the_alerts_that_would_fire_for_an_issue_are_told_with_reasons(ask: Ask) -> None:
    text = await ask("list_alerts", issue="CHECKOUT-J")
    assert "3 alerts watch CHECKOUT-J, 3 would act on it" in text
    assert "|yes|on regression and high priority|" in row(text, "New or back")
    assert "tag payment_provider is nordpay and exception.type is KeyError" in text
    assert "> 15 events in 1 h (22 in the busiest hour of the last 24)" in text
    assert "monitor 641 Checkout error budget" in text


async def test_why_an_alert_would_not_fire_is_told(ask: Ask) -> None:
    text = await ask("list_alerts", issue="CHECKOUT-H")
    assert "3 alerts watch CHECKOUT-H, 0 would act on it" in text
    assert "|no|needs high priority|" in row(text, "New or back")
    assert "Nobody would be told of it" in text


async def test_what_a_metric_monitor_found_is_watched_by_its_alerts_too(ask: Ask) -> None:
    text = await ask("list_alerts", issue="CHECKOUT-1G")
    assert "|yes|high priority|Slack #ops, e-mail #payments|" in row(text, "Thresholds to #ops")
    assert "|maybe|if > 15 events in 1 h" in row(text, "Page on payment spikes")


async def test_an_alert_whose_channel_is_gone_acts_on_nothing(ask: Ask) -> None:
    text = await ask("list_alerts", issue="STOREFRONT-H")
    assert "|no|its actions are broken|nobody|" in row(text, "Storefront regressions")


async def test_an_issue_that_no_alert_watches_says_so(ask: Ask) -> None:
    text = await ask("list_alerts", issue="INVENTORY-C")
    assert "0 alerts watch INVENTORY-C" in text
    assert "Nobody would be told of it" in text


async def test_monitors_that_do_not_come_leave_the_alerts_standing(
    ask: Ask, sample: Simulator
) -> None:
    sample.faults.add(Fault(path="/organizations/acme/detectors/", status=400))
    text = await ask("list_alerts")
    assert "10 alerts and monitors" in text
    assert "failed: monitors (" in text


async def test_an_unknown_project_is_named_with_those_that_come_close(refused: Ask) -> None:
    text = await refused("list_alerts", project="chekout")
    assert "No project 'chekout' is visible" in text
    assert "checkout" in text


async def test_an_issue_goes_with_no_other_filter(refused: Ask) -> None:
    text = await refused("list_alerts", issue="CHECKOUT-J", state="broken")
    assert "leave out project, query, state" in text


@pytest.mark.parametrize(
    "named",
    [
        "alert 5100",
        "5100",
        "#5100",
        "workflow 5100",
        "Page on payment spikes",
        "payment spikes",
        "http://sentry.test/organizations/acme/monitors/alerts/5100/",
        "<http://sentry.test/organizations/acme/monitors/alerts/5100/?project=1>",
    ],
)
async def test_an_alert_is_found_however_it_is_named(ask: Ask, named: str) -> None:
    assert "alert 5100 · Page on payment spikes" in await ask("get_alert", alert=named)


async def test_an_alert_in_full_says_what_leads_to_what(ask: Ask) -> None:
    text = await ask("get_alert", alert="alert 5100")
    assert text.startswith("alert 5100 · Page on payment spikes · enabled · owner #payments\n")
    assert "http://sentry.test/organizations/acme/monitors/alerts/5100/" in text
    assert "watches: checkout in production" in text
    assert "if level error or above and > 15 events in 1 h: PagerDuty Payments on-call" in text
    assert "at most once in 1 h for an issue" in text
    assert "last 30d: 6 times, 2 issues" in text
    assert "CHECKOUT-J|KeyError: 'authorization'|3|3 h ago" in text


async def test_a_monitor_in_full_says_its_thresholds_and_when_it_fired(ask: Ask) -> None:
    text = await ask("get_alert", alert="monitor 641")
    assert "monitor 641 · Checkout error budget · metric · firing · owner #payments" in text
    assert "measures: errors in 10 min matching level:[error, fatal]" in text
    assert "thresholds: > 10 critical, > 8 warning, ≤ 4 resolved" in text
    assert "fired 3 times:\nbegan|for|worst" in text
    assert "2026-08-12 07:21 UTC|1 h 54 min, still open|critical" in text
    assert "latest issue: CHECKOUT-1G" in text
    assert "tells: alert 5106 Thresholds to #ops (Slack #ops, e-mail #payments)" in text


async def test_sets_of_filters_are_told_apart(ask: Ask) -> None:
    text = await ask("get_alert", alert="Thresholds to #ops", include="connected")
    assert "if high priority: Slack #ops\nif priority falls: e-mail #payments" in text
    assert "monitors: 641 Checkout error budget, 642 Payment latency" in text
    assert "monitor 643|Crash-free sessions|mobile-app|crash-free sessions (%) in 1 h < 98" in text


async def test_a_change_against_last_week_is_told_as_one(ask: Ask) -> None:
    text = await ask("get_alert", alert="monitor 644")
    assert "thresholds: > 50% critical, ≤ 20% resolved, change against 7 d before" in text
    assert "fired: never" in text
    assert "owner Jonas Ek" in text


async def test_the_name_of_a_job_which_check_ins_may_choose_stands_in_the_fence(ask: Ask) -> None:
    text = await ask("get_alert", alert="nightly-invoices")
    heading, _, inside = text.partition("[event text")
    assert heading.startswith("monitor 646 · cron · firing · owner #data\n")
    assert "nightly-invoices" not in heading
    assert "job: nightly-invoices\nwatches: reports\nwhen: job fails or is missed" in inside


async def test_a_broken_action_is_marked(ask: Ask) -> None:
    text = await ask("get_alert", alert="Storefront regressions")
    assert "then: Slack #shop-old (broken: Slack Acme Shop (2021) is disabled)" in text


async def test_a_token_that_may_not_see_integrations_still_learns_what_is_broken(
    ask: Ask, sample: Simulator
) -> None:
    sample.faults.add(Fault(path="/organizations/acme/integrations/", status=403))
    text = await ask("get_alert", alert="Storefront regressions")
    assert "· broken: Slack #shop-old ·" in text
    assert "then: Slack #shop-old (broken: integration gone or disabled)" in text
    assert "failed:" not in text


async def test_a_monitor_that_comes_with_a_project_can_be_read_too(ask: Ask) -> None:
    assert "Error Monitor" in await ask("get_alert", alert="monitor 603329")


async def test_a_name_that_fits_several_lists_them(ask: Ask) -> None:
    text = await ask("get_alert", alert="storefront")
    assert "fits several" in text
    assert "alert 5103|" in text
    assert "monitor 645|" in text


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("alert 641", "No alert or monitor 'alert 641' is visible in 'acme'. list_alerts names"),
        ("rule 820", "Rules have become alerts and monitors, with numbers of their own."),
        ("http://sentry.test/organizations/acme/issues/1/", "no link to an alert"),
        ("https://elsewhere.test/organizations/acme/monitors/1/", "leads to 'elsewhere.test'"),
    ],
)
async def test_what_is_no_alert_is_refused_with_advice(refused: Ask, named: str, said: str) -> None:
    assert said in await refused("get_alert", alert=named)


async def test_a_link_and_another_organization_disagree(refused: Ask) -> None:
    link = "http://sentry.test/organizations/acme/monitors/641/"
    assert "Leave one of them out" in await refused("get_alert", alert=link, org="globex")


async def test_answers_about_alerts_are_cheap(client: Client, sample: Simulator) -> None:
    listed = text_of(await client.call_tool("list_alerts", {}))
    assert listed.count("\n") >= 15
    assert tokens(listed) <= A_LIST
    for kind, known in (("alert", sample.world.alerts.alerts), ("monitor", _monitors(sample))):
        for number in known:
            told = text_of(await client.call_tool("get_alert", {"alert": f"{kind} {number}"}))
            assert tokens(told) <= AN_ALERT, told


def _monitors(sample: Simulator) -> list[int]:
    return list(sample.world.alerts.monitors)
