"""What Sentry holds, as the tools tell it."""

import re
from typing import TYPE_CHECKING

from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from dexter_mcp.insights.doorway import Doorway
from dexter_mcp.resources.freshness import note
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.authored import Offer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dexter_mcp.insights.desk import Desk

_NEXT = re.compile(r"^next page: cursor=.*$", re.MULTILINE)
_PARTS = re.compile(r"^more: (include=.*)$", re.MULTILINE)
_ELSEWHERE = "more: in Sentry"
_USUAL = 20
"""Rows of a list, as the tools show by default."""


class Summaries:
    """What Sentry holds, as the tools tell it at their defaults.

    The insights come with the facade, which a start is better off without.
    """

    def __init__(self, doorway: Doorway, offer: Offer) -> None:
        self._doorway, self._offer = doorway, offer

    async def status(self) -> str:
        """Read the counts of this process, and what calls found out; nothing is sent."""
        from dexter_mcp.views.status import status  # noqa: PLC0415

        sentry = (await self._doorway.desk()).sentry
        return status(sentry.pulse, sentry.capabilities)

    async def organizations(self) -> str:
        """Read the list of organizations."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.views import organizations as view  # noqa: PLC0415

            return view.listing(await desk.sentry.organizations.list(), query="")

        return await self._told(ask, more="list_organizations")

    async def projects(self, org: str) -> str:
        """Read an organization's projects."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights import missing  # noqa: PLC0415
            from dexter_mcp.views import projects as view  # noqa: PLC0415

            home = await desk.org(org)
            with missing.organization(home):
                page = await desk.sentry.projects.list(home)
            return view.listing(page, org=home, query="", fence=desk.fence())

        return await self._told(ask, more="list_projects")

    async def project(self, org: str, project: str) -> str:
        """Read a project."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.projects import read_project  # noqa: PLC0415

            return await read_project(desk, org=org, project=project)

        return await self._told(ask, more="get_project")

    async def teams(self, org: str) -> str:
        """Read an organization's teams."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.teams import Narrowing, list_teams  # noqa: PLC0415

            return await list_teams(desk, Narrowing(org), limit=_USUAL, cursor="")

        return await self._told(ask, more="list_teams")

    async def integrations(self, org: str) -> str:
        """Read what an organization is connected to."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.integrations import list_integrations  # noqa: PLC0415

            return await list_integrations(desk, org=org, provider="", include=(), cursor="")

        return await self._told(ask, more="list_integrations")

    async def integration(self, org: str, integration: str) -> str:
        """Read one integration or app."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.integrations import get_integration  # noqa: PLC0415

            return await get_integration(
                desk, org=org, integration=integration, include=(), cursor=""
            )

        return await self._told(ask, more="get_integration")

    async def issue(self, org: str, issue: str) -> str:
        """Read an issue in full."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.issue_context import read_issue  # noqa: PLC0415

            return await read_issue(desk, issue=issue, org=org)

        return await self._told(ask, more="get_issue")

    async def event(self, org: str, issue: str, event: str) -> str:
        """Read an event in full."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.event_lookup import read_event  # noqa: PLC0415

            return await read_event(desk, event=event, issue=issue, org=org)

        return await self._told(ask, more="get_event")

    async def discover(
        self,
        org: str,
        *,
        dataset: str = "",
        fields: str = "",
        query: str = "",
        sort: str = "",
        period: str = "",
    ) -> str:
        """Read a table of events; `fields` are separated by commas."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.discover import query_events  # noqa: PLC0415
            from dexter_mcp.insights.event_queries import TableWanted, Wanted  # noqa: PLC0415

            about = Wanted(dataset, query, org, period=period)
            wanted = TableWanted(about, (fields,) if fields else (), sort)
            return await query_events(desk, wanted, limit=_USUAL, cursor="")

        return await self._told(ask, more="query_events")

    async def saved(self, org: str, saved: str) -> str:
        """Read what a saved query answers now."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.discover import query_events  # noqa: PLC0415
            from dexter_mcp.insights.event_queries import TableWanted, Wanted  # noqa: PLC0415

            wanted = TableWanted(Wanted(org=org), saved=saved)
            return await query_events(desk, wanted, limit=_USUAL, cursor="")

        return await self._told(ask, more="query_events")

    async def alerts(self, org: str) -> str:
        """Read an organization's alerts and monitors."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.alerts import list_alerts  # noqa: PLC0415

            return await list_alerts(desk, org=org)

        return await self._told(ask, more="list_alerts")

    async def alert(self, org: str, alert: str) -> str:
        """Read one alert or monitor."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.alerts_lookup import get_alert  # noqa: PLC0415

            return await get_alert(desk, alert=alert, org=org)

        return await self._told(ask, more="get_alert")

    async def releases(self, org: str) -> str:
        """Read an organization's releases."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.shipments import list_shipped  # noqa: PLC0415
            from dexter_mcp.views.releases import Asked  # noqa: PLC0415

            asked = Asked(await desk.org(org), (), (), "", "", "date")
            return await list_shipped(desk, asked, None, limit=_USUAL, cursor="")

        return await self._told(ask, more="list_releases")

    async def release(self, org: str, version: str) -> str:
        """Read a release."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.releases import read_release  # noqa: PLC0415

            return await read_release(desk, release=version, org=org, project=(), include=())

        return await self._told(ask, more="get_release")

    async def trace(self, org: str, trace: str) -> str:
        """Read a trace."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.traces import Named, get_trace  # noqa: PLC0415

            named = Named(trace=trace, org=org)
            return await get_trace(desk, named, include=(), period="", full=False)

        return await self._told(ask, more="get_trace")

    async def _told(self, ask: "Callable[[Desk], Awaitable[Answer]]", *, more: str) -> str:
        """Tell an answer; `more` is the tool that knows the rest."""
        from dexter_mcp.insights.answering import answered, failed  # noqa: PLC0415
        from dexter_mcp.sentry import trail  # noqa: PLC0415
        from dexter_mcp.sentry.errors import NotFound, SentryError  # noqa: PLC0415

        desk = await self._doorway.desk()
        with trail.follow() as here:
            try:
                answer = await answered(desk, "resource", lambda: ask(desk))
            except SentryError as error:
                kind = ResourceNotFoundError if isinstance(error, NotFound) else ResourceError
                raise kind(failed(error, here, self._offer)) from error
        note(here.lasts or 0.0)
        return self._led_on(answer.text, more)

    def _led_on(self, text: str, tool: str) -> str:
        """Name the tool that takes a cursor and arguments, as no resource does."""
        if tool not in self._offer.offered:
            return _PARTS.sub(_ELSEWHERE, _NEXT.sub(_ELSEWHERE, text))
        return _PARTS.sub(rf"more: {tool} \1", _NEXT.sub(f"more: {tool}", text))
