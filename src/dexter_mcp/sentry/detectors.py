"""Monitors of today: what raises issues, and alerts listen to.

Sentry's API calls one a detector. Each project has two that come with it (`error` for errors,
`issue_stream` for whatever becomes an issue there); the others are thresholds of a metric, cron
jobs and uptime checks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from dexter_mcp.sentry.api import MINUTE, MOMENT, Api
from dexter_mcp.sentry.issues import Assignee, Issue
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path
from dexter_mcp.sentry.workflows import PER_PAGE, ConditionGroup

Sort = Literal[
    "name",
    "-name",
    "id",
    "-id",
    "type",
    "-type",
    "connectedWorkflows",
    "-connectedWorkflows",
    "latestGroup",
    "-latestGroup",
    "openIssues",
    "-openIssues",
]

ERRORS = "error"
ISSUES = "issue_stream"
METRIC = "metric_issue"
CRON = "monitor_check_in_failure"
UPTIME = "uptime_domain_failure"
BUILT_IN = frozenset({ERRORS, ISSUES})
"""The types that every project has one of."""


class SnubaQuery(Reply):
    """What a metric monitor measures; `time_window` is in seconds."""

    dataset: str = ""
    query: str = ""
    aggregate: str = ""
    time_window: float = 0
    environment: Untrusted = Untrusted()
    event_types: tuple[str, ...] = ()


class Source(Reply):
    """What a monitor looks at: a query, or a cron job, which may be muted."""

    snuba_query: SnubaQuery | None = None
    is_muted: bool = False


class DataSource(Reply):
    """Where a monitor's data comes from; without `query_obj` there is none any more."""

    type: str = ""
    query_obj: Source | None = None


class DetectorConfig(Reply):
    """How the number is judged: `comparison_delta` is how many seconds back it is compared with."""

    detection_type: str = "static"
    comparison_delta: float | None = None


class Detector(Reply):
    """A monitor.

    The conditions' results are severities; see `Condition`. `alert_rule_id` is the metric alert
    rule that it was before. Only the rule of an older server has actions in `condition_group`,
    `muted`, and `projects` (slugs).
    """

    id: str
    project_id: str = ""
    name: str = ""
    type: str = ""
    description: str = ""
    enabled: bool = True
    owner: Assignee | None = None
    created_by: str = ""
    workflow_ids: tuple[str, ...] = ()
    date_created: datetime | None = None
    date_updated: datetime | None = None
    config: DetectorConfig = DetectorConfig()
    data_sources: tuple[DataSource, ...] = ()
    condition_group: ConditionGroup | None = None
    latest_group: Issue | None = None
    open_issues: int | None = None
    alert_rule_id: str = ""
    muted: bool = False
    projects: tuple[str, ...] = ()

    @property
    def measures(self) -> SnubaQuery | None:
        """Find the query of a metric monitor."""
        sources = (source.query_obj for source in self.data_sources if source.query_obj)
        return next((source.snuba_query for source in sources if source.snuba_query), None)

    @property
    def is_muted(self) -> bool:
        """Tell whether it makes no issues for now: a muted cron job does not."""
        return self.muted or any(
            source.query_obj.is_muted for source in self.data_sources if source.query_obj
        )


class PeriodActivity(Reply):
    """A step in an open period: `opened`, `status_change` to a severity, `closed`."""

    type: str = ""
    value: str = ""
    date_created: datetime | None = None


class OpenPeriod(Reply):
    """A time during which a monitor's issue was open: once that it fired."""

    id: str = ""
    start: datetime | None = None
    end: datetime | None = None
    is_open: bool = False
    activities: tuple[PeriodActivity, ...] = ()


class Detectors:
    """What one can ask about monitors."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        query: str = "",
        project: Sequence[str] = ("-1",),
        ids: Sequence[str] = (),
        sort_by: Sort | None = None,
        per_page: int = PER_PAGE,
        cursor: str = "",
    ) -> Page[Detector]:
        """List monitors, those included that come with a project.

        `query` is text, or `type:metric`, `assignee:me`.
        https://docs.sentry.io/api/monitors/

        Raises:
            Invalid: The cursor belongs to another query.
            NotFound: The organization is not visible, or the server is older than these monitors.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            Detector,
            path("organizations", org, "detectors"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            project=project,
            id=ids,
            sortBy=sort_by,
            per_page=per_page,
        )

    async def get(self, org: str, detector: str) -> Detector:
        """Read one monitor.

        https://docs.sentry.io/api/monitors/
        """
        return await self._api.get(
            Detector, path("organizations", org, "detectors", detector), fresh_for=MINUTE
        )

    async def open_periods(
        self, org: str, detector: str, *, per_page: int = 10
    ) -> Page[OpenPeriod]:
        """List the times when a monitor's latest issue was open, the newest first.

        Unpublished; Sentry's own pages use it.
        """
        return await self._api.page(
            OpenPeriod,
            path("organizations", org, "open-periods"),
            fresh_for=MOMENT,
            detectorId=detector,
            per_page=per_page,
        )
