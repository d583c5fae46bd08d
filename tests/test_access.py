"""What `whoami` says where a part of Sentry does not answer."""

import pytest
from mcp import Client
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from answers import text_of
from clock import now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from small_world import small_world

pytestmark = pytest.mark.anyio


async def test_a_region_that_fails_is_named(settings: Settings) -> None:
    world = small_world(now)
    world.regions = {"us": "http://us.sentry.test", "de": "http://de.sentry.test"}
    simulator = Simulator(world)

    async def without_germany(scope: Scope, receive: Receive, send: Send) -> None:
        closed = JSONResponse({"detail": "Closed today"}, 403)
        is_german = (b"host", b"de.sentry.test") in scope["headers"]
        await (closed if is_german else simulator)(scope, receive, send)

    async with Client(build_server(settings, without_germany, now=now)) as client:
        text = text_of(await client.call_tool("whoami", {}))
    assert "organizations: acme (Acme Shop)" in text
    assert "failed: organizations (Region de: " in text
    assert "Closed today" in text
