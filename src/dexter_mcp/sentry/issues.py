"""Issues: events that are the same problem, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from dexter_mcp.sentry import endpoints, issue_dialect
from dexter_mcp.sentry.api import FOR_GOOD, MOMENT, Api
from dexter_mcp.sentry.batches import Batched, in_batches
from dexter_mcp.sentry.external_issues import Annotation, ExternalIssue
from dexter_mcp.sentry.identity import User
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

Sort = Literal["date", "new", "freq", "user", "trends", "recommended", "inbox"]
Expand = Literal[
    "inbox",
    "integrationIssues",
    "latestEventHasAttachments",
    "owners",
    "sentryAppIssues",
    "sessions",
]
DetailExpand = Literal[
    "forecast",
    "inbox",
    "integrationIssues",
    "latestEventHasAttachments",
    "owners",
    "sentryAppIssues",
]
Collapse = Literal["base", "filtered", "lifetime", "stats", "unhandled"]

AT_ONCE = 100
"""Issues that Sentry lists at once."""
COUNTED_AT_ONCE = 25
"""Issues whose events Sentry counts at once."""

Series = tuple[tuple[float, float], ...]
"""Pairs of epoch seconds and a count."""


class ProjectRef(Reply):
    """The project of an issue."""

    id: str = ""
    slug: str = ""
    name: str = ""
    platform: str = ""


class Assignee(Reply):
    """Who is to look after an issue."""

    type: str = ""
    id: str = ""
    name: str = ""
    email: str = ""


class Metadata(Reply):
    """What an issue is named after; all of it comes from events."""

    type: Untrusted = Untrusted()
    value: Untrusted = Untrusted()
    filename: Untrusted = Untrusted()
    function: Untrusted = Untrusted()
    title: Untrusted = Untrusted()
    message: Untrusted = Untrusted()
    name: Untrusted = Untrusted()
    contact_email: Untrusted = Field(default=Untrusted(), alias="contact_email")


class Owner(Reply):
    """Who owns an issue by rule, and by which one."""

    type: str = ""
    owner: str = ""


class Activity(Reply):
    """Something that was done to an issue."""

    id: str = ""
    type: str = ""
    user: User | None = None
    data: dict[str, Untrusted] = Field(default_factory=dict)
    date_created: datetime | None = None


class ReleaseRef(Reply):
    """A release as an issue refers to it. Its version comes with events."""

    version: Untrusted = Untrusted()
    short_version: Untrusted = Untrusted()
    date_created: datetime | None = None
    date_released: datetime | None = None


class TagKey(Reply):
    """A tag that events of an issue have."""

    key: Untrusted
    name: Untrusted = Untrusted()
    total_values: int = 0
    unique_values: int | None = None


class Subset(Reply):
    """The counts of an issue within a search's filters."""

    count: int = 0
    user_count: int = 0
    first_seen: datetime | None = None
    last_seen: datetime | None = None


class Issue(Reply):
    """An issue, as lists and lookups give it.

    `count`, `user_count`, `first_seen` and `last_seen` are of the period asked for in a list, of
    the issue's whole life in a lookup and in `lifetime`. `stats` is keyed by `24h`, `14d`, `30d`
    or `auto`.
    """

    id: str
    short_id: str = ""
    title: Untrusted = Untrusted()
    culprit: Untrusted = Untrusted()
    permalink: str = ""
    logger: Untrusted = Untrusted()
    level: str = ""
    status: str = ""
    substatus: str = ""
    status_details: dict[str, Untrusted] = Field(default_factory=dict)
    platform: str = ""
    priority: str = ""
    seer_fixability_score: float | None = None
    project: ProjectRef = ProjectRef()
    type: str = ""
    issue_type: str = ""
    issue_category: str = ""
    metadata: Metadata = Metadata()
    num_comments: int = 0
    assigned_to: Assignee | None = None
    is_bookmarked: bool = False
    is_subscribed: bool = False
    is_unhandled: bool = False
    annotations: tuple[Annotation, ...] = ()
    count: int = 0
    user_count: int = 0
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    stats: dict[str, Series] = Field(default_factory=dict)
    lifetime: Subset | None = None
    filtered: Subset | None = None
    owners: tuple[Owner, ...] = ()
    integration_issues: tuple[ExternalIssue, ...] = ()
    sentry_app_issues: tuple[ExternalIssue, ...] = ()
    first_release: ReleaseRef | None = None
    last_release: ReleaseRef | None = None
    tags: tuple[TagKey, ...] = ()
    activity: tuple[Activity, ...] = ()
    participants: tuple[User, ...] = ()
    seen_by: tuple[User, ...] = ()
    user_report_count: int = 0


class IssueStats(Subset):
    """How often an issue happened: in the period asked for, in its life, and within a query."""

    id: str
    stats: dict[str, Series] = Field(default_factory=dict)
    lifetime: Subset | None = None
    filtered: Subset | None = None


class ShortId(Reply):
    """What a short id stands for."""

    organization_slug: str = ""
    project_slug: str = ""
    group_id: str
    short_id: str = ""


class Note(Reply):
    """A comment of a member."""

    id: str = ""
    user: User | None = None
    data: dict[str, Untrusted] = Field(default_factory=dict)
    date_created: datetime | None = None


class ActivityLog(Reply):
    """An issue's history, newest first."""

    activity: tuple[Activity, ...] = ()


class Issues:
    """What one can ask about issues."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def search(
        self,
        org: str,
        *,
        query: str = "is:unresolved",
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
        sort: Sort = "date",
        limit: int = 25,
        cursor: str = "",
        expand: Sequence[Expand] = (),
        collapse: Sequence[Collapse] = (),
        group_stats_period: Literal["", "24h", "14d", "auto"] = "24h",
        short_id_lookup: bool | None = None,
        view_id: str = "",
        group: Sequence[str] = (),
    ) -> Page[Issue]:
        """Search issues across projects.

        An empty `query` finds everything, resolved issues too. `project` holds numbers (older
        servers know no slugs) and `-1` for all that the token can see; none means those that its
        user is a member of. `group` picks issues by number.
        https://docs.sentry.io/api/events/list-an-organizations-issues/

        Raises:
            Invalid: The cursor belongs to another query.
            Rejected: Sentry does not understand the query; the message says why.
            SentryError: As `errors` draws them.
        """
        return await issue_dialect.search(
            self._api,
            Issue,
            path("organizations", org, "issues"),
            cursor=cursor,
            how={"fresh_for": MOMENT, "bucket": endpoints.ISSUE_LIST},
            query=query,
            project=project,
            environment=environment,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
            sort=sort,
            limit=limit,
            expand=expand,
            collapse=collapse,
            groupStatsPeriod=group_stats_period,
            shortIdLookup=short_id_lookup,
            viewId=view_id or None,
            group=group,
        )

    async def get(
        self,
        org: str,
        issue: str,
        *,
        environment: Sequence[str] = (),
        expand: Sequence[DetailExpand] = (),
        collapse: Sequence[Literal["release", "stats", "tags"]] = (),
    ) -> Issue:
        """Read one issue, by number or short id, with its stats, tags, activity and releases.

        The number of a merged issue gives the one that it was merged into.
        https://docs.sentry.io/api/events/retrieve-an-issue/
        """
        return await self._api.get(
            Issue,
            path("organizations", org, "issues", issue),
            fresh_for=MOMENT,
            bucket=endpoints.ISSUE,
            environment=environment,
            expand=expand,
            collapse=collapse,
        )

    async def many(
        self, org: str, ids: Sequence[str], *, collapse: Sequence[Collapse] = ()
    ) -> Batched[Issue]:
        """Read issues by number, a hundred with each request; keyed by the number.

        One that is gone, merged into another or out of sight is missing from the result.
        """

        async def read(group: Sequence[str]) -> dict[str, Issue]:
            page = await self.search(
                org, query="", project=["-1"], group=group, limit=AT_ONCE, collapse=collapse
            )
            return {issue.id: issue for issue in page.items}

        return await in_batches(read, ids, AT_ONCE)

    async def stats(
        self, org: str, ids: Sequence[str], *, stats_period: str = "", query: str = ""
    ) -> Batched[IssueStats]:
        """Count the events of issues by number, 25 with each request; keyed by the number.

        Unpublished; Sentry's own list of issues fills in its counts with it.
        """

        async def read(groups: Sequence[str]) -> dict[str, IssueStats]:
            told = await self._api.get(
                list[IssueStats],
                path("organizations", org, "issues-stats"),
                fresh_for=MOMENT,
                bucket=endpoints.ISSUE_COUNTS,
                project=["-1"],
                groups=groups,
                statsPeriod=stats_period or None,
                query=query or None,
            )
            return {each.id: each for each in told}

        return await in_batches(read, ids, COUNTED_AT_ONCE)

    async def of_project(
        self,
        org: str,
        project: str,
        *,
        query: str = "is:unresolved",
        stats_period: Literal["", "24h", "14d"] = "24h",
        sort: Literal["date", "new", "trends", "freq", "user", "inbox"] = "date",
        limit: int = 25,
        cursor: str = "",
    ) -> Page[Issue]:
        """Search the issues of one project. Deprecated: `search` with `project` replaces it.

        https://docs.sentry.io/api/events/list-a-projects-issues/
        """
        return await self._api.page(
            Issue,
            path("projects", org, project, "issues"),
            cursor=cursor,
            fresh_for=MOMENT,
            query=query,
            statsPeriod=stats_period,
            sort=sort,
            limit=limit,
        )

    async def by_short_id(
        self, org: str, short_id: str, *, collapse: Sequence[Collapse] = ()
    ) -> ShortId:
        """Find what a short id such as `SHOP-2K7` stands for.

        https://docs.sentry.io/api/organizations/resolve-a-short-id/
        """
        return await self._api.get(
            ShortId,
            path("organizations", org, "shortids", short_id),
            fresh_for=FOR_GOOD,
            collapse=collapse,
        )

    async def activities(self, org: str, issue: str) -> tuple[Activity, ...]:
        """Read an issue's history, newest first. Unpublished; Sentry's own pages use it."""
        log = await self._api.get(
            ActivityLog, path("organizations", org, "issues", issue, "activities"), fresh_for=MOMENT
        )
        return log.activity

    async def notes(self, org: str, issue: str, *, cursor: str = "") -> Page[Note]:
        """List the comments on an issue, newest first. Unpublished; Sentry's own pages use it."""
        return await self._api.page(
            Note,
            path("organizations", org, "issues", issue, "notes"),
            cursor=cursor,
            fresh_for=MOMENT,
        )
