"""Conditions, thresholds and actions in words.

The words are our own; what stands in them was written by members of the organization.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from dexter_mcp.sentry.detectors import Detector, SnubaQuery
from dexter_mcp.sentry.integrations import Integration
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.workflows import Action, Condition, ConditionGroup
from dexter_mcp.views.moments import span
from dexter_mcp.views.numbers import count
from dexter_mcp.views.untrusted import name

_TERM = 60
_QUERY = 200
_UNITS: Mapping[str, str] = MappingProxyType(
    {"min": "min", "m": "min", "h": "h", "hr": "h", "d": "d", "w": "w"}
)
_INTERVAL = re.compile(r"(\d+)([a-z]+)")
_MATCHES: Mapping[str, str] = MappingProxyType(
    {
        "eq": "is",
        "ne": "is not",
        "co": "contains",
        "nc": "does not contain",
        "sw": "starts with",
        "ew": "ends with",
        "nsw": "does not start with",
        "new": "does not end with",
        "is": "is set",
        "ns": "is not set",
    }
)
_WITHOUT_VALUE = frozenset({"is", "ns"})
_LEVELS: Mapping[str, str] = MappingProxyType(
    {
        "0": "sample",
        "10": "debug",
        "20": "info",
        "30": "warning",
        "40": "error",
        "50": "fatal",
    }
)
_PRIORITIES: Mapping[int, str] = MappingProxyType({25: "low", 50: "medium", 75: "high"})
CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "1": "error",
        "6": "feedback",
        "10": "outage",
        "11": "metric",
        "12": "db_query",
        "13": "http_client",
        "14": "frontend",
        "15": "mobile",
    }
)
"""Sentry's numbers for `issueCategory`."""
_SERVICES: Mapping[str, str] = MappingProxyType(
    {
        "email": "e-mail",
        "slack": "Slack",
        "msteams": "Teams",
        "discord": "Discord",
        "pagerduty": "PagerDuty",
        "opsgenie": "Opsgenie",
        "github": "GitHub issue",
        "github_enterprise": "GitHub issue",
        "jira": "Jira ticket",
        "jira_server": "Jira ticket",
        "vsts": "Azure ticket",
        "sentry_app": "app",
    }
)
_OPERATORS: Mapping[str, str] = MappingProxyType({"gt": ">", "gte": "≥", "lt": "<", "lte": "≤"})
_SEVERITIES: Mapping[int, str] = MappingProxyType(
    {75: "critical", 50: "warning", 25: "low", 0: "resolved"}
)
_AGGREGATES: Mapping[str, str] = MappingProxyType(
    {"count()": "events", "count_unique(user)": "users"}
)
_CRASHES = re.compile(r"percentage\((sessions|users)_crashed, \w+\)")
_ALIAS = re.compile(r" AS \w+$")


@dataclass(frozen=True)
class Connections:
    """What keeps each known integration from acting, by its id; an empty text for nothing.

    `whole` says that there are no others.
    """

    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    whole: bool = False

    @classmethod
    def of(cls, page: Page[Integration] | None) -> Self:
        """Judge those that were listed; none is a token that may not see them."""
        if page is None:
            return cls()
        return cls({each.id: _fault(each) for each in page.items}, whole=not page.next_cursor)

    def fault(self, integration: str) -> str:
        """Say what keeps an integration from acting, as far as that is known."""
        return self.faults.get(integration, "integration gone" if self.whole else "")


def _fault(it: Integration) -> str:
    if it.standing == "active":
        return ""
    called = f"{it.provider.name or it.provider.key} {it.name}"
    return name(f"{called} is {it.standing.replace('_', ' ')}", limit=_TERM)


@dataclass(frozen=True)
class Names:
    """What numbers stand for: projects and teams by slug, users by name, integrations by state."""

    projects: Mapping[str, str] = field(default_factory=dict[str, str])
    teams: Mapping[str, str] = field(default_factory=dict[str, str])
    users: Mapping[str, str] = field(default_factory=dict[str, str])
    connections: Connections = field(default_factory=Connections)

    def actor(self, kind: str, number: str) -> str:
        """Name a team as `#slug`, a user by name; one unknown by number."""
        if kind == "team":
            return f"#{name(self.teams[number])}" if number in self.teams else f"team {number}"
        return name(self.users.get(number, f"user {number}"))

    def owner(self, text: str) -> str:
        """Name an owner written as `team:71`."""
        kind, _, number = text.partition(":")
        return self.actor(kind, number) if number else ""


def condition(it: Condition, names: Names) -> str:
    """Say what a trigger or a filter asks for; one that nobody knows in Sentry's own words."""
    tell = _TOLD.get(it.type)
    if tell:
        return tell(it, names)
    return name(it.said or it.type.replace("_", " "), limit=_QUERY) or "something unknown"


def group(it: ConditionGroup, names: Names) -> str:
    """Say what must hold, joined as the group's logic says; empty without conditions."""
    told = [condition(each, names) for each in it.conditions]
    if it.logic_type == "none":
        return f"none of: {', '.join(told)}" if told else ""
    return (" and " if it.logic_type == "all" else " or ").join(told)


def action(it: Action, names: Names) -> str:
    """Say what is done, and for whom."""
    service = _SERVICES.get(it.type, name(it.type.replace("_", " ")))
    return f"{service} {_target(it, names)}".rstrip()


def branch(it: ConditionGroup, names: Names) -> str:
    """Say what is done, under which conditions, and what of it can't be."""
    done = [
        action(each, names) + (f" (broken: {why})" if (why := fault(each, names)) else "")
        for each in it.actions
    ]
    asked = group(it, names)
    return f"{f'if {asked}: ' if asked else 'then: '}{', '.join(done) or 'nothing'}"


def fault(it: Action, names: Names) -> str:
    """Say why an action can't be carried out; empty if nothing is known to keep it."""
    known = names.connections.fault(it.integration_id) if it.integration_id else ""
    return known or ("" if it.works else "integration gone or disabled")


def _target(it: Action, names: Names) -> str:
    config = it.config
    if config.target_type == "issue_owners":
        return "suggested assignees"
    if config.target_type in {"team", "user"} and config.target_identifier:
        return names.actor(config.target_type, config.target_identifier)
    return name(config.target_display or config.target_identifier, limit=_TERM)


def measure(it: Detector) -> str:
    """Say what a metric monitor counts, in windows of how long: "errors in 10 min"."""
    query = it.measures
    if query is None:
        return ""
    window = f" in {span(query.time_window)}" if query.time_window else ""
    return f"{_counted(query)}{window}"


def measured(it: Detector) -> str:
    """Say what a metric monitor counts, and of what; empty where it measures nothing."""
    query = it.measures
    if query is None:
        return ""
    wanted = f" matching {name(query.query, limit=_QUERY)}" if query.query else ""
    return f"{measure(it)}{wanted} (dataset {name(query.dataset)})"


def _counted(query: SnubaQuery) -> str:
    aggregate = _ALIAS.sub("", query.aggregate)
    if crashed := _CRASHES.fullmatch(aggregate):
        return f"crash-free {crashed[1]} (%)"
    if aggregate == "count()" and "error" in query.event_types:
        return "errors"
    return _AGGREGATES.get(aggregate) or name(aggregate, limit=_TERM)


def thresholds(it: Detector, *, resolved: bool = True) -> list[str]:
    """Say from which values on a metric monitor is critical, warns and is `resolved`."""
    conditions = it.condition_group.conditions if it.condition_group else ()
    return [_threshold(each, it) for each in conditions if resolved or each.condition_result != 0]


def _threshold(each: Condition, it: Detector) -> str:
    result = None if each.condition_result is None else int(each.condition_result)
    severity = "" if result is None else _SEVERITIES.get(result, str(result))
    if each.type == "anomaly_detection":
        sensitivity = name(each.term("sensitivity"))
        told = "an anomaly" + (f" (sensitivity {sensitivity})" if sensitivity else "")
    else:
        told = f"{_OPERATORS.get(each.type, name(each.type))} {_limit(each.amount, it)}"
    return f"{told} {severity}".rstrip()


def _limit(amount: float | None, it: Detector) -> str:
    """Say a value; a monitor holds what is left of a value before, and people say the change."""
    change = it.config.detection_type == "percent"
    if amount is None:
        return "?%" if change else "?"
    return f"{amount - 100:g}%" if change else f"{amount:g}"


def compared(it: Detector) -> str:
    """Say with what a metric monitor compares, where that is no fixed number."""
    back = it.config.comparison_delta
    return f"change against {span(back)} before" if back else ""


def interval(text: str) -> str:
    """Write `1h`, `1hr` and `15min` alike."""
    found = _INTERVAL.fullmatch(text)
    return f"{found[1]} {_UNITS.get(found[2], found[2])}" if found else name(text)


def _frequency(noun: str) -> Callable[[Condition, Names], str]:
    def tell(it: Condition, _: Names) -> str:
        return f"> {_amount(it)} {noun} in {interval(it.term('interval'))}"

    return tell


def _increase(noun: str) -> Callable[[Condition, Names], str]:
    def tell(it: Condition, _: Names) -> str:
        before = interval(it.term("comparisonInterval"))
        window = interval(it.term("interval"))
        return f"{noun} in {window} up > {_amount(it)}% on {before} before"

    return tell


def _amount(it: Condition) -> str:
    return "?" if it.amount is None else count(it.amount)


def _as(text: str) -> Callable[[Condition, Names], str]:
    return lambda _, __: text


def _level(it: Condition, _: Names) -> str:
    level = _LEVELS.get(it.term("level"), name(it.term("level")))
    return f"level {level}{_DIRECTIONS.get(it.term('match'), '')}"


_DIRECTIONS: Mapping[str, str] = MappingProxyType({"gte": " or above", "lte": " or below"})


def _matching(noun: str, key: str) -> Callable[[Condition, Names], str]:
    def tell(it: Condition, _: Names) -> str:
        match = it.term("match")
        value = "" if match in _WITHOUT_VALUE else f" {name(it.term('value'), limit=_TERM)}"
        words = _MATCHES.get(match, name(match))
        return f"{noun}{name(it.term(key), limit=_TERM)} {words}{value}"

    return tell


def _age(it: Condition, _: Names) -> str:
    return f"issue {name(it.term('comparisonType'))} than {_amount(it)} {name(it.term('time'))}s"


def _assigned(it: Condition, names: Names) -> str:
    kind, number = it.term("targetType"), it.term("targetIdentifier")
    if kind == "Unassigned":
        return "unassigned"
    return f"assigned to {names.actor('team' if kind == 'Team' else 'user', number)}"


def _priority(it: Condition, _: Names) -> str:
    priority = _PRIORITIES.get(int(it.amount or 0), _amount(it))
    return f"{priority} priority" + ("" if priority == "high" else " or above")


def _category(it: Condition, _: Names) -> str:
    number, other = it.term("value"), it.term("include").lower() == "false"
    return f"{'not ' if other else ''}category {CATEGORIES.get(number, name(number, limit=_TERM))}"


def _adopted(it: Condition, _: Names) -> str:
    which, than = name(it.term("releaseAgeType")), name(it.term("ageComparison"))
    return f"{which} release {than} than the latest adopted"


_TOLD: Mapping[str, Callable[[Condition, Names], str]] = MappingProxyType(
    {
        "first_seen_event": _as("new issue"),
        "regression_event": _as("regression"),
        "reappeared_event": _as("unarchived"),
        "issue_resolved_trigger": _as("issue resolved"),
        "seer_activity_trigger": _as("Seer made progress"),
        "every_event": _as("every event"),
        "new_high_priority_issue": _as("new issue of high priority"),
        "existing_high_priority_issue": _as("issue becomes high priority"),
        "age_comparison": _age,
        "assigned_to": _assigned,
        "issue_category": _category,
        "issue_occurrences": lambda it, _: f"≥ {_amount(it)} events in all",
        "issue_priority_deescalating": _as("priority falls"),
        "issue_priority_greater_or_equal": _priority,
        "event_frequency_count": _frequency("events"),
        "event_unique_user_frequency_count": _frequency("users"),
        "percent_sessions_count": _frequency("% of sessions"),
        "event_frequency_percent": _increase("events"),
        "event_unique_user_frequency_percent": _increase("users"),
        "percent_sessions_percent": _increase("share of sessions"),
        "event_attribute": _matching("", "attribute"),
        "tagged_event": _matching("tag ", "key"),
        "latest_release": _as("in the latest release"),
        "latest_adopted_release": _adopted,
        "level": _level,
    }
)
