"""How many issues searches find, and how one issue's events spread over time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from dexter_mcp.sentry import endpoints
from dexter_mcp.sentry.api import MINUTE, MOMENT, Api
from dexter_mcp.sentry.issues import ReleaseRef, Series
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

MOST = 100
"""Sentry counts no further: so many may be more."""


class InRelease(Reply):
    """How an issue does in one release: `stats` is keyed by `24h` and `30d`."""

    release: ReleaseRef | None = None
    environment: Untrusted = Untrusted()
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    stats: dict[str, Series] = Field(default_factory=dict)


class CurrentRelease(Reply):
    """The newest release; None if the issue does not occur in it."""

    current_release: InRelease | None = None


class IssueCounts:
    """What one can ask about numbers of issues and of their events."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def matching(
        self,
        org: str,
        queries: Sequence[str],
        *,
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
    ) -> dict[str, int]:
        """Count the issues that each of several searches finds, by the search, up to `MOST`.

        Unpublished; the tabs of Sentry's own list of issues use it.

        Raises:
            Rejected: Sentry does not understand one of the queries; the message says why.
            SentryError: As `errors` draws them.
        """
        return await self._api.get(
            dict[str, int],
            path("organizations", org, "issues-count"),
            fresh_for=MOMENT,
            bucket=endpoints.ISSUE_COUNTS,
            query=queries,
            project=project,
            environment=environment,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
        )

    async def replays(
        self, org: str, issue: str, *, source: Literal["events", "search_issues"] = "events"
    ) -> int:
        """Count the replays with an event of an issue, by its number.

        `source` is search_issues for what a detector found.
        https://docs.sentry.io/api/replays/retrieve-a-count-of-replays-for-a-given-issue-or-transaction/
        """
        told = await self._api.get(
            dict[str, int],
            path("organizations", org, "replay-count"),
            fresh_for=MINUTE,
            absent_for=MINUTE,
            query=f"issue.id:[{issue}]",
            data_source=source,
            project=["-1"],
            statsPeriod="90d",
        )
        return told.get(issue, 0)

    async def series(
        self,
        org: str,
        issue: str,
        *,
        since: int | None = None,
        until: int | None = None,
        resolution: Literal["", "10s", "1h", "1d"] = "",
    ) -> Series:
        """Count an issue's events over time; `since` and `until` are epoch seconds.

        Unpublished; Sentry's own pages use it.
        """
        return await self._api.get(
            Series,
            path("organizations", org, "issues", issue, "stats"),
            fresh_for=MOMENT,
            since=since,
            until=until,
            resolution=resolution or None,
        )

    async def current_release(
        self, org: str, issue: str, *, environment: Sequence[str] = ()
    ) -> CurrentRelease:
        """Read how an issue does in the newest release.

        Unpublished; Sentry's own pages use it.
        """
        return await self._api.get(
            CurrentRelease,
            path("organizations", org, "issues", issue, "current-release"),
            fresh_for=MOMENT,
            absent_for=MOMENT,
            environment=environment,
        )
