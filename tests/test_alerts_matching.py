"""Whether an alert would act on an issue, condition by condition."""

from typing import Any

import pytest

from dexter_mcp.insights.alerts_matching import Subject, Truth, judge, judged
from dexter_mcp.sentry.detectors import Detector
from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.tags import Tag
from dexter_mcp.sentry.workflows import Condition, Workflow
from dexter_mcp.views.alerts_state import Alert
from dexter_mcp.views.alerts_words import Names
from invented import NOW, Json, ago, an_issue, failing, raised

EMAIL = {"type": "email", "config": {"targetType": "issue_owners"}}
ERRORS = Detector.model_validate({"id": "1", "projectId": "3", "type": "error"})


def tag(key: str, *values: str, unique: int = 0) -> Tag:
    told = [{"key": key, "value": value, "count": 1} for value in values]
    return Tag.model_validate(
        {"key": key, "topValues": told, "uniqueValues": unique or len(values)}
    )


def subject(event: Event | None = None, latest: str = "", **issue: Any) -> Subject:
    tags = [
        tag("environment", "production", "staging"),
        tag("release", "shop@2.4.1", "shop@2.4.0"),
        tag("provider", "nordpay", "kasse", unique=9),
        tag("plan", "free"),
    ]
    stats = {"24h": [[0, 3], [3_600, 22], [7_200, 5]]}
    about = {"stats": stats, "assignedTo": {"type": "team", "id": "71"}} | issue
    return Subject(an_issue(**about), NOW, {one.key.raw: one for one in tags}, event, latest)


def an_event() -> Event:
    return failing(raised(), platform="python", user={"id": "7", "email": "ana@shop.test"})


def an_alert(*filters: Json, **more: Any) -> Alert:
    told = {"id": "5", "name": "It", "actionFilters": list(filters), "detectorIds": ["1"]}
    return Alert(Workflow.model_validate(told | more), (ERRORS,))


def when(logic: str, *conditions: tuple[str, object], actions: Any = (EMAIL,)) -> Json:
    told = [{"type": kind, "comparison": comparison} for kind, comparison in conditions]
    return {"logicType": logic, "conditions": told, "actions": list(actions)}


@pytest.mark.parametrize(
    ("kind", "comparison", "truth"),
    [
        ("level", {"level": 40, "match": "gte"}, True),
        ("level", {"level": 50, "match": "eq"}, False),
        ("level", {"level": "30", "match": "lte"}, False),
        ("issue_priority_greater_or_equal", 75, True),
        ("issue_category", {"value": 1}, True),
        ("issue_category", {"value": 6}, False),
        ("issue_category", {"value": 1, "include": False}, False),
        ("issue_category", {"value": 99}, None),
        ("issue_occurrences", {"value": 182}, True),
        ("issue_occurrences", {"value": 183}, None),
        ("age_comparison", {"comparisonType": "older", "value": 13, "time": "day"}, True),
        ("age_comparison", {"comparison_type": "newer", "value": 13, "time": "day"}, False),
        ("age_comparison", {"comparison_type": "older", "value": 3, "time": "week"}, None),
        ("assigned_to", {"targetType": "Team", "targetIdentifier": 71}, True),
        ("assigned_to", {"targetType": "Member", "targetIdentifier": 71}, False),
        ("assigned_to", {"targetType": "Unassigned", "targetIdentifier": ""}, False),
        ("event_frequency_count", {"value": 21, "interval": "1hr"}, True),
        ("event_frequency_count", {"value": 22, "interval": "1h"}, None),
        ("event_frequency_count", {"value": 29, "interval": "1d"}, True),
        ("event_frequency_count", {"value": 1, "interval": "1w"}, None),
        ("event_unique_user_frequency_count", {"value": 1, "interval": "1h"}, None),
        ("tagged_event", {"key": "plan", "match": "eq", "value": "FREE"}, True),
        ("tagged_event", {"key": "plan", "match": "eq", "value": "paid"}, False),
        ("tagged_event", {"key": "plan", "match": "is"}, True),
        ("tagged_event", {"key": "colour", "match": "ns"}, True),
        ("tagged_event", {"key": "provider", "match": "sw", "value": "nord"}, True),
        ("tagged_event", {"key": "provider", "match": "eq", "value": "cardlink"}, None),
        ("event_attribute", {"attribute": "exception.type", "match": "co", "value": "key"}, True),
        ("event_attribute", {"attribute": "platform", "match": "ne", "value": "python"}, False),
        ("event_attribute", {"attribute": "user.email", "match": "ew", "value": "@x.test"}, False),
        ("event_attribute", {"attribute": "app.in_foreground", "match": "is"}, None),
        ("latest_release", True, True),
        ("something_new", {"value": 3}, None),
    ],
)
def test_a_condition_is_decided_as_far_as_the_issue_and_its_events_tell(
    kind: str, comparison: object, truth: Truth
) -> None:
    about = subject(an_event(), latest="shop@2.4.1")
    condition = Condition.model_validate({"type": kind, "comparison": comparison})
    assert judged(condition, about).truth is truth


def test_what_is_not_known_of_an_issue_decides_nothing() -> None:
    bare = Subject(an_issue(level="", priority="", issueCategory=""), NOW)
    for kind, comparison in (
        ("level", {"level": 40, "match": "gte"}),
        ("issue_priority_greater_or_equal", 75),
        ("issue_category", {"value": 1}),
        ("tagged_event", {"key": "plan", "match": "is"}),
        ("event_attribute", {"attribute": "platform", "match": "is"}),
        ("latest_release", True),
        ("event_frequency_count", {"value": 1, "interval": "1h"}),
    ):
        condition = Condition.model_validate({"type": kind, "comparison": comparison})
        assert judged(condition, bare).truth is None, kind


YES, NO = ("level", {"level": 40, "match": "eq"}), ("level", {"level": 50, "match": "eq"})
PERHAPS = ("event_frequency_count", {"value": 99, "interval": "1h"})


@pytest.mark.parametrize(
    ("logic", "conditions", "outcome", "why"),
    [
        ("all", [YES, PERHAPS], "maybe", "if > 99 events in 1 h (22 in the busiest hour"),
        ("all", [NO, PERHAPS], "no", "needs level fatal"),
        ("any", [NO, YES], "yes", "level error"),
        ("any-short", [NO, PERHAPS], "maybe", "if > 99 events"),
        ("any-short", [], "yes", "on every event"),
        ("none", [NO], "yes", "none of: level fatal"),
        ("none", [YES], "no", "needs none of: level error"),
    ],
)
def test_conditions_are_joined_as_their_logic_says(
    logic: str, conditions: list[tuple[str, object]], outcome: str, why: str
) -> None:
    verdict = judge(an_alert(when(logic, *conditions)), subject(), Names())
    assert verdict
    assert verdict.outcome == outcome
    assert verdict.why.startswith(why)


def test_one_set_of_filters_that_holds_is_enough() -> None:
    verdict = judge(an_alert(when("all", NO), when("all", YES)), subject(), Names())
    assert verdict
    assert (verdict.outcome, verdict.why) == ("yes", "level error")


def triggered(*kinds: str) -> Json:
    return {
        "logicType": "any-short",
        "conditions": [{"type": kind, "comparison": True} for kind in kinds],
    }


def test_that_an_issue_is_new_comes_but_once() -> None:
    alert = an_alert(when("all", YES), triggers=triggered("first_seen_event"))
    past, first = judge(alert, subject(), Names()), judge(alert, subject(count=1), Names())
    assert past
    assert first
    assert (past.outcome, first.outcome) == ("once", "yes")


def test_an_occasion_that_may_still_come_is_named() -> None:
    triggers = triggered("first_seen_event", "regression_event")
    verdict = judge(an_alert(when("all"), triggers=triggers), subject(), Names())
    assert verdict
    assert (verdict.outcome, verdict.why) == ("yes", "on regression")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"enabled": False}, "disabled"),
        ({"muted": True}, "muted"),
        ({"environment": "qa"}, "no event of it there"),
    ],
)
def test_what_is_off_or_elsewhere_does_not_act(more: Json, why: str) -> None:
    verdict = judge(an_alert(when("all", YES), **more), subject(), Names())
    assert verdict
    assert (verdict.outcome, verdict.why) == ("no", why)


def test_an_alert_that_can_tell_nobody_does_not_act() -> None:
    gone = when("all", YES, actions=[EMAIL | {"status": "disabled"}])
    silent = when("all", YES, actions=[])
    whys = [judge(an_alert(filters), subject(), Names()) for filters in (gone, silent)]
    assert [each.why for each in whys if each] == ["its actions are broken", "it has no action"]


@pytest.mark.parametrize(
    ("monitor", "category", "outcome"),
    [
        ({"type": "error"}, "error", "yes"),
        ({"type": "error"}, "db_query", None),
        ({"type": "issue_stream"}, "db_query", "yes"),
        ({"type": "issue_stream", "projectId": "9"}, "error", None),
        ({"type": "metric_issue"}, "metric", "maybe"),
        ({"type": "metric_issue", "latestGroup": {"id": "4410"}}, "metric", "yes"),
        ({"type": "metric_issue"}, "error", None),
        ({"type": "monitor_check_in_failure"}, "outage", "maybe"),
    ],
)
def test_an_alert_hears_of_what_its_monitors_raise(
    monitor: Json, category: str, outcome: str | None
) -> None:
    listening = Detector.model_validate({"id": "1", "projectId": "3"} | monitor)
    alert = Alert(an_alert(when("all", YES)).it, (listening,))
    verdict = judge(alert, subject(issueCategory=category), Names())
    assert (verdict.outcome if verdict else None) == outcome


def test_an_issue_that_has_just_begun_is_newer_than_a_day() -> None:
    young = subject(firstSeen=ago(hours=3))
    condition = Condition.model_validate(
        {
            "type": "age_comparison",
            "comparison": {"comparisonType": "newer", "value": 1, "time": "day"},
        }
    )
    assert judged(condition, young).truth is True
