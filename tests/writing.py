"""Clients that may change a simulated Sentry, and what is left of it afterwards."""

import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult

from answers import text_of
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from small_world import BORN

Json = dict[str, Any]
_HANDLE = re.compile(r'apply_change change=(\S+)(?: name="(.*)")?$', re.MULTILINE)


def settings(folder: Path, **more: Any) -> Settings:
    """Allow writes without asking, unless told otherwise; changes are kept in the folder."""
    plain = Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        org="acme",
        toolsets=("all",),
        requests_per_second=100_000,
        writes="allow",
        state_dir=str(folder),
    )
    return replace(plain, **more)


@asynccontextmanager
async def writing(simulator: Simulator, folder: Path, **more: Any) -> AsyncGenerator[Client]:
    """A client that may write without asking, and can't be asked."""
    server = build_server(settings(folder, **more), simulator, now=lambda: BORN)
    async with Client(server) as client:
        yield client


class Person:
    """Answers every question in the same way, and remembers what was asked."""

    def __init__(
        self, action: Literal["accept", "decline", "cancel"] = "accept", **content: Any
    ) -> None:
        self.action: Literal["accept", "decline", "cancel"] = action
        self.content, self.asked = content or {"agree": True}, list[str]()

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult:
        assert context.session
        self.asked.append(params.message)
        content = self.content if self.action == "accept" else None
        return ElicitResult(action=self.action, content=content)


async def done(client: Client, tool: str, **arguments: Any) -> str:
    """Carry a change out; where a plan comes back, apply it, with the name that must be typed."""
    result = await attempted(client, tool, **arguments)
    assert not result.is_error, text_of(result)
    return text_of(result)


async def attempted(client: Client, tool: str, **arguments: Any) -> CallToolResult:
    """Try to carry a change out; what comes may be an error."""
    result = await client.call_tool(tool, arguments)
    planned = _HANDLE.search(text_of(result))
    if planned and "." in planned[1]:
        typed = {"name": json.loads(f'"{planned[2]}"')} if planned[2] else {}
        result = await client.call_tool("apply_change", {"change": planned[1], **typed})
    return result


def change_in(text: str) -> str:
    """Find the name of the change that an answer tells of."""
    found = re.search(r"c-[a-z0-9]{10}", text)
    assert found, text
    return found[0]


def writes_of(simulator: Simulator) -> list[str]:
    """List the requests that could change something."""
    return [line for line in simulator.world.seen if not line.startswith("GET ")]


def audited(folder: Path) -> list[Mapping[str, Any]]:
    """Read the audit log."""
    text = (folder / "audit.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]
