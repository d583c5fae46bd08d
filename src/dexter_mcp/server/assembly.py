"""Puts the parts together. The only module that knows them all."""

import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from mcp.server import MCPServer
from mcp.server.mcpserver.tools import Tool
from mcp.types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from dexter_mcp import __version__
from dexter_mcp.changes.entrance import Entrance
from dexter_mcp.prompts import prompts
from dexter_mcp.resources import Guides, Summaries, add_resources, tell_freshness
from dexter_mcp.resources.chart_view import views
from dexter_mcp.server.completion import complete
from dexter_mcp.server.instructions import instructions
from dexter_mcp.server.product import DexterServer
from dexter_mcp.settings import Settings
from dexter_mcp.tools.published import published
from dexter_mcp.tools.registry import chosen
from dexter_mcp.views.authored import Offer

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from dexter_mcp.sentry import Sentry


def build_server(
    settings: Settings,
    simulator: "ASGIApp | None" = None,
    *,
    now: Callable[[], datetime] | None = None,
) -> DexterServer:
    """Build a server that talks to Sentry, or to a simulator if there is one.

    Nothing is sent to Sentry before the first call.

    Raises:
        UnknownToolset: `settings.toolsets` names one that does not exist.
    """
    choice = chosen(settings.toolsets)
    tools = list(published(choice, may_write=settings.may_write))
    offer = Offer(_names(tools), _names(published(chosen(["all"]))))
    doorway = Entrance(settings, _connector(settings, simulator, now), now, offer)
    server = DexterServer(
        "dexter-mcp",
        title="Dexter for Sentry",
        version=__version__,
        instructions=instructions(settings, offer),
        tools=tools,
        lifespan=_lifespan(doorway),
        middleware=[tell_freshness],
        extensions=views(offer.offered),
        log_level="WARNING",
    )
    add_resources(server, choice.toolsets, Guides(offer, _table(tools)), Summaries(doorway, offer))
    for prompt in prompts(offer):
        server.add_prompt(prompt)
    _add_completion(server, doorway)
    return server


def _connector(
    settings: Settings, simulator: "ASGIApp | None", now: Callable[[], datetime] | None
) -> "Callable[[], AbstractAsyncContextManager[Sentry]]":
    clock = time.time if now is None else _epoch_of(now)

    def connect() -> "AbstractAsyncContextManager[Sentry]":
        import httpx2  # noqa: PLC0415 - here for the wire alone

        from dexter_mcp.sentry import Sentry  # noqa: PLC0415 - costs a start dearly

        wire = httpx2.ASGITransport(app=simulator) if simulator else None
        return Sentry.connect(settings, wire, now=clock)

    return connect


def _epoch_of(now: Callable[[], datetime]) -> Callable[[], float]:
    return lambda: now().timestamp()


def _lifespan(
    doorway: Entrance,
) -> Callable[[MCPServer[Entrance]], AbstractAsyncContextManager[Entrance]]:
    @asynccontextmanager
    async def lifespan(_: MCPServer[Entrance]) -> AsyncGenerator[Entrance]:
        async with doorway:
            yield doorway

    return lifespan


def _add_completion(server: DexterServer, doorway: Entrance) -> None:
    async def handler(
        _: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion | None:
        return await complete(doorway, argument, context)

    server.completion()(handler)


def _names(tools: Iterable[Tool]) -> frozenset[str]:
    return frozenset(tool.name for tool in tools)


def _table(tools: Sequence[Tool]) -> str:
    rows = (f"| `{tool.name}` | {tool.description.splitlines()[0]} |" for tool in tools)
    return "\n".join(["| tool | what it is for |", "| --- | --- |", *rows]) + "\n"
