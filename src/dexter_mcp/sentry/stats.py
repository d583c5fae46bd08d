"""Usage: what was sent to Sentry, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.endpoints import USAGE
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

GroupBy = Literal["outcome", "category", "reason", "project"]
Quantity = Literal["sum(quantity)", "sum(times_seen)"]

QUANTITY: Final = "sum(quantity)"
"""What counts towards the quota: bytes of attachments, seconds of profiles, else how many."""


class UsageBy(Reply):
    """What a group has in common; empty where it was not grouped by. SDKs send reasons as well."""

    outcome: str = ""
    category: str = ""
    reason: Untrusted = Untrusted()
    project: str = ""


class UsageGroup(Reply):
    """Some of what was sent: totals and series by field; no series by project."""

    by: UsageBy = UsageBy()
    totals: dict[str, int] = Field(default_factory=dict)
    series: dict[str, tuple[int, ...]] = Field(default_factory=dict)

    @property
    def quantity(self) -> int:
        """How much it was."""
        return self.totals.get(QUANTITY, 0)


class Usage(Reply):
    """What was sent in a time, in groups."""

    start: datetime | None = None
    end: datetime | None = None
    intervals: tuple[datetime, ...] = ()
    groups: tuple[UsageGroup, ...] = ()


class CategoryTotals(Reply):
    """How much of a category was sent, and how much of it was dropped."""

    dropped: int = 0
    quantity: int = Field(default=0, alias="sum(quantity)")


class CategoryUsage(Reply):
    """What became of one category in a project."""

    category: str = ""
    outcomes: dict[str, int] = Field(default_factory=dict)
    totals: CategoryTotals = CategoryTotals()


class ProjectUsage(Reply):
    """What became of what a project sent."""

    id: str = ""
    slug: str = ""
    stats: tuple[CategoryUsage, ...] = ()


class UsageSummary(Reply):
    """What was sent in a time, by project."""

    start: datetime | None = None
    end: datetime | None = None
    projects: tuple[ProjectUsage, ...] = ()


class Stats:
    """What one can ask about usage."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def usage(
        self,
        org: str,
        *,
        group_by: Sequence[GroupBy],
        field: Quantity = QUANTITY,
        category: str = "",
        outcome: str = "",
        reason: str = "",
        project: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
        interval: str = "",
    ) -> Usage:
        """Add up what was sent, in groups, with series unless by project.

        `project` holds numbers; without any, groups are of the whole organization.
        https://docs.sentry.io/api/organizations/retrieve-event-counts-for-an-organization-v2/

        Raises:
            Rejected: Sentry does not know a category or an outcome; the message says which.
            SentryError: As `errors` draws them.
        """
        return await self._api.get(
            Usage,
            path("organizations", org, "stats_v2"),
            fresh_for=MINUTE,
            bucket=USAGE,
            groupBy=group_by,
            field=field,
            category=category or None,
            outcome=outcome or None,
            reason=reason or None,
            project=project,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
            interval=interval or None,
        )

    async def summary(
        self,
        org: str,
        *,
        field: Quantity = QUANTITY,
        category: str = "",
        outcome: str = "",
        project: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
    ) -> UsageSummary:
        """Add up what was sent, by project, category and outcome.

        https://docs.sentry.io/api/organizations/retrieve-an-organizations-events-count-by-project/
        """
        return await self._api.get(
            UsageSummary,
            path("organizations", org, "stats-summary"),
            fresh_for=MINUTE,
            field=field,
            category=category or None,
            outcome=outcome or None,
            project=project,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
        )

    async def of_project(
        self,
        org: str,
        project: str,
        *,
        stat: Literal["received", "rejected", "blacklisted", "generated"] = "received",
        since: int | None = None,
        until: int | None = None,
        resolution: Literal["10s", "1h", "1d"] = "1h",
    ) -> tuple[tuple[int, int], ...]:
        """Count the errors of a project over time, as pairs of epoch seconds and a count. Legacy.

        https://docs.sentry.io/api/projects/retrieve-event-counts-for-a-project/
        """
        return await self._api.get(
            tuple[tuple[int, int], ...],
            path("projects", org, project, "stats"),
            fresh_for=MINUTE,
            stat=stat,
            since=since,
            until=until,
            resolution=resolution,
        )
