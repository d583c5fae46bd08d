"""What surrounds a release in Sentry, each part fetched when it is wanted."""

from collections.abc import Sequence
from datetime import timedelta

from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.release_lookup import Scope, quoted
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.release_files import ReleaseFile
from dexter_mcp.sentry.releases import (
    CommitFile,
    Deploy,
    Release,
    ReleaseCommit,
    ThresholdStatus,
)
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.sessions import SessionReport
from dexter_mcp.views.whole_release import release_url

NEW = "firstRelease"
REGRESSED = "regressed_in_release"

_HEALTH = "14d"
_A_MOMENT = timedelta(minutes=1)


class Shelf:
    """A release, and where to find the rest of it; `environment` narrows what can be narrowed."""

    def __init__(
        self, desk: Desk, scope: Scope, release: Release, environment: Sequence[str] = ()
    ) -> None:
        self.desk, self.org, self.release = desk, scope.org, release
        self.environment = environment
        self.projects = [project.id for project in release.projects if project.id]
        if scope.project:
            self.projects = [scope.project]
        self._version = release.version.raw

    @property
    def url(self) -> str:
        """Where Sentry shows the release."""
        return release_url(self.desk.settings.url, self.org, self.release, self.projects[:1])

    async def issues(self, key: str, limit: int) -> Page[Issue]:
        """Find the issues that a search key ties to the release, the commonest first."""
        return await self.desk.sentry.issues.search(
            self.org,
            query=f"{key}:{quoted(self._version)}",
            project=self.projects,
            environment=self.environment,
            sort="freq",
            limit=limit,
        )

    async def resolved(self) -> tuple[Issue, ...]:
        """List the issues that the release is to have resolved."""
        return await self.desk.sentry.releases.resolved_issues(
            self.org, self._version, project=self.projects
        )

    async def deploys(self) -> Sequence[Deploy]:
        """List the deploys, newest first; a single one came with the release."""
        last = self.release.last_deploy
        if self.release.deploy_count <= 1:
            return [last] if last else []
        return (await self.desk.sentry.releases.deploys(self.org, self._version)).items

    async def health(self) -> SessionReport:
        """Count the sessions of each environment, day by day."""
        return await self.desk.sentry.sessions.query(
            self.org,
            group_by=["environment"],
            project=self.projects,
            environment=self.environment,
            query=f"release:{quoted(self._version)}",
            stats_period=_HEALTH,
            interval="1d",
        )

    async def commits(self) -> Page[ReleaseCommit]:
        """List the commits."""
        return await self.desk.sentry.releases.commits(self.org, self._version)

    async def files(self) -> tuple[CommitFile, ...]:
        """List the files that the commits changed."""
        return await self.desk.sentry.releases.commit_files(self.org, self._version)

    async def artifacts(self) -> Page[ReleaseFile]:
        """List the artifacts."""
        return await self.desk.sentry.release_files.list(self.org, self._version)

    async def thresholds(self) -> tuple[ThresholdStatus, ...]:
        """Tell whether the release stayed within the thresholds of its projects."""
        now = self.desk.now()
        released = self.release.released or now
        told = await self.desk.sentry.releases.threshold_statuses(
            self.org,
            start=(released - _A_MOMENT).isoformat(timespec="seconds"),
            end=now.isoformat(timespec="seconds"),
            release=[self._version],
            project=self.projects,
            environment=self.environment,
        )
        return tuple(status for statuses in told.values() for status in statuses)
