"""`dexter-mcp tools`: what a model is shown, and what each piece of it costs."""

import argparse
from collections.abc import Iterator, Sequence

import anyio
from mcp import Client
from mcp.types import Tool

from dexter_mcp.cli import logs
from dexter_mcp.cli.context import prepare
from dexter_mcp.server import build_server

_CHARACTERS_PER_TOKEN = 4.2
"""Measured over the tool definitions with o200k."""


def run(arguments: argparse.Namespace) -> int:
    """Print one line a tool: name, effect, size of its definition in characters, purpose."""
    for line in table(anyio.run(_tools, arguments)):
        print(line)
    return 0


def table(tools: Sequence[Tool]) -> Iterator[str]:
    """Lay the tools out in columns, with the sum below."""
    sizes = [len(_definition(tool)) for tool in tools]
    width = max((len(tool.name) for tool in tools), default=0)
    for tool, size in zip(tools, sizes, strict=True):
        yield f"{tool.name:{width}}  {_effect(tool):11}  {size:6,}  {_purpose(tool)}".rstrip()
    total = sum(sizes)
    yield (
        f"{len(tools)} tools, {total:,} characters, about {total / _CHARACTERS_PER_TOKEN:,.0f} "
        "tokens in every conversation"
    )


def _definition(tool: Tool) -> str:
    return tool.model_dump_json(by_alias=True, exclude_none=True)


def _purpose(tool: Tool) -> str:
    return (tool.description or "").split("\n", 1)[0]


def _effect(tool: Tool) -> str:
    hints = tool.annotations
    if hints and hints.read_only_hint:
        return "reads"
    return "destructive" if hints is None or hints.destructive_hint else "writes"


async def _tools(arguments: argparse.Namespace) -> Sequence[Tool]:
    settings, simulator = prepare(arguments)
    logs.configure(settings.log_level, token=settings.token)
    async with Client(build_server(settings, simulator)) as client:
        return (await client.list_tools()).tools
