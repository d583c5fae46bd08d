"""Resources: the tools' summaries under an address, and the guides.

Sentry's things live under `sentry://`, what concerns this server under `dexter://`.
"""

from typing import TYPE_CHECKING, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from dexter_mcp.insights.doorway import Doorway
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.authored import Offer, folder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dexter_mcp.insights.desk import Desk

_MARKDOWN = "text/markdown"


def add_resources(server: MCPServer[Any], doorway: Doorway, offer: Offer, table: str) -> None:
    """Offer every resource; `table` lists the tools on offer."""
    guides, summaries = Guides(offer, table), Summaries(doorway)
    for uri, read, title, description in (
        (
            "dexter://guide/search",
            guides.search,
            "Guide: searching issues",
            "Sentry's query syntax, exact and short.",
        ),
        (
            "dexter://guide/tools",
            guides.tools,
            "Guide: working with Dexter",
            "How to begin, and the tools on offer.",
        ),
        (
            "dexter://status",
            summaries.status,
            "Status",
            "How the road to Sentry has been: requests, cache, retries, limits, latency.",
        ),
        (
            "sentry://organizations",
            summaries.organizations,
            "Organizations",
            "The organizations that the token reaches.",
        ),
        (
            "sentry://{org}/projects",
            summaries.projects,
            "Projects of an organization",
            "Slugs, platforms, teams, releases and environments.",
        ),
        (
            "sentry://{org}/issues/{issue}",
            summaries.issue,
            "Issue in full",
            "State, stack trace, breadcrumbs, telling tags, activity.",
        ),
        (
            "sentry://{org}/issues/{issue}/events/{event}",
            summaries.event,
            "Event in full",
            "By id, or `latest`, `oldest`, `recommended`.",
        ),
    ):
        server.resource(uri, title=title, description=description, mime_type=_MARKDOWN)(read)


class Guides:
    """What an assistant can read up on."""

    def __init__(self, offer: Offer, table: str) -> None:
        self._offer, self._table = offer, table

    def search(self) -> str:
        """Read the guide to Sentry's query syntax."""
        return _guide("search.md")

    def tools(self) -> str:
        """Read the guide to this server, with its tools."""
        return self._offer.keep(_guide("tools.md")) + self._table


def _guide(name: str) -> str:
    return (folder("guide", "docs/guide") / name).read_text(encoding="utf-8")


class Summaries:
    """What Sentry holds, as the tools tell it.

    The views come with the facade, which a start is better off without.
    """

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    async def status(self) -> str:
        """Read the counts of this process; nothing is sent."""
        from dexter_mcp.views.status import status  # noqa: PLC0415

        return status((await self._doorway.desk()).sentry.pulse)

    async def organizations(self) -> str:
        """Read the list of organizations."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.views import organizations as view  # noqa: PLC0415

            page = await desk.sentry.organizations.list()
            return view.listing(page, query="")

        return await self._told(ask)

    async def projects(self, org: str) -> str:
        """Read an organization's projects."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.views import projects as view  # noqa: PLC0415

            home = await desk.org(org)
            page = await desk.sentry.projects.list(home)
            return view.listing(page, org=home, query="", fence=desk.fence())

        return await self._told(ask)

    async def issue(self, org: str, issue: str) -> str:
        """Read an issue in full."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.issue_context import read_issue  # noqa: PLC0415

            return await read_issue(desk, issue=issue, org=org)

        return await self._told(ask)

    async def event(self, org: str, issue: str, event: str) -> str:
        """Read an event in full."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights.event_lookup import read_event  # noqa: PLC0415

            return await read_event(desk, event=event, issue=issue, org=org)

        return await self._told(ask)

    async def _told(self, ask: "Callable[[Desk], Awaitable[Answer]]") -> str:
        from dexter_mcp.sentry.errors import NotFound, SentryError  # noqa: PLC0415

        try:
            return (await ask(await self._doorway.desk())).text
        except NotFound as error:
            raise ResourceNotFoundError(str(error)) from error
        except SentryError as error:
            raise ResourceError(str(error)) from error
