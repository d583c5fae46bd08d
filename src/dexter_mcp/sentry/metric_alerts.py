"""Metric alert rules and their incidents, which older servers have in place of metric monitors.

A rule is read as the detector that replaces it, so that nobody else needs to know of two
generations: minutes become seconds, triggers conditions with a severity.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from dexter_mcp.sentry.api import MINUTE, MOMENT, Api
from dexter_mcp.sentry.detectors import (
    METRIC,
    DataSource,
    Detector,
    DetectorConfig,
    OpenPeriod,
    PeriodActivity,
    SnubaQuery,
    Source,
)
from dexter_mcp.sentry.issues import Assignee
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path
from dexter_mcp.sentry.workflows import PER_PAGE, Action, ActionTarget, Condition, ConditionGroup

_MINUTE = 60
_ENABLED = 0
_BELOW = 1
_CLOSED = 2
_WHOLE = 100
_SEVERITIES: Mapping[str, int] = MappingProxyType({"critical": 75, "warning": 50})
_STATUSES: Mapping[int, str] = MappingProxyType({10: "medium", 20: "high"})
_RESOLVED = 0


class TriggerAction(Reply):
    """Whom a trigger tells. `desc` is Sentry's own words."""

    id: str = ""
    type: str = ""
    target_type: str = ""
    target_identifier: str = ""
    input_channel_id: str = ""
    desc: str = ""

    def as_action(self) -> Action:
        """Read it as the action that replaces it."""
        config = ActionTarget(
            target_type=self.target_type, target_identifier=self.target_identifier
        )
        return Action(id=self.id, type=self.type, config=config)


class Trigger(Reply):
    """A threshold and what happens past it."""

    label: str = ""
    alert_threshold: float | None = None
    resolve_threshold: float | None = None
    actions: tuple[TriggerAction, ...] = ()


class RuleRef(Reply):
    """The rule of an incident."""

    id: str = ""


class Incident(Reply):
    """A time during which a metric was past a threshold.

    `status` is 1 open, 2 closed, 10 warning, 20 critical.
    """

    id: str
    identifier: str = ""
    projects: tuple[str, ...] = ()
    alert_rule: RuleRef = RuleRef()
    status: int = 1
    date_started: datetime | None = None
    date_closed: datetime | None = None

    def as_period(self) -> OpenPeriod:
        """Read it as the open period that replaces it."""
        severity = PeriodActivity(type="opened", value=_STATUSES.get(self.status, ""))
        return OpenPeriod(
            id=self.identifier or self.id,
            start=self.date_started,
            end=self.date_closed,
            is_open=self.status != _CLOSED and self.date_closed is None,
            activities=(severity,),
        )


class MetricAlertRule(Reply):
    """A metric alert rule, as Sentry sends it; `time_window` and `comparison_delta` in minutes."""

    id: str
    name: str = ""
    status: int = _ENABLED
    projects: tuple[str, ...] = ()
    environment: Untrusted = Untrusted()
    owner: str = ""
    dataset: str = ""
    event_types: tuple[str, ...] = ()
    query: str = ""
    aggregate: str = ""
    time_window: float = 0
    threshold_type: int = 0
    resolve_threshold: float | None = None
    comparison_delta: float | None = None
    detection_type: str = "static"
    triggers: tuple[Trigger, ...] = ()
    date_created: datetime | None = None
    date_modified: datetime | None = None
    snooze: bool = False

    def as_detector(self) -> Detector:
        """Read it as the monitor that replaces it, with its actions among the conditions."""
        kind, _, number = self.owner.partition(":")
        delta = None if self.comparison_delta is None else self.comparison_delta * _MINUTE
        return Detector(
            id=self.id,
            name=self.name,
            type=METRIC,
            enabled=self.status == _ENABLED,
            owner=Assignee(type=kind, id=number) if number else None,
            config=DetectorConfig(detection_type=self.detection_type, comparison_delta=delta),
            data_sources=(DataSource(query_obj=Source(snuba_query=self._query())),),
            condition_group=ConditionGroup(
                conditions=tuple(self._conditions()), actions=tuple(self._actions())
            ),
            date_created=self.date_created,
            date_updated=self.date_modified,
            muted=self.snooze,
            projects=self.projects,
        )

    def _query(self) -> SnubaQuery:
        return SnubaQuery(
            dataset=self.dataset,
            query=self.query,
            aggregate=self.aggregate,
            time_window=self.time_window * _MINUTE,
            environment=self.environment,
            event_types=self.event_types,
        )

    def _conditions(self) -> Iterator[Condition]:
        beyond, back = ("lt", "gte") if self.threshold_type == _BELOW else ("gt", "lte")
        if self.detection_type == "dynamic":
            beyond = "anomaly_detection"
        for trigger in self.triggers:
            severity = _SEVERITIES.get(trigger.label)
            limit = self._as_held(trigger.alert_threshold)
            yield Condition(type=beyond, comparison=limit, condition_result=severity)
        if self.resolve_threshold is not None:
            limit = self._as_held(self.resolve_threshold)
            yield Condition(type=back, comparison=limit, condition_result=_RESOLVED)

    def _as_held(self, limit: float | None) -> float | None:
        """Read a change as monitors hold it: a rule has 50 for half as much again, or half."""
        if limit is None or self.detection_type != "percent":
            return limit
        return _WHOLE - limit if self.threshold_type == _BELOW else _WHOLE + limit

    def _actions(self) -> Iterator[Action]:
        return (action.as_action() for trigger in self.triggers for action in trigger.actions)


class MetricAlerts:
    """What one can ask about metric alert rules."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        project: Sequence[str] = (),
        per_page: int = PER_PAGE,
        cursor: str = "",
    ) -> Page[MetricAlertRule]:
        """List the metric alert rules of an organization.

        https://docs.sentry.io/api/alerts/list-an-organizations-metric-alert-rules/

        Raises:
            Gone: Sentry has retired the route, or switches it off for some minutes.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            MetricAlertRule,
            path("organizations", org, "alert-rules"),
            cursor=cursor,
            fresh_for=MINUTE,
            project=project,
            per_page=per_page,
        )

    async def get(self, org: str, rule: str) -> MetricAlertRule:
        """Read one metric alert rule.

        https://docs.sentry.io/api/alerts/retrieve-a-metric-alert-rule-for-an-organization/

        Raises:
            Gone: Sentry has retired the route, or switches it off for some minutes.
            SentryError: As `errors` draws them.
        """
        return await self._api.get(
            MetricAlertRule, path("organizations", org, "alert-rules", rule), fresh_for=MINUTE
        )

    async def incidents(
        self, org: str, *, rule: str = "", project: Sequence[str] = (), per_page: int = 10
    ) -> Page[Incident]:
        """List when metric alert rules fired, the newest first.

        Unpublished; Sentry's own pages used it.
        """
        return await self._api.page(
            Incident,
            path("organizations", org, "incidents"),
            fresh_for=MOMENT,
            alertRule=rule or None,
            project=project,
            per_page=per_page,
        )
