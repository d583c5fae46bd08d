"""Calls that change alerts, monitors, the rules of old, and who hears of spikes."""

import json
from collections.abc import Mapping
from typing import Any, Final

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.alerts import (
    ERRORS,
    ISSUES,
    METRIC,
    Alert,
    Filters,
    Monitor,
    built_in_id,
)
from dexter_mcp.simulator.memory.outgoing import NotificationAction
from orders.case import Case, told

ALERT, MONITOR, ACTION = 51, 64, 91
RULE, METRIC_RULE = ALERT, MONITOR
MUTED_RULE, MUTED_METRIC = 52, 65
_EVERYBODY: Final = {
    "type": "email",
    "integrationId": None,
    "data": {"fallthroughType": "ActiveMembers"},
    "config": {"targetType": "issue_owners", "targetIdentifier": None, "targetDisplay": None},
    "status": "active",
}
_MAIL: Final = {"id": "sentry.mail.actions.NotifyEmailAction", "targetType": "IssueOwners"}
_NONE: Final = list[Any]()
_NOBODY: Final = frozenset[str]()
_ALL: Final = frozenset({""})
_ME: Final = frozenset({"mira@acme.test"})
_SEVERE: Final = [("level", {"level": 40, "match": "gte"})]


def settle(world: World) -> None:
    """Let an alert and a monitor watch a project, and somebody hear of its spikes."""
    project = next(each for each in world.projects_of("acme") if each.slug == "checkout")
    web = next(each for each in world.projects_of("acme") if each.slug == "web")
    for number, name, snoozes in ((ALERT, "Broken tills", _NOBODY), (MUTED_RULE, "Noise", _ALL)):
        world.alerts.add_alert(
            Alert(
                number,
                "acme",
                name,
                world.now(),
                triggers=["first_seen_event"],
                filters=[Filters("all", _SEVERE, [_EVERYBODY])],
                monitors=[built_in_id(kind, project.id) for kind in (ERRORS, ISSUES)],
                owner="team:payments",
                snoozes=snoozes,
            )
        )
    query: dict[str, Any] = {"aggregate": "count()", "dataset": "events", "query": "level:error"}
    query |= {"timeWindow": 600, "environment": None, "eventTypes": ["error", "default"], "id": "8"}
    for number, name, snoozes in ((MONITOR, "Error budget", _NOBODY), (MUTED_METRIC, "Noise", _ME)):
        world.alerts.add_monitor(
            Monitor(
                number,
                "acme",
                project.id,
                name,
                METRIC,
                world.now(),
                config={"detectionType": "static"},
                source_type="snuba_query_subscription",
                source={"snubaQuery": {**query, "extrapolationMode": "unknown"}},
                conditions=[("gt", 200, 75), ("lte", 80, 0)],
                snoozes=snoozes,
            )
        )
    world.outgoing.actions.append(
        NotificationAction(
            ACTION, "acme", (project.id,), "email", "72", "payments", target_kind="team"
        )
    )
    world.settings.options[project.id] = {"quotas:spike-protection-disabled": True}
    world.settings.options[web.id] = {"quotas:spike-protection-disabled": False}


def _json(name: str, value: object) -> str:
    return f"{name}:={json.dumps(value)}"


def _new_alert(world: World) -> tuple[str, ...]:
    project = next(each for each in world.projects_of("acme") if each.slug == "web")
    condition = {"type": "first_seen_event", "comparison": True, "conditionResult": True}
    return (
        "name=New in the shop",
        f"detector_ids={built_in_id(ERRORS, project.id)}",
        _json("config", {"frequency": 60}),
        _json("triggers", {"logicType": "any-short", "conditions": [condition]}),
        _json(
            "action_filters", [{"logicType": "all", "conditions": _NONE, "actions": [_EVERYBODY]}]
        ),
    )


def _new_rule(_: World) -> tuple[str, ...]:
    first = {"id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition"}
    return (
        "project=web",
        "name=New in the shop",
        "frequency=60",
        "actionMatch=any",
        _json("conditions", [first]),
        _json("actions", [_MAIL]),
    )


def _critical(threshold: int) -> dict[str, Any]:
    return {"label": "critical", "alertThreshold": threshold, "actions": list[Any]()}


_THRESHOLDS: Final = {
    "logicType": "any",
    "conditions": [
        {"type": "gt", "comparison": 100, "conditionResult": 75},
        {"type": "lte", "comparison": 40, "conditionResult": 0},
    ],
}
_SOURCE: Final = {
    "aggregate": "count()",
    "dataset": "events",
    "query": "",
    "eventTypes": ["error", "default"],
    "timeWindow": 3600,
    "environment": None,
}

CASES: Final[Mapping[str, Case]] = {
    "create_workflow": Case(_new_alert),
    "update_workflow": told(
        f"workflow={ALERT}",
        "name=Silent tills",
        _json("config", {"frequency": 60}),
        _json(
            "action_filters",
            [{"logic_type": "any-short", "conditions": _NONE, "actions": [_EVERYBODY]}],
        ),
    ),
    "delete_workflow": told(f"workflow={ALERT}"),
    "bulk_update_workflows": told(f"id={ALERT}", "enabled=false"),
    "bulk_delete_workflows": told(f"id={ALERT}"),
    "create_detector": told(
        "project=web",
        "name=Too many",
        "type=metric_issue",
        _json("data_sources", [_SOURCE]),
        _json("config", {"detectionType": "static"}),
        _json("condition_group", _THRESHOLDS),
    ),
    "update_detector": told(
        f"detector={MONITOR}",
        "name=Error budget of tills",
        "owner=team:73",
        f"workflow_ids={ALERT}",
        _json("data_sources", [_SOURCE]),
        _json("condition_group", _THRESHOLDS),
    ),
    "delete_detector": told(f"detector={MONITOR}"),
    "bulk_update_detectors": told(f"id={MONITOR}", "enabled=false"),
    "bulk_delete_detectors": told(f"id={MONITOR}"),
    "create_issue_alert_rule": Case(_new_rule),
    "update_issue_alert_rule": told(
        "project=checkout",
        f"rule={RULE}",
        "name=Silent tills",
        "frequency=1440",
        _json("filters", []),
    ),
    "delete_issue_alert_rule": told("project=checkout", f"rule={RULE}"),
    "create_metric_alert_rule": told(
        "name=Too many",
        "aggregate=count()",
        "timeWindow=60",
        "projects=web",
        "query=level:fatal",
        "thresholdType=0",
        "resolveThreshold=2",
        _json("triggers", [_critical(5)]),
    ),
    "update_metric_alert_rule": told(
        f"alert_rule={METRIC_RULE}",
        "timeWindow=60",
        "query=level:fatal",
        "owner=team:73",
        _json("triggers", [_critical(300)]),
    ),
    "delete_metric_alert_rule": told(f"alert_rule={METRIC_RULE}"),
    "snooze_issue_alert_rule": told("project=checkout", f"rule={RULE}", "target=everyone"),
    "unsnooze_issue_alert_rule": told("project=checkout", f"rule={MUTED_RULE}"),
    "snooze_metric_alert_rule": told("project=checkout", f"alert_rule={METRIC_RULE}", "target=me"),
    "unsnooze_metric_alert_rule": told("project=checkout", f"alert_rule={MUTED_METRIC}"),
    "create_notification_action": told(
        "trigger_type=spike-protection",
        "service_type=email",
        "target_identifier=mira@acme.test",
        "projects=web",
    ),
    "update_notification_action": told(f"action={ACTION}", "projects=web"),
    "delete_notification_action": told(f"action={ACTION}", but=["id"]),
    "enable_spike_protection": told("projects=checkout"),
    "disable_spike_protection": told("projects=web"),
}
