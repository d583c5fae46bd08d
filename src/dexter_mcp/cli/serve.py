"""`dexter-mcp` without a command: serve over stdio."""

import argparse

import anyio

from dexter_mcp.cli import logs
from dexter_mcp.cli.context import prepare
from dexter_mcp.server import build_server
from dexter_mcp.server.stdio import serve_stdio


def run(arguments: argparse.Namespace) -> int:
    """Serve until the client goes away; a missing token is each tool's answer, not a failure."""
    settings, simulator = prepare(arguments)
    logs.configure(settings.log_level, token=settings.token)
    anyio.run(serve_stdio, build_server(settings, simulator), arguments.wire)
    return 0
