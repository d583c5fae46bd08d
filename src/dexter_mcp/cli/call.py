"""`dexter-mcp call`: one tool, called as a model would call it."""

import argparse

import anyio
from mcp import Client
from mcp.types import CallToolResult

from dexter_mcp.cli import logs
from dexter_mcp.cli.context import prepare
from dexter_mcp.server import build_server


def run(arguments: argparse.Namespace) -> int:
    """Print what the model would read, or the whole result with `--json`; 1 if it is an error."""
    result = anyio.run(_call, arguments)
    if arguments.json:
        print(result.model_dump_json(by_alias=True, exclude_none=True, indent=2))
    else:
        print(text_of(result))
    return int(result.is_error or False)


def text_of(result: CallToolResult) -> str:
    """Join the text of an answer; of any other block, say what it is."""
    return "\n".join(
        block.text if block.type == "text" else f"[{block.type}]" for block in result.content
    )


async def _call(arguments: argparse.Namespace) -> CallToolResult:
    settings, simulator = prepare(arguments)
    logs.configure(settings.log_level, token=settings.token)
    async with Client(build_server(settings, simulator)) as client:
        return await client.call_tool(arguments.tool, dict(arguments.values))
