"""Conditions, thresholds, actions and states of alerts in words."""

from typing import Any

import pytest

from dexter_mcp.sentry.alert_rules import AlertRule
from dexter_mcp.sentry.detectors import Detector
from dexter_mcp.sentry.integrations import Integration
from dexter_mcp.sentry.metric_alerts import Incident, MetricAlertRule
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.workflows import Action, Condition, ConditionGroup, Workflow
from dexter_mcp.views import alerts_words as words
from dexter_mcp.views.alerts import acts, finds
from dexter_mcp.views.alerts_state import Alert, Monitor, has_state, state, states
from dexter_mcp.views.alerts_words import Connections, Names
from invented import Json

NAMES = Names({"3": "checkout"}, {"71": "payments"}, {"42": "Mira Voss"})


@pytest.mark.parametrize(
    ("kind", "comparison", "said"),
    [
        ("first_seen_event", True, "new issue"),
        ("level", {"level": 50, "match": "eq"}, "level fatal"),
        ("level", {"level": "30", "match": "lte"}, "level warning or below"),
        ("issue_priority_greater_or_equal", 50, "medium priority or above"),
        ("issue_category", {"value": 12}, "category db_query"),
        ("issue_occurrences", {"value": 10}, "≥ 10 events in all"),
        (
            "age_comparison",
            {"comparisonType": "older", "value": 4, "time": "week"},
            "issue older than 4 weeks",
        ),
        ("assigned_to", {"targetType": "Unassigned", "targetIdentifier": ""}, "unassigned"),
        ("assigned_to", {"targetType": "Team", "targetIdentifier": 71}, "assigned to #payments"),
        ("event_frequency_count", {"value": 100, "interval": "1hr"}, "> 100 events in 1 h"),
        (
            "event_frequency_percent",
            {"value": 50, "interval": "15min", "comparisonInterval": "1w"},
            "events in 15 min up > 50% on 1 w before",
        ),
        (
            "event_unique_user_frequency_count",
            {"value": 2000, "interval": "1d"},
            "> 2k users in 1 d",
        ),
        ("tagged_event", {"key": "plan", "match": "is"}, "tag plan is set"),
        (
            "event_attribute",
            {"attribute": "message", "match": "nc", "value": "timeout"},
            "message does not contain timeout",
        ),
        ("issue_category", {"value": 10}, "category outage"),
        ("issue_category", {"value": "# 99 ```"}, "category \\# 99 '''"),
        ("latest_release", True, "in the latest release"),
        ("brand_new_kind", {"value": 3}, "brand new kind"),
    ],
)
def test_a_condition_is_put_in_words(kind: str, comparison: object, said: str) -> None:
    condition = Condition.model_validate({"type": kind, "comparison": comparison})
    assert words.condition(condition, NAMES) == said


def test_conditions_are_joined_by_their_logic() -> None:
    for logic, said in (
        ("all", "new issue and regression"),
        ("any-short", "new issue or regression"),
        ("none", "none of: new issue, regression"),
    ):
        kinds = ("first_seen_event", "regression_event")
        group = {"logicType": logic, "conditions": [{"type": kind} for kind in kinds]}
        assert words.group(ConditionGroup.model_validate(group), NAMES) == said


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"type": "email", "config": {"targetType": "issue_owners"}}, "e-mail suggested assignees"),
        (
            {"type": "email", "config": {"targetType": "user", "targetIdentifier": "42"}},
            "e-mail Mira Voss",
        ),
        (
            {"type": "email", "config": {"targetType": "team", "targetIdentifier": "9"}},
            "e-mail team 9",
        ),
        (
            {
                "type": "slack",
                "config": {"targetType": "specific", "targetIdentifier": "C1"}
                | {"targetDisplay": "#ops"},
            },
            "Slack #ops",
        ),
        ({"type": "vsts", "config": {"targetType": "specific"}}, "Azure ticket"),
        ({"type": "pigeon_post"}, "pigeon post"),
    ],
)
def test_an_action_is_put_in_words(action: Json, said: str) -> None:
    assert words.action(Action.model_validate(action), NAMES) == said


SLACK = {
    "type": "slack",
    "integrationId": "7",
    "config": {"targetType": "specific", "targetDisplay": "#ops"},
}


def installed(*rows: Json, next_cursor: str = "") -> Names:
    page = Page[Integration](
        items=[Integration.model_validate(row) for row in rows], next_cursor=next_cursor
    )
    return Names(connections=Connections.of(page))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (Names(), ""),
        (installed({"id": "7", "name": "Acme"}), ""),
        (installed({"id": "8", "name": "Acme"}), "integration gone"),
        (installed({"id": "8", "name": "Acme"}, next_cursor="0:100:0"), ""),
        (
            installed({"id": "7", "name": "Acme", "organizationIntegrationStatus": "disabled"}),
            "Acme is disabled",
        ),
        (
            installed(
                {"id": "7", "name": "Acme", "status": "pending_deletion"}
                | {"provider": {"key": "slack", "name": "Slack"}}
            ),
            "Slack Acme is pending deletion",
        ),
    ],
)
def test_an_action_is_as_good_as_its_integration(names: Names, said: str) -> None:
    action = Action.model_validate(SLACK)
    assert words.fault(action, names) == said
    base = {"id": "5", "detectorIds": ["1"], "actionFilters": [{"actions": [SLACK, SLACK]}]}
    shown = Alert(Workflow.model_validate(base))
    assert state(shown, names) == (f"broken: {said}" if said else "")


def metric(*conditions: tuple[str, object, int], **more: Any) -> Detector:
    query = {"aggregate": "count()", "timeWindow": 600, "eventTypes": ["error"]} | more
    told = [
        {"type": kind, "comparison": value, "conditionResult": result}
        for kind, value, result in conditions
    ]
    config = {key: more[key] for key in ("detectionType", "comparisonDelta") if key in more}
    return Detector.model_validate(
        {
            "id": "641",
            "type": "metric_issue",
            "config": config,
            "dataSources": [{"queryObj": {"snubaQuery": query}}],
            "conditionGroup": {"conditions": told},
        }
    )


@pytest.mark.parametrize(
    ("aggregate", "said"),
    [
        ("count()", "errors in 10 min"),
        ("count_unique(user)", "users in 10 min"),
        ("p95(span.duration)", "p95(span.duration) in 10 min"),
        (
            "percentage(users_crashed, users) AS _crash_rate_alert_aggregate",
            "crash-free users (%) in 10 min",
        ),
    ],
)
def test_what_a_monitor_measures_is_put_in_words(aggregate: str, said: str) -> None:
    assert words.measure(metric(aggregate=aggregate)) == said


def test_thresholds_name_their_severity() -> None:
    steps = (("gt", 200, 75), ("gte", 100.5, 50), ("lt", 80, 0))
    told = ["> 200 critical", "≥ 100.5 warning", "< 80 resolved"]
    assert words.thresholds(metric(*steps)) == told


def test_an_anomaly_is_told_as_one() -> None:
    odd = ("anomaly_detection", {"sensitivity": "low", "seasonality": "auto"}, 75)
    assert words.thresholds(metric(odd)) == ["an anomaly (sensitivity low) critical"]


def test_a_change_names_what_it_is_compared_with() -> None:
    rising = metric(("gt", 150, 75), detectionType="percent", comparisonDelta=604_800)
    said = "errors in 10 min > 50% critical (change against 7 d before)"
    assert finds(Monitor(rising)) == said
    falling = metric(("lt", 40, 75), detectionType="percent", comparisonDelta=604_800)
    assert words.thresholds(falling) == ["< -60% critical"]


def test_a_rule_tells_the_same_change_as_a_monitor() -> None:
    rule = {"id": "93", "detectionType": "percent", "comparisonDelta": 1440}
    for below, said in ((0, "> 60% critical"), (1, "< -60% critical")):
        triggers = [{"label": "critical", "alertThreshold": 60}]
        told = MetricAlertRule.model_validate(
            rule | {"thresholdType": below, "triggers": triggers}
        ).as_detector()
        assert words.thresholds(told) == [said]


def test_a_metric_rule_reads_like_the_monitor_that_replaces_it() -> None:
    rule = MetricAlertRule.model_validate(
        {
            "id": "93",
            "status": 0,
            "aggregate": "count()",
            "eventTypes": ["error", "default"],
            "timeWindow": 10,
            "thresholdType": 0,
            "resolveThreshold": 80,
            "comparisonDelta": 10080,
            "owner": "team:71",
            "triggers": [
                {"label": "critical", "alertThreshold": 200},
                {"label": "warning", "alertThreshold": 100},
            ],
        }
    )
    told = rule.as_detector()
    assert words.measure(told) == "errors in 10 min"
    assert words.thresholds(told) == ["> 200 critical", "> 100 warning", "≤ 80 resolved"]
    assert words.compared(told) == "change against 7 d before"


def test_a_metric_rule_below_its_threshold_is_the_other_way_round() -> None:
    rule = {"id": "93", "thresholdType": 1, "resolveThreshold": 99}
    triggers = [{"label": "critical", "alertThreshold": 95}]
    told = MetricAlertRule.model_validate(rule | {"triggers": triggers}).as_detector()
    assert words.thresholds(told) == ["< 95 critical", "≥ 99 resolved"]


def test_an_issue_rule_reads_like_the_alert_that_replaces_it() -> None:
    base = "sentry.rules."
    rule = AlertRule.model_validate(
        {
            "id": "820",
            "actionMatch": "any",
            "filterMatch": "all",
            "conditions": [
                {
                    "id": f"{base}conditions.event_frequency.EventFrequencyCondition",
                    "value": 100,
                    "interval": "1h",
                },
                {
                    "id": f"{base}conditions.event_frequency.EventFrequencyCondition",
                    "value": 50,
                    "interval": "1h",
                    "comparisonType": "percent",
                    "comparisonInterval": "1d",
                },
                {"id": "acme.rules.MoonPhaseCondition", "name": "The moon is full"},
            ],
            "filters": [
                {"id": f"{base}filters.level.LevelFilter", "match": "gte", "level": "40"},
                {
                    "id": f"{base}filters.age_comparison.AgeComparisonFilter",
                    "comparison_type": "older",
                    "value": "3",
                    "time": "day",
                },
            ],
        }
    )
    assert acts(Alert(rule.as_workflow(), old=True), NAMES) == (
        "> 100 events in 1 h or events in 1 h up > 50% on 1 d before or The moon is full; "
        "level error or above and issue older than 3 days"
    )


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"enabled": False, "detectorIds": ["1"]}, "disabled"),
        ({"detectorIds": ["1"], "lastTriggered": None}, "never fired"),
        ({"detectorIds": ["1"]}, ""),
        ({"detectorIds": []}, "broken: watches nothing"),
        ({"detectorIds": ["1"], "actionFilters": []}, "broken: no action"),
        ({"detectorIds": None, "actionFilters": None}, "broken: watches nothing, no action"),
    ],
)
def test_the_state_of_an_alert_is_told_only_where_it_is_out_of_the_ordinary(
    told: Json, said: str
) -> None:
    email = {"type": "email", "config": {"targetType": "issue_owners"}}
    base = {"id": "5", "actionFilters": [{"actions": [email]}]}
    assert state(Alert(Workflow.model_validate(base | told)), NAMES) == said


def test_a_muted_job_and_a_monitor_without_data_are_marked() -> None:
    job = {"id": "6", "type": "monitor_check_in_failure"}
    muted = Detector.model_validate(job | {"dataSources": [{"queryObj": {"isMuted": True}}]})
    blind = Detector.model_validate({"id": "7", "type": "metric_issue", "dataSources": None})
    assert states(Monitor(muted), NAMES) == ["muted"]
    assert states(Monitor(blind), NAMES) == ["broken: no data source"]
    assert has_state(Monitor(blind), "enabled", NAMES)
    assert not has_state(Monitor(muted), "enabled", NAMES)


def test_an_incident_reads_like_the_period_that_replaces_it() -> None:
    told = {"id": "7001", "identifier": "31", "dateStarted": "2026-08-12T09:00:00Z"}
    still = Incident.model_validate(told | {"status": 20}).as_period()
    over = Incident.model_validate(told | {"status": 2, "dateClosed": "2026-08-12T10:00:00Z"})
    assert (still.id, still.is_open, still.activities[0].value) == ("31", True, "high")
    assert not over.as_period().is_open
