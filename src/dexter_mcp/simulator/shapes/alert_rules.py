"""Alerts and monitors as the rules that older servers, and the deprecated routes, know.

https://docs.sentry.io/api/alerts/
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dexter_mcp.simulator.intake.loose import is_mapping
from dexter_mcp.simulator.memory.alerts import Alert, Filters, Monitor, Period
from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.shapes.alerts import owner_text
from dexter_mcp.simulator.shapes.integrations import installation_uuid
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

CONDITIONS: Mapping[str, str] = {
    "first_seen_event": "conditions.first_seen_event.FirstSeenEventCondition",
    "regression_event": "conditions.regression_event.RegressionEventCondition",
    "reappeared_event": "conditions.reappeared_event.ReappearedEventCondition",
    "event_frequency_count": "conditions.event_frequency.EventFrequencyCondition",
    "event_frequency_percent": "conditions.event_frequency.EventFrequencyCondition",
    "event_unique_user_frequency_count": (
        "conditions.event_frequency.EventUniqueUserFrequencyCondition"
    ),
    "event_unique_user_frequency_percent": (
        "conditions.event_frequency.EventUniqueUserFrequencyCondition"
    ),
    "percent_sessions_count": "conditions.event_frequency.EventFrequencyPercentCondition",
    "percent_sessions_percent": "conditions.event_frequency.EventFrequencyPercentCondition",
    "age_comparison": "filters.age_comparison.AgeComparisonFilter",
    "assigned_to": "filters.assigned_to.AssignedToFilter",
    "event_attribute": "filters.event_attribute.EventAttributeFilter",
    "issue_category": "filters.issue_category.IssueCategoryFilter",
    "issue_occurrences": "filters.issue_occurrences.IssueOccurrencesFilter",
    "issue_priority_greater_or_equal": (
        "conditions.high_priority_issue.NewHighPriorityIssueCondition"
    ),
    "latest_release": "filters.latest_release.LatestReleaseFilter",
    "level": "filters.level.LevelFilter",
    "tagged_event": "filters.tagged_event.TaggedEventFilter",
}
"""What each condition of an alert is called in a rule, after `sentry.rules.`."""
ACTIONS: Mapping[str, str] = {
    "email": "sentry.mail.actions.NotifyEmailAction",
    "slack": "sentry.integrations.slack.notify_action.SlackNotifyServiceAction",
    "msteams": "sentry.integrations.msteams.notify_action.MsTeamsNotifyServiceAction",
    "discord": "sentry.integrations.discord.notify_action.DiscordNotifyServiceAction",
    "pagerduty": "sentry.integrations.pagerduty.notify_action.PagerDutyNotifyServiceAction",
    "opsgenie": "sentry.integrations.opsgenie.notify_action.OpsgenieNotifyTeamAction",
    "jira": "sentry.integrations.jira.notify_action.JiraCreateTicketAction",
    "github": "sentry.integrations.github.notify_action.GitHubCreateTicketAction",
    "vsts": "sentry.integrations.vsts.notify_action.AzureDevopsCreateTicketAction",
    "webhook": "sentry.rules.actions.notify_event_service.NotifyEventServiceAction",
}
_BY_NUMBER = ("pagerduty", "opsgenie", "sentry_app")
"""What a metric rule shows by number even where it knows a name."""
PARAMETERS: Mapping[str, tuple[str, str]] = {
    "slack": ("workspace", "channel_id"),
    "msteams": ("team", "channel_id"),
    "discord": ("server", "channel_id"),
    "pagerduty": ("account", "service"),
    "opsgenie": ("account", "team"),
    "jira": ("integration", ""),
    "github": ("integration", ""),
    "vsts": ("integration", ""),
    "webhook": ("", "service"),
}
"""By which parameters a rule's action says through which integration, and whom it tells."""
TARGETS: Mapping[str, str] = {"issue_owners": "IssueOwners", "user": "Member", "team": "Team"}
_SNAKE = {"comparisonType": "comparison_type"}
_LENGTHS = {"interval", "comparisonInterval"}
"""Lengths of time, which alerts write as `5min` and rules as `5m`."""
_PRIORITY = "issue_priority_greater_or_equal"
_LABELS = {75: "critical", 50: "warning"}
_INCIDENT = {"high": 20, "medium": 10}
_MINUTE = 60


def rule_json(call: Call, alert: Alert, project: Project, *, expanded: bool) -> Json:
    """Shape an alert as an issue alert rule of one project."""
    filters = alert.filters[0] if alert.filters else Filters("all", (), ())
    parts = [_part(kind, comparison) for kind, comparison in filters.conditions]
    conditions = [_part(kind, True) for kind in alert.triggers]  # noqa: FBT003 - a comparison
    counted = [part for part in parts if ".conditions." in part["id"]]
    last = alert.last_fired
    triggered = {"lastTriggered": iso(last) if last else None} if expanded else {}
    return {
        "id": str(alert.id),
        "name": alert.name,
        "projects": [project.slug],
        "environment": alert.environment or None,
        "owner": owner_text(call, alert.owner),
        "actionMatch": alert.logic.removesuffix("-short"),
        "filterMatch": filters.logic.removesuffix("-short"),
        "frequency": alert.frequency,
        "conditions": conditions + counted,
        "filters": [part for part in parts if part not in counted],
        "actions": [_action(call, action) for action in filters.actions],
        "status": "active" if alert.enabled else "disabled",
        **_muted_json(call, alert),
        "createdBy": creator_json(call, alert.created_by),
        "dateCreated": iso(alert.created),
        "errors": _errors(filters),
        **triggered,
    }


def _part(kind: str, comparison: object) -> Json:
    terms: dict[str, Any] = dict(comparison) if is_mapping(comparison) else {}
    dotted = CONDITIONS.get(kind, f"conditions.{kind}.{kind}")
    named = {_SNAKE.get(name, name): value for name, value in terms.items()}
    for length in named.keys() & _LENGTHS:
        named[length] = str(named[length]).removesuffix("in")
    if kind.startswith("event_") and kind.endswith("_percent"):
        named["comparisonType"] = "percent"
    for text in named.keys() & {"level", "include"}:
        named[text] = str(named[text]).lower()
    said = f"{kind.replace('_', ' ')} {' '.join(map(str, terms.values()))}".strip()
    return {"id": f"sentry.rules.{dotted}", "name": said, **named}


def _action(call: Call, action: Json) -> Json:
    config = action["config"]
    if action["type"] == "sentry_app":
        return _app_action(call, str(config["targetIdentifier"]))
    shape = {"id": ACTIONS[action["type"]], "name": f"Notify through {action['type']}"}
    if target := TARGETS.get(config["targetType"]):
        return shape | {
            "targetType": target,
            "targetIdentifier": config.get("targetIdentifier"),
            "fallthroughType": "ActiveMembers",
            **action.get("data", {}),
        }
    through, whom = PARAMETERS.get(action["type"], ("", ""))
    named = {through: action.get("integrationId"), whom: config.get("targetIdentifier")}
    named = {name: value for name, value in named.items() if name}
    return shape | {"channel": config.get("targetDisplay")} | named | action.get("data", {})


def _app_action(call: Call, number: str) -> Json:
    """Shape the call of an app, which a rule names by its installation."""
    apps = call.world.integrations.apps
    uuids = [installation_uuid(each) for each in apps if str(each.id) == number]
    return {
        "id": "sentry.rules.actions.notify_event_sentry_app.NotifyEventSentryAppAction",
        "name": "Notify through an app",
        "settings": [],
        "sentryAppInstallationUuid": "".join(uuids),
    }


def _errors(filters: Filters) -> list[Json]:
    gone = [action["type"] for action in filters.actions if action.get("status") == "disabled"]
    return [{"detail": f"The {kind} integration no longer exists."} for kind in gone]


def metric_rule_json(call: Call, monitor: Monitor) -> Json:
    """Shape a metric monitor, and the alerts that listen to it, as a metric alert rule."""
    alerts = [one for one in call.world.alerts.of(monitor.org) if monitor.id in one.monitors]
    query = (monitor.source or {})["snubaQuery"]
    below = any(kind in {"lt", "lte"} and result for kind, _, result in monitor.conditions)
    resolve = next((value for _, value, result in monitor.conditions if not result), None)
    resolve = as_change(monitor.config, resolve, below=below)
    delta = monitor.config.get("comparisonDelta")
    return {
        "id": str(monitor.id),
        "name": monitor.name,
        "organizationId": call.org.id,
        "status": int(not monitor.enabled),
        "projects": [call.world.projects[monitor.project].slug],
        "environment": query["environment"],
        "owner": owner_text(call, monitor.owner),
        "dataset": query["dataset"],
        "queryType": int(query["dataset"] != "events"),
        "eventTypes": query["eventTypes"],
        "query": query["query"],
        "aggregate": query["aggregate"],
        "timeWindow": query["timeWindow"] // _MINUTE,
        "thresholdType": int(below),
        "thresholdPeriod": 1,
        "resolveThreshold": resolve,
        "comparisonDelta": delta // _MINUTE if delta else None,
        "detectionType": monitor.config.get("detectionType", "static"),
        "triggers": list(_triggers(monitor, alerts, resolve, below=below)),
        "originalAlertRuleId": None,
        **_muted_json(call, monitor),
        "dateCreated": iso(monitor.created),
        "dateModified": iso(monitor.updated or monitor.created),
        "createdBy": creator_json(call, monitor.created_by),
    }


def as_change(config: Json, value: Any, *, below: bool) -> Any:
    """Say by how many percent a value changed, from what it is in percent of what it was.

    A rule has no sign for a fall; it is the same the other way round.
    """
    if config.get("detectionType") != "percent" or not isinstance(value, int | float):
        return value
    return 100 - value if below else value - 100


def _triggers(
    monitor: Monitor, alerts: list[Alert], resolve: object, *, below: bool
) -> Iterator[Json]:
    results = [result for *_, result in monitor.conditions if result]
    for at, (_, value, result) in enumerate(monitor.conditions):
        if result:
            acted = _acts(alerts, result, others=results[1:] if at == 0 else None)
            yield {
                "id": str(monitor.id * 10 + at),
                "alertRuleId": str(monitor.id),
                "label": _LABELS[result],
                "thresholdType": int(below),
                "alertThreshold": as_change(monitor.config, value, below=below),
                "resolveThreshold": resolve,
                "dateCreated": iso(monitor.created),
                "actions": [_trigger_action(action) for action in acted],
            }


def _acts(alerts: list[Alert], result: int, others: Sequence[int] | None) -> Iterator[Json]:
    """List what is done at a severity; the first trigger also does what none of the others does."""
    for alert in alerts:
        for filters in alert.filters:
            held = {value for kind, value in filters.conditions if kind == _PRIORITY}
            if result in held or (others is not None and held.isdisjoint(others)):
                yield from filters.actions


def _trigger_action(action: Json) -> Json:
    config, kind = action["config"], action["type"]
    number, name = config["targetIdentifier"], config["targetDisplay"]
    return {
        "id": "311",
        "type": kind,
        "targetType": config["targetType"],
        "targetIdentifier": (number or name) if kind in _BY_NUMBER else (name or number),
        "inputChannelId": number if kind == "slack" else None,
        "integrationId": action.get("integrationId"),
        "sentryAppId": None,
        "desc": f"Send a {kind} notification",
    }


def incident_json(call: Call, monitor: Monitor, number: int, period: Period) -> Json:
    """Shape a time during which a metric was past its threshold."""
    severity = period.steps[-1][0] if period.steps else "high"
    return {
        "id": str(7_000 + number),
        "identifier": str(number),
        "organizationId": call.org.id,
        "projects": [call.world.projects[monitor.project].slug],
        "status": 2 if period.end else _INCIDENT.get(severity, 1),
        "statusMethod": 3,
        "type": 2,
        "title": monitor.name,
        "alertRule": {"id": str(monitor.id), "name": monitor.name},
        "dateStarted": iso(period.start),
        "dateDetected": iso(period.start),
        "dateCreated": iso(period.start),
        "dateClosed": iso(period.end) if period.end else None,
        "activities": None,
    }


def is_muted(call: Call, rule: Alert | Monitor) -> bool:
    """Tell whether a rule is muted for everyone, or for the caller."""
    return not rule.snoozes.isdisjoint({"", call.token.user})


def _muted_json(call: Call, rule: Alert | Monitor) -> Json:
    """Say that a rule is muted, and only then for whom."""
    muted = is_muted(call, rule)
    return {"snooze": muted} | ({"snoozeForEveryone": "" in rule.snoozes} if muted else {})


def creator_json(call: Call, email: str) -> Json | None:
    """Shape who made a rule, whose id is a number here."""
    member = call.world.member(call.org.slug, email)
    return (
        {"id": int(member.user_id), "name": member.name, "email": member.email} if member else None
    )
