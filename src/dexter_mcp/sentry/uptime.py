"""Uptime monitors: addresses that Sentry asks from outside. Headers and bodies are not read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from dexter_mcp.sentry.api import MOMENT, Api
from dexter_mcp.sentry.issues import Assignee
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

DOWN: Final = 2
"""The `uptime_status` of what does not answer as it should."""


class UptimeMonitor(Reply):
    """An address, and how often it is asked."""

    id: str
    name: Untrusted = Untrusted()
    project_slug: str = ""
    environment: Untrusted = Untrusted()
    status: str = ""
    uptime_status: int = 0
    url: str = ""
    method: str = ""
    interval_seconds: float = 0
    timeout_ms: float = 0
    owner: Assignee | None = None

    @property
    def is_down(self) -> bool:
        """Tell whether it failed often enough to be an incident."""
        return self.uptime_status == DOWN


class UptimeCheck(Reply):
    """One time that an address was asked.

    `check_status` is success, failure, failure_incident or missed_window; the reason is one such
    as timeout or dns_error.
    """

    uptime_check_id: str
    timestamp: datetime | None = None
    check_status: str = ""
    check_status_reason: str = ""
    http_status_code: int | None = None
    duration_ms: float | None = None
    region_name: str = ""


class Uptime:
    """What one can ask about uptime monitors. A server without them answers `NotFound`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        query: str = "",
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        per_page: int = 100,
        cursor: str = "",
    ) -> Page[UptimeMonitor]:
        """List uptime monitors; `query` is part of a name or an address.

        Unpublished; Sentry's own pages use it.
        """
        return await self._api.page(
            UptimeMonitor,
            path("organizations", org, "uptime"),
            cursor=cursor,
            fresh_for=MOMENT,
            query=query or None,
            project=project,
            environment=environment,
            per_page=per_page,
        )

    async def checks(
        self,
        org: str,
        project: str,
        monitor: str,
        *,
        stats_period: str = "",
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[UptimeCheck]:
        """List a monitor's checks, newest first. Unpublished; Sentry's own pages use it."""
        return await self._api.page(
            UptimeCheck,
            path("projects", org, project, "uptime", monitor, "checks"),
            cursor=cursor,
            fresh_for=MOMENT,
            statsPeriod=stats_period or None,
            per_page=per_page,
        )
