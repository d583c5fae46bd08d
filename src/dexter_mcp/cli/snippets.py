"""The few lines that plug a server into the hosts that people use."""

import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path


def command_line(*arguments: str) -> list[str]:
    """Spell out how to start this installation from anywhere, with absolute paths."""
    script = Path(sys.executable).with_name("dexter-mcp")
    start = [str(script)] if script.exists() else [sys.executable, "-m", "dexter_mcp"]
    return [*start, *arguments]


def snippets(command: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield for each host its name with the file to edit, and the lines to put there.

    See https://modelcontextprotocol.io/docs/develop/connect-local-servers,
    https://code.visualstudio.com/docs/copilot/customization/mcp-servers and
    https://docs.claude.com/en/docs/claude-code/mcp.
    """
    start = {"command": command[0], "args": list(command[1:])}
    yield (
        "Claude Desktop · claude_desktop_config.json",
        json.dumps({"mcpServers": {"dexter": start}}, indent=2),
    )
    yield (
        "VS Code · .vscode/mcp.json",
        json.dumps({"servers": {"dexter": {"type": "stdio"} | start}}, indent=2),
    )
    yield "Claude Code · in a shell", f"claude mcp add dexter -- {shlex.join(command)}"
