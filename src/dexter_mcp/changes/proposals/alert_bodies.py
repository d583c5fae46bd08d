"""What is sent for alerts: as workflows and monitors, and as the rules of older servers.

Conditions and actions come as today's alerts hold them, and are put into the words of rules where
a server has those. Windows are seconds here; rules take minutes.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from dexter_mcp.changes.proposals.alert_notation import Condition, Thresholds
from dexter_mcp.changes.proposals.alert_targets import Action
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.json_types import is_object

Body = dict[str, Any]

_RULES: Final = "sentry.rules."
_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "first_seen_event": "conditions.first_seen_event.FirstSeenEventCondition",
        "regression_event": "conditions.regression_event.RegressionEventCondition",
        "reappeared_event": "conditions.reappeared_event.ReappearedEventCondition",
        "event_frequency": "conditions.event_frequency.EventFrequencyCondition",
        "event_unique_user_frequency": (
            "conditions.event_frequency.EventUniqueUserFrequencyCondition"
        ),
        "percent_sessions": "conditions.event_frequency.EventFrequencyPercentCondition",
        "issue_priority_greater_or_equal": (
            "conditions.high_priority_issue.NewHighPriorityIssueCondition"
        ),
        "age_comparison": "filters.age_comparison.AgeComparisonFilter",
        "assigned_to": "filters.assigned_to.AssignedToFilter",
        "event_attribute": "filters.event_attribute.EventAttributeFilter",
        "issue_category": "filters.issue_category.IssueCategoryFilter",
        "issue_occurrences": "filters.issue_occurrences.IssueOccurrencesFilter",
        "latest_release": "filters.latest_release.LatestReleaseFilter",
        "level": "filters.level.LevelFilter",
        "tagged_event": "filters.tagged_event.TaggedEventFilter",
    }
)
_ACTIONS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "slack": (
            "sentry.integrations.slack.notify_action.SlackNotifyServiceAction",
            *("workspace", "channel_id"),
        ),
        "msteams": (
            "sentry.integrations.msteams.notify_action.MsTeamsNotifyServiceAction",
            *("team", "channel_id"),
        ),
        "discord": (
            "sentry.integrations.discord.notify_action.DiscordNotifyServiceAction",
            *("server", "channel_id"),
        ),
        "pagerduty": (
            "sentry.integrations.pagerduty.notify_action.PagerDutyNotifyServiceAction",
            *("account", "service"),
        ),
        "opsgenie": (
            "sentry.integrations.opsgenie.notify_action.OpsgenieNotifyTeamAction",
            *("account", "team"),
        ),
    }
)
_SERVICE: Final = "sentry.rules.actions.notify_event_service.NotifyEventServiceAction"
_SERVICES: Final = {"webhook": "a webhook", "sentry_app": "an app"}
"""What rules call by its slug: apps too, as long as they take no form."""
_MAIL: Final = "sentry.mail.actions.NotifyEmailAction"
_TARGETS: Final = {"issue_owners": "IssueOwners", "user": "Member", "team": "Team"}
_BY_NAME: Final = frozenset({"slack", "msteams"})
"""Chats whose channels rules name; those of Discord they know by id alone."""
_URGENT: Final = 75
_MINUTE: Final = 60
DATASETS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "errors": ("events", ("error", "default")),
        "spans": ("events_analytics_platform", ("trace_item_span",)),
        "logs": ("events_analytics_platform", ("trace_item_log",)),
        "transactions": ("transactions", ("transaction",)),
    }
)
"""What can be measured: Sentry's name for it, and the types of events."""


def triggers(logic: str, occasions: Sequence[str]) -> Body:
    """Write on what an alert acts."""
    return {
        "logic_type": "any-short" if logic == "any" else logic,
        "conditions": [
            {"type": kind, "comparison": True, "condition_result": True} for kind in occasions
        ],
    }


def action_filter(logic: str, conditions: Iterable[Condition], actions: Sequence[Action]) -> Body:
    """Write under which conditions an alert does what."""
    return {
        "logic_type": "any-short" if logic == "any" else logic,
        "conditions": [
            {"type": kind, "comparison": comparison, "condition_result": True}
            for kind, comparison in conditions
        ],
        "actions": list(actions),
    }


def rule_conditions(occasions: Iterable[str], conditions: Iterable[Condition]) -> Body:
    """Write occasions and conditions in the words of a rule, where some stand apart.

    Raises:
        Invalid: A rule knows no such condition.
    """
    told = [_rule_part(kind, True) for kind in occasions]  # noqa: FBT003 - a comparison
    parts = [_rule_part(*each) for each in conditions]
    counted = [part for part in parts if part["id"].startswith(f"{_RULES}conditions.")]
    return {
        "conditions": told + counted,
        "filters": [part for part in parts if part not in counted],
    }


def _rule_part(kind: str, comparison: Any) -> Body:
    stem = kind.removesuffix("_count").removesuffix("_percent")
    if stem not in _PARTS or (kind.startswith("issue_priority") and comparison != _URGENT):
        raise Invalid(
            f"This server has rules, which know no {kind.replace('_', ' ')}. Leave that out."
        )
    part: Body = {"id": f"{_RULES}{_PARTS[stem]}"}
    if is_object(comparison):
        part |= {_snake(name): _short(name, value) for name, value in comparison.items()}
    if stem != kind and kind.endswith("_percent"):
        part["comparisonType"] = "percent"
    return part


def _snake(name: Any) -> str:
    return "comparison_type" if name == "comparisonType" else str(name)


def _short(name: Any, value: Any) -> Any:
    """Write lengths, levels and truths as rules do: `5m`, and the others as text."""
    if name in {"interval", "comparisonInterval"}:
        return str(value).removesuffix("in")
    return str(value).lower() if name in {"level", "include"} else value


def rule_action(action: Action) -> Body:
    """Write an action in the words of an issue alert rule."""
    kind, config = action["type"], action["config"]
    whom, shown = config.get("targetIdentifier"), config.get("targetDisplay")
    if kind == "email":
        told = {"targetType": _TARGETS[config["targetType"]], **action["data"]}
        return {"id": _MAIL, **told} | ({"targetIdentifier": whom} if whom else {})
    if kind in _SERVICES:
        return {"id": _SERVICE, "service": shown or whom}
    dotted, through, place = _ACTIONS[kind]
    named = {through: action.get("integration_id"), place: whom}
    channel = {"channel": shown} if kind in _BY_NAME and shown else {}
    return {"id": dotted} | channel | {name: value for name, value in named.items() if value}


def trigger_action(action: Action) -> Body:
    """Write an action in the words of a metric alert rule.

    Raises:
        Invalid: Such a rule can't do that, or not as far as is known.
    """
    kind, config = action["type"], action["config"]
    target, whom = config.get("targetType"), config.get("targetIdentifier")
    if target == "issue_owners" or kind in _SERVICES:
        said = _SERVICES.get(kind, "suggested assignees")
        raise Invalid(f"`actions`: a metric rule can't tell {said}. Name a team or a channel.")
    told: Body = {"type": kind, "targetType": target}
    told["targetIdentifier"] = (kind in _BY_NAME and config.get("targetDisplay")) or whom
    if whom and kind == "slack":
        told["inputChannelId"] = whom
    through = action.get("integration_id")
    return told | ({"integrationId": int(through)} if through else {})


def judgement(limits: Thresholds) -> Body:
    """Write how a monitor judges what it measures."""
    config: Body = {"detectionType": _kind(limits)}
    if limits.earlier:
        config["comparisonDelta"] = limits.earlier
    return {
        "config": config,
        "condition_group": {"logicType": "any", "conditions": limits.conditions},
    }


def rule_query(source: Mapping[str, Any]) -> Body:
    """Write what is measured in the words of a metric rule."""
    return {**source, "timeWindow": source["timeWindow"] // _MINUTE}


def rule_judgement(limits: Thresholds, actions: Sequence[Body]) -> Body:
    """Write the thresholds of a metric rule, each with what is done past it."""
    values = limits.of_rules
    return {
        "thresholdType": int(limits.below),
        "triggers": [
            {"label": name, "alertThreshold": values[name], "actions": list(actions)}
            for name in ("critical", "warning")
            if name in values
        ],
        "resolveThreshold": values.get("resolved"),
        "detectionType": _kind(limits),
        "comparisonDelta": limits.earlier // _MINUTE if limits.earlier else None,
    }


def _kind(limits: Thresholds) -> str:
    return "percent" if limits.earlier else "static"
