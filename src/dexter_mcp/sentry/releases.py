"""Releases: what was shipped, when, by whom, and how it fares."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from dexter_mcp.sentry.api import HOUR, MINUTE, Api
from dexter_mcp.sentry.commits import Author, Commit
from dexter_mcp.sentry.identity import User
from dexter_mcp.sentry.issues import Issue, Series
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

Sort = Literal[
    "date", "semver", "adoption", "sessions", "users", "crash_free_sessions", "crash_free_users"
]
Status = Literal["open", "archived"]
StatsPeriod = Literal["1h", "24h", "1d", "48h", "2d", "7d", "14d", "30d", "90d"]

_BY_HEALTH = frozenset({"sessions", "users", "crash_free_sessions", "crash_free_users"})
"""Orders that Sentry knows only where a release of two projects takes two rows."""
_MOST = 100


class Deploy(Reply):
    """When a release came into an environment."""

    id: str = ""
    environment: Untrusted = Untrusted()
    name: str = ""
    url: str = ""
    date_started: datetime | None = None
    date_finished: datetime | None = None


class Health(Reply):
    """How the sessions of a release went in one project, over the summary period.

    Rates and adoption are per cent, from 0 to 100; adoption is that of the last 24 hours. `stats`
    holds sessions or users over time, keyed by the period.
    """

    crash_free_users: float | None = None
    crash_free_sessions: float | None = None
    total_users: int | None = None
    total_users_24h: int | None = Field(default=None, alias="totalUsers24h")
    total_sessions: int | None = None
    total_sessions_24h: int | None = Field(default=None, alias="totalSessions24h")
    adoption: float | None = None
    sessions_adoption: float | None = None
    sessions_crashed: int = 0
    sessions_errored: int = 0
    has_health_data: bool = False
    stats: dict[str, Series] = Field(default_factory=dict)


class ReleaseProject(Reply):
    """A project that a release belongs to, and how the release fares there."""

    id: str = ""
    slug: str = ""
    name: str = ""
    platform: str = ""
    new_groups: int = 0
    has_health_data: bool = False
    health_data: Health | None = None


class AdoptionStage(Reply):
    """How far a release has spread in a project: `low_adoption`, `adopted` or `replaced`."""

    stage: str = ""
    adopted: datetime | None = None
    unadopted: datetime | None = None


class Neighbours(Reply):
    """The releases around one in its project; Sentry gives them when asked about one project."""

    prev_release_version: Untrusted = Untrusted()
    next_release_version: Untrusted = Untrusted()


class Release(Reply):
    """A version of one or several projects. Its name comes with events, so strangers may make one.

    `new_groups` counts the issues first seen in it, where the server tells. Health is there only
    when it was asked for.
    """

    version: Untrusted
    id: str = ""
    short_version: Untrusted = Untrusted()
    status: str = ""
    ref: Untrusted = Untrusted()
    url: Untrusted = Untrusted()
    date_released: datetime | None = None
    date_created: datetime | None = None
    new_groups: int | None = None
    commit_count: int = 0
    deploy_count: int = 0
    last_deploy: Deploy | None = None
    first_event: datetime | None = None
    last_event: datetime | None = None
    authors: tuple[User, ...] = ()
    projects: tuple[ReleaseProject, ...] = ()
    adoption_stages: dict[str, AdoptionStage] = Field(default_factory=dict)
    current_project_meta: Neighbours | None = None

    @property
    def released(self) -> datetime | None:
        """When it was released, or else made known to Sentry."""
        return self.date_released or self.date_created


class Repository(Reply):
    """Where a commit was made."""

    name: str = ""


class ReleaseCommit(Commit):
    """A commit that came with a release, and who wrote it."""

    author: Author = Author()
    repository: Repository = Repository()


class CommitFile(Reply):
    """A file that a commit of a release changed. `type` is A (added), M (modified), D (deleted)."""

    filename: Untrusted = Untrusted()
    type: str = ""
    author: User | None = None
    commit_message: Untrusted = Untrusted()
    repo_name: str = ""


class ReleaseMeta(Reply):
    """What a release consists of, in numbers."""

    version: Untrusted
    new_groups: int = 0
    deploy_count: int = 0
    commit_count: int = 0
    commit_files_changed: int = 0
    release_file_count: int = 0
    is_artifact_bundle: bool = False
    released: datetime | None = None
    projects: tuple[ReleaseProject, ...] = ()


class ThresholdEnvironment(Reply):
    """The environment that a threshold is about."""

    name: Untrusted = Untrusted()


class ThresholdStatus(Reply):
    """Whether a release stays within a limit that its project set for it.

    `value` and `metric_value` are counts or rates, as `threshold_type` says.
    """

    key: Untrusted = Untrusted()
    project_slug: str = ""
    environment: ThresholdEnvironment | None = None
    threshold_type: str = ""
    trigger_type: str = ""
    value: float = 0
    window_in_seconds: int = 0
    is_healthy: bool = False
    metric_value: float | None = None
    start: datetime | None = None
    end: datetime | None = None


class Releases:
    """What one can ask about releases."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        query: str = "",
        stats_period: str = "",
        start: str = "",
        end: str = "",
        sort: Sort = "date",
        status: Status = "open",
        health: bool = False,
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[Release]:
        """List releases, newest first unless sorted otherwise.

        The time range is that of the release; without one, all there are. `health` adds health and
        adoption over the last 14 days. Only `project`, `environment` and `query` are published;
        Sentry's own pages use the rest.
        https://docs.sentry.io/api/releases/list-an-organizations-releases/

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        page = await self._api.page(
            Release,
            path("organizations", org, "releases"),
            cursor=cursor,
            fresh_for=MINUTE,
            project=project,
            environment=environment,
            query=query or None,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
            sort=sort,
            status=status,
            flatten=True if sort in _BY_HEALTH else None,
            health=health or None,
            adoptionStages=health or None,
            per_page=per_page,
        )
        return self._api.capabilities.overlooking(page, query=query, environment=environment)

    async def get(
        self,
        org: str,
        version: str,
        *,
        project: str = "",
        health: bool = False,
        summary_stats_period: StatsPeriod | None = None,
        health_stats_period: StatsPeriod | None = None,
    ) -> Release:
        """Read one release by its full version. `project` is a number, and adds its neighbours.

        https://docs.sentry.io/api/releases/retrieve-an-organizations-release/
        """
        return await self._api.get(
            Release,
            path("organizations", org, "releases", version),
            fresh_for=MINUTE,
            project=project or None,
            health=health or None,
            adoptionStages=health or None,
            summaryStatsPeriod=summary_stats_period,
            healthStatsPeriod=health_stats_period,
        )

    async def meta(self, org: str, version: str) -> ReleaseMeta:
        """Count what a release consists of. Unpublished; Sentry's own pages use it."""
        return await self._api.get(
            ReleaseMeta, path("organizations", org, "releases", version, "meta"), fresh_for=MINUTE
        )

    async def commits(
        self, org: str, version: str, *, per_page: int = _MOST, cursor: str = ""
    ) -> Page[ReleaseCommit]:
        """List the commits of a release, newest first.

        https://docs.sentry.io/api/releases/list-an-organization-releases-commits/
        """
        return await self._api.page(
            ReleaseCommit,
            path("organizations", org, "releases", version, "commits"),
            cursor=cursor,
            fresh_for=HOUR,
            per_page=per_page,
        )

    async def commit_files(self, org: str, version: str) -> tuple[CommitFile, ...]:
        """List the files that the commits of a release changed.

        https://docs.sentry.io/api/releases/retrieve-files-changed-in-a-releases-commits/
        """
        return await self._api.get(
            tuple[CommitFile, ...],
            path("organizations", org, "releases", version, "commitfiles"),
            fresh_for=HOUR,
        )

    async def deploys(self, org: str, version: str, *, cursor: str = "") -> Page[Deploy]:
        """List the deploys of a release, newest first.

        https://docs.sentry.io/api/releases/list-a-releases-deploys/
        """
        return await self._api.page(
            Deploy,
            path("organizations", org, "releases", version, "deploys"),
            cursor=cursor,
            fresh_for=MINUTE,
        )

    async def resolved_issues(
        self, org: str, version: str, *, project: Sequence[str] = ()
    ) -> tuple[Issue, ...]:
        """List the issues resolved in a release. Unpublished; Sentry's own pages use it."""
        return await self._api.get(
            tuple[Issue, ...],
            path("organizations", org, "releases", version, "resolved"),
            fresh_for=MINUTE,
            project=project,
        )

    async def threshold_statuses(
        self,
        org: str,
        *,
        start: str,
        end: str,
        release: Sequence[str] = (),
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
    ) -> dict[str, tuple[ThresholdStatus, ...]]:
        """Tell which releases of a time stayed within their thresholds, by project and version.

        https://docs.sentry.io/api/releases/retrieve-statuses-of-release-thresholds-alpha/
        """
        return await self._api.get(
            dict[str, tuple[ThresholdStatus, ...]],
            path("organizations", org, "release-threshold-statuses"),
            fresh_for=MINUTE,
            start=start,
            end=end,
            release=release,
            project=project,
            environment=environment,
        )

    async def list_of_project(
        self,
        org: str,
        project: str,
        *,
        environment: Sequence[str] = (),
        query: str = "",
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[Release]:
        """List the releases of one project, newest first.

        https://docs.sentry.io/api/releases/list-a-projects-releases/
        """
        return await self._api.page(
            Release,
            path("projects", org, project, "releases"),
            cursor=cursor,
            fresh_for=MINUTE,
            environment=environment,
            query=query or None,
            per_page=per_page,
        )

    async def get_of_project(self, org: str, project: str, version: str) -> Release:
        """Read one release within a project. Unpublished; Sentry's own command line uses it."""
        return await self._api.get(
            Release, path("projects", org, project, "releases", version), fresh_for=MINUTE
        )

    async def commits_of_project(
        self, org: str, project: str, version: str, *, cursor: str = ""
    ) -> Page[ReleaseCommit]:
        """List the commits of a release within a project.

        https://docs.sentry.io/api/releases/list-a-project-releases-commits/
        """
        return await self._api.page(
            ReleaseCommit,
            path("projects", org, project, "releases", version, "commits"),
            cursor=cursor,
            fresh_for=HOUR,
        )
