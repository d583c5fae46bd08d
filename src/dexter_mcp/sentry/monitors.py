"""Cron monitors: jobs that are to run on time, and what they said when they did.

An SDK may set one up by itself as it checks in, so that its name, its slug and
the names of its environments are a stranger's.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, field_validator

from dexter_mcp.sentry.api import MINUTE, MOMENT, Api
from dexter_mcp.sentry.issues import Assignee, ProjectRef
from dexter_mcp.sentry.json_types import is_array
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

Resolution = Literal["1h", "1d"]

OK = "ok"
ERROR = "error"
TIMEOUT = "timeout"
MISSED_CHECK_IN = "missed_checkin"
FAILING = frozenset({ERROR, TIMEOUT, MISSED_CHECK_IN})
"""The states of an environment in which something is wrong."""


class MonitorConfig(Reply):
    """When a job is due. Margin and longest run are in minutes, the thresholds in check-ins.

    `schedule` is a crontab, or else a number and its unit (minute, hour, day, week, month, year).
    """

    schedule_type: str = Field(default="", alias="schedule_type")
    schedule: tuple[str, ...] = ()
    checkin_margin: int | None = Field(default=None, alias="checkin_margin")
    max_runtime: int | None = Field(default=None, alias="max_runtime")
    timezone: str = ""
    failure_issue_threshold: int | None = Field(default=None, alias="failure_issue_threshold")
    recovery_threshold: int | None = Field(default=None, alias="recovery_threshold")

    @field_validator("schedule", mode="before")
    @classmethod
    def _parts(cls, value: Any) -> Any:
        return [str(part) for part in value] if is_array(value) else [value]


class Incident(Reply):
    """A time in which a job was in trouble."""

    starting_timestamp: datetime | None = None
    resolving_timestamp: datetime | None = None


class MonitorEnvironment(Reply):
    """A job in one environment.

    `next_check_in_latest` is when the next run counts as missed; a missed run is no check-in.
    """

    name: Untrusted = Untrusted()
    status: str = ""
    is_muted: bool = False
    last_check_in: datetime | None = None
    next_check_in: datetime | None = None
    next_check_in_latest: datetime | None = None
    active_incident: Incident | None = None


class Monitor(Reply):
    """A cron monitor. Sentry describes its environments as an object, and sends a list."""

    id: str
    slug: Untrusted = Untrusted()
    name: Untrusted = Untrusted()
    status: str = ""
    is_muted: bool = False
    config: MonitorConfig = MonitorConfig()
    date_created: datetime | None = None
    project: ProjectRef = ProjectRef()
    environments: tuple[MonitorEnvironment, ...] = ()
    owner: Assignee | None = None


class CheckIn(Reply):
    """What a job said of a run, or that it said nothing (`missed`); `duration` is in ms."""

    id: str
    environment: Untrusted = Untrusted()
    status: str = ""
    duration: float | None = None
    date_added: datetime | None = None
    date_in_progress: datetime | None = None
    expected_time: datetime | None = None


class MonitorStats(Reply):
    """Check-ins of a slot of time by what became of them; `ts` in epoch seconds, duration in ms."""

    ts: float
    ok: int = 0
    error: int = 0
    missed: int = 0
    timeout: int = 0
    duration: float | None = None


class Monitors:
    """What one can ask about cron monitors.

    Their slugs belong to a project: where two have the same, `project` says which is meant.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        query: str = "",
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        owner: Sequence[str] = (),
        per_page: int = 100,
        cursor: str = "",
    ) -> Page[Monitor]:
        """List cron monitors, those in trouble first; `query` is part of a name or slug.

        https://docs.sentry.io/api/crons/retrieve-monitors-for-an-organization/

        Raises:
            Invalid: The cursor belongs to another query.
            NotFound: The organization or an environment is not visible.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            Monitor,
            path("organizations", org, "monitors"),
            cursor=cursor,
            fresh_for=MOMENT,
            query=query or None,
            project=project,
            environment=environment,
            owner=owner,
            per_page=per_page,
        )

    async def get(
        self, org: str, monitor: str, *, project: str = "", environment: Sequence[str] = ()
    ) -> Monitor:
        """Read one cron monitor, by slug or id.

        https://docs.sentry.io/api/crons/retrieve-a-monitor/
        https://docs.sentry.io/api/crons/retrieve-a-monitor-for-a-project/
        """
        return await self._api.get(
            Monitor, _place(org, project, monitor), fresh_for=MOMENT, environment=environment
        )

    async def check_ins(
        self,
        org: str,
        monitor: str,
        *,
        project: str = "",
        environment: Sequence[str] = (),
        stats_period: str = "",
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[CheckIn]:
        """List a monitor's check-ins, newest first; missed ones are among them.

        https://docs.sentry.io/api/crons/retrieve-check-ins-for-a-monitor/
        https://docs.sentry.io/api/crons/retrieve-check-ins-for-a-monitor-by-project/
        """
        return await self._api.page(
            CheckIn,
            _place(org, project, monitor, "checkins"),
            cursor=cursor,
            fresh_for=MOMENT,
            environment=environment,
            statsPeriod=stats_period or None,
            per_page=per_page,
        )

    async def stats(
        self,
        org: str,
        monitor: str,
        *,
        since: float,
        until: float,
        resolution: Resolution = "1d",
        project: str = "",
        environment: Sequence[str] = (),
    ) -> tuple[MonitorStats, ...]:
        """Count check-ins by slot; the moments are epoch seconds.

        Unpublished; Sentry's own pages use it.
        """
        return await self._api.get(
            tuple[MonitorStats, ...],
            _place(org, project, monitor, "stats"),
            fresh_for=MINUTE,
            since=round(since),
            until=round(until),
            resolution=resolution,
            environment=environment,
        )


def _place(org: str, project: str, monitor: str, *below: str) -> str:
    home = ("projects", org, project) if project else ("organizations", org)
    return path(*home, "monitors", monitor, *below)
