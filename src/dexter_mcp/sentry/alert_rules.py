"""Issue alert rules, which older servers have in place of alerts.

A rule is read as the workflow that replaces it, so that nobody else needs to know of two
generations. Frequencies are minutes in both; conditions are named by dotted class names there.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path
from dexter_mcp.sentry.workflows import (
    PER_PAGE,
    Action,
    ActionTarget,
    Condition,
    ConditionGroup,
    Workflow,
    WorkflowConfig,
)

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "FirstSeenEventCondition": "first_seen_event",
        "RegressionEventCondition": "regression_event",
        "ReappearedEventCondition": "reappeared_event",
        "EveryEventCondition": "every_event",
        "NewHighPriorityIssueCondition": "new_high_priority_issue",
        "ExistingHighPriorityIssueCondition": "existing_high_priority_issue",
        "EventFrequencyCondition": "event_frequency",
        "EventUniqueUserFrequencyCondition": "event_unique_user_frequency",
        "EventFrequencyPercentCondition": "percent_sessions",
        "AgeComparisonFilter": "age_comparison",
        "AssignedToFilter": "assigned_to",
        "EventAttributeFilter": "event_attribute",
        "EventAttributeCondition": "event_attribute",
        "IssueCategoryFilter": "issue_category",
        "IssueOccurrencesFilter": "issue_occurrences",
        "LatestReleaseFilter": "latest_release",
        "LatestAdoptedReleaseFilter": "latest_adopted_release",
        "LevelFilter": "level",
        "LevelCondition": "level",
        "TaggedEventFilter": "tagged_event",
        "TaggedEventCondition": "tagged_event",
    }
)
"""The last part of a condition's name, and what it is called today."""

_COUNTED = frozenset({"event_frequency", "event_unique_user_frequency", "percent_sessions"})

_ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "NotifyEmailAction": "email",
        "SlackNotifyServiceAction": "slack",
        "MsTeamsNotifyServiceAction": "msteams",
        "DiscordNotifyServiceAction": "discord",
        "PagerDutyNotifyServiceAction": "pagerduty",
        "OpsgenieNotifyTeamAction": "opsgenie",
        "JiraCreateTicketAction": "jira",
        "JiraServerCreateTicketAction": "jira_server",
        "GitHubCreateTicketAction": "github",
        "GitHubEnterpriseCreateTicketAction": "github_enterprise",
        "AzureDevopsCreateTicketAction": "vsts",
        "NotifyEventSentryAppAction": "sentry_app",
        "NotifyEventServiceAction": "webhook",
        "NotifyEventAction": "plugin",
    }
)


class RulePart(Reply):
    """A condition, a filter or an action; the parameters of all kinds side by side.

    `id` is a dotted class name, `name` Sentry's own words. An action's free settings, which may
    hold secrets, are not read.
    """

    id: str = ""
    name: str = ""
    value: Any = None
    interval: str = ""
    comparison_type: str = ""
    comparison_interval: str = ""
    time: str = ""
    key: str = ""
    attribute: str = ""
    match: str = ""
    level: Any = None
    include: str = ""
    target_type: str = ""
    target_identifier: str = ""
    channel: str = ""
    service: str = ""
    team: str = ""
    account: str = ""

    @property
    def kind(self) -> str:
        """Keep the last part of the dotted name."""
        return self.id.rpartition(".")[2]

    def as_condition(self) -> Condition:
        """Read it as the condition that replaces it; one unknown keeps Sentry's words alone."""
        kind = _TYPES.get(self.kind, "")
        if kind in _COUNTED:
            kind += "_percent" if self.comparison_type == "percent" else "_count"
        return Condition(type=kind, comparison=self._terms() or True, said=self.name)

    def as_action(self) -> Action:
        """Read it as the action that replaces it."""
        target = _TARGETS.get(self.target_type, self.target_type.lower() or "specific")
        display = self.channel or self.team or self.service or self.account
        config = ActionTarget(
            target_type=target, target_identifier=self.target_identifier, target_display=display
        )
        return Action(type=_ACTIONS.get(self.kind, self.kind), config=config)

    def _terms(self) -> dict[str, Any]:
        terms = {
            "value": _number(self.value),
            "interval": self.interval,
            "comparisonInterval": self.comparison_interval,
            "comparisonType": self.comparison_type,
            "time": self.time,
            "key": self.key,
            "attribute": self.attribute,
            "match": self.match,
            "level": _number(self.level),
            "include": self.include,
            "targetType": self.target_type,
            "targetIdentifier": self.target_identifier,
        }
        return {name: value for name, value in terms.items() if value not in {"", None}}


_TARGETS: Mapping[str, str] = MappingProxyType(
    {"IssueOwners": "issue_owners", "Member": "user", "Team": "team"}
)


class Trouble(Reply):
    """Something that is wrong with a rule."""

    detail: str = ""


class AlertRule(Reply):
    """An issue alert rule, as Sentry sends it. `last_triggered` comes with the details alone."""

    id: str
    name: str = ""
    projects: tuple[str, ...] = ()
    environment: Untrusted = Untrusted()
    owner: str = ""
    action_match: str = "any"
    filter_match: str = "all"
    frequency: int | None = None
    conditions: tuple[RulePart, ...] = ()
    filters: tuple[RulePart, ...] = ()
    actions: tuple[RulePart, ...] = ()
    status: str = "active"
    snooze: bool = False
    date_created: datetime | None = None
    last_triggered: datetime | None = None
    disable_reason: str = ""
    errors: tuple[Trouble, ...] = ()

    def as_workflow(self) -> Workflow:
        """Read it as the alert that replaces it."""
        triggers = [part.as_condition() for part in self.conditions]
        filters = [part.as_condition() for part in self.filters]
        actions = [part.as_action() for part in self.actions]
        told: dict[str, Any] = {
            "triggers": ConditionGroup(logic_type=self.action_match, conditions=tuple(triggers)),
            "action_filters": (
                ConditionGroup(
                    logic_type=self.filter_match,
                    conditions=tuple(filters),
                    actions=tuple(actions),
                ),
            ),
            "config": WorkflowConfig(frequency=self.frequency),
            "enabled": self.status == "active",
            "muted": self.snooze,
            "trouble": "; ".join(filter(None, (error.detail for error in self.errors))),
        }
        kept = {"id", "name", "environment", "owner", "date_created", "projects"}
        kept |= {"last_triggered"} & self.model_fields_set
        return Workflow(**told, **{name: getattr(self, name) for name in kept})


class AlertRules:
    """What one can ask about issue alert rules."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self, org: str, project: str, *, per_page: int = PER_PAGE, cursor: str = ""
    ) -> Page[AlertRule]:
        """List the rules of a project.

        https://docs.sentry.io/api/alerts/list-a-projects-issue-alert-rules/

        Raises:
            Gone: Sentry has retired the route, or switches it off for some minutes.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            AlertRule,
            path("projects", org, project, "rules"),
            cursor=cursor,
            fresh_for=MINUTE,
            per_page=per_page,
        )

    async def get(self, org: str, project: str, rule: str) -> AlertRule:
        """Read one rule, with when it last fired.

        https://docs.sentry.io/api/alerts/retrieve-an-issue-alert-rule-for-a-project/

        Raises:
            Gone: Sentry has retired the route, or switches it off for some minutes.
            SentryError: As `errors` draws them.
        """
        return await self._api.get(
            AlertRule,
            path("projects", org, project, "rules", rule),
            fresh_for=MINUTE,
            expand=["lastTriggered"],
        )


def _number(value: Any) -> Any:
    """Read numbers that came as text: a level is one, a tag's value may be one and stays text."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value
