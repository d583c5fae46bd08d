"""Release health: how the sessions of an application went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

GroupBy = Literal["release", "environment", "project", "session.status"]

SESSIONS: Final = "sum(session)"
USERS: Final = "count_unique(user)"
CRASH_FREE_SESSIONS: Final = "crash_free_rate(session)"
CRASH_FREE_USERS: Final = "crash_free_rate(user)"
HEALTH: Final = (SESSIONS, USERS, CRASH_FREE_SESSIONS, CRASH_FREE_USERS)
"""The fields that tell how healthy something is. Rates are fractions from 0 to 1."""


class SessionsBy(Reply):
    """What the sessions of a group have in common; empty where it was not grouped by."""

    release: Untrusted = Untrusted()
    environment: Untrusted = Untrusted()
    project: str = ""
    status: str = Field(default="", alias="session.status")


class SessionGroup(Reply):
    """Some sessions: totals and series by field. Nothing is known where a value is `None`."""

    by: SessionsBy = SessionsBy()
    totals: dict[str, float | None] = Field(default_factory=dict)
    series: dict[str, tuple[float | None, ...]] = Field(default_factory=dict)


class SessionReport(Reply):
    """Sessions of a time, in groups; `intervals` are the moments at which the series' slots begin.

    Sentry rounds the time outwards to whole intervals.
    """

    start: datetime | None = None
    end: datetime | None = None
    intervals: tuple[datetime, ...] = ()
    groups: tuple[SessionGroup, ...] = ()


class Sessions:
    """What one can ask about sessions."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def query(
        self,
        org: str,
        *,
        field: Sequence[str] = HEALTH,
        group_by: Sequence[GroupBy] = (),
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        query: str = "",
        stats_period: str = "",
        start: str = "",
        end: str = "",
        interval: str = "",
        order_by: str = "",
        series: bool = True,
        per_page: int | None = None,
    ) -> SessionReport:
        """Count sessions and users, and how many of them saw no crash.

        `interval` is from 1h to 1d. Sentry gives 10,000 points at most, so that a long time in
        short intervals shows fewer groups.
        https://docs.sentry.io/api/releases/retrieve-release-health-session-statistics/

        Raises:
            Rejected: A field, a group or the query is unknown; the message says which.
            SentryError: As `errors` draws them.
        """
        return await self._api.get(
            SessionReport,
            path("organizations", org, "sessions"),
            fresh_for=MINUTE,
            field=field,
            groupBy=group_by,
            project=project,
            environment=environment,
            query=query or None,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
            interval=interval or None,
            orderBy=order_by or None,
            includeSeries=None if series else False,
            per_page=per_page,
        )
