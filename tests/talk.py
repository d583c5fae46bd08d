"""A conversation with the server over a small world, on a clock that jumps."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from mcp import Client
from mcp.types import CallToolResult

from answers import text_of
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from small_world import small_world, story
from virtual_time import now

SETTINGS = Settings(
    url="http://sentry.test", token=Simulator.TOKEN, org="acme", requests_per_second=1_000
)
PROJECTS = "/api/0/organizations/acme/projects/"


@dataclass
class Talk:
    """Someone who asks about one issue of a Sentry that can be made to fail."""

    client: Client
    simulator: Simulator
    issue: str

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        return await self.client.call_tool(tool, arguments)

    async def succeed(self, tool: str, **arguments: Any) -> str:
        result = await self.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        return text_of(result)

    async def fail(self, tool: str, **arguments: Any) -> str:
        result = await self.call(tool, **arguments)
        assert result.is_error, text_of(result)
        return text_of(result)

    def count(self, path: str) -> int:
        """Count the requests whose path ends so."""
        return sum(line.partition("?")[0].endswith(path) for line in self.simulator.world.seen)


@asynccontextmanager
async def talking(era: Any = "auto") -> AsyncGenerator[Talk]:
    world = small_world(now)
    told = world.tell("acme", story())
    simulator = Simulator(world)
    async with Client(build_server(SETTINGS, simulator, now=now), mode=era) as client:
        yield Talk(client, simulator, told["shortId"])
