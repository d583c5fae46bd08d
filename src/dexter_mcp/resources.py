"""Resources: the tools' summaries under an address, and the guides.

Sentry's things live under `sentry://`, what concerns this server under `dexter://`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from dexter_mcp.insights.doorway import Doorway
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.authored import Offer, folder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dexter_mcp.insights.desk import Desk
    from dexter_mcp.sentry.reply import Page

T = TypeVar("T")
_MARKDOWN = "text/markdown"


@dataclass(frozen=True)
class _Resource:
    """Something to read at an address; without a `toolset` it is always on offer."""

    uri: str
    read: "Callable[..., Any]"
    title: str
    description: str
    toolset: str = ""


def add_resources(
    server: MCPServer[Any], toolsets: Collection[str], guides: "Guides", summaries: "Summaries"
) -> None:
    """Offer what belongs to the toolsets on offer, or to none."""
    for each in (*_about_this_server(guides, summaries), *_about_sentry(summaries)):
        if each.toolset in {"", *toolsets}:
            server.resource(
                each.uri, title=each.title, description=each.description, mime_type=_MARKDOWN
            )(each.read)


def _about_this_server(guides: "Guides", summaries: "Summaries") -> Iterator[_Resource]:
    yield _Resource(
        "dexter://guide/search",
        guides.search,
        "Guide: searching issues",
        "Sentry's query syntax, exact and short.",
    )
    yield _Resource(
        "dexter://guide/tools",
        guides.tools,
        "Guide: working with Dexter",
        "How to begin, and the tools on offer.",
    )
    yield _Resource(
        "dexter://status",
        summaries.status,
        "Status",
        "How the road to Sentry has been: requests, cache, retries, limits, latency.",
    )


def _about_sentry(summaries: "Summaries") -> Iterator[_Resource]:
    yield _Resource(
        "sentry://organizations",
        summaries.organizations,
        "Organizations",
        "The organizations that the token reaches.",
        "projects",
    )
    yield _Resource(
        "sentry://{org}/projects",
        summaries.projects,
        "Projects of an organization",
        "Slugs, platforms, teams, releases and environments.",
        "projects",
    )
    yield _Resource(
        "sentry://{org}/issues/{issue}",
        summaries.issue,
        "Issue in full",
        "State, stack trace, breadcrumbs, telling tags, activity.",
        "issues",
    )
    yield _Resource(
        "sentry://{org}/issues/{issue}/events/{event}",
        summaries.event,
        "Event in full",
        "By id, or `latest`, `oldest`, `recommended`.",
        "issues",
    )


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
            return _first(page, "list_organizations", lambda page: view.listing(page, query=""))

        return await self._told(ask)

    async def projects(self, org: str) -> str:
        """Read an organization's projects."""

        async def ask(desk: "Desk") -> Answer:
            from dexter_mcp.insights import missing  # noqa: PLC0415
            from dexter_mcp.views import projects as view  # noqa: PLC0415

            home = await desk.org(org)
            with missing.organization(home):
                page = await desk.sentry.projects.list(home)
            return _first(
                page,
                "list_projects",
                lambda page: view.listing(page, org=home, query="", fence=desk.fence()),
            )

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
        from dexter_mcp.insights.answering import answered, failed  # noqa: PLC0415
        from dexter_mcp.sentry import trail  # noqa: PLC0415
        from dexter_mcp.sentry.errors import NotFound, SentryError  # noqa: PLC0415

        desk = await self._doorway.desk()
        with trail.follow() as here:
            try:
                return (await answered(desk, "resource", lambda: ask(desk))).text
            except SentryError as error:
                kind = ResourceNotFoundError if isinstance(error, NotFound) else ResourceError
                raise kind(failed(error, here)) from error


def _first(page: "Page[T]", tool: str, view: "Callable[[Page[T]], Answer]") -> Answer:
    """Show a first page. No resource takes a cursor, so the tool that does is named instead."""
    answer = view(page.model_copy(update={"next_cursor": ""}))
    return replace(answer, text=f"{answer.text}\nmore: {tool}") if page.next_cursor else answer
