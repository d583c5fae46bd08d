"""The MCP server itself: the SDK's, with failures told in a way that helps."""

import logging
import secrets
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from mcp import MCPError
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.types import (
    CallToolResult,
    GetPromptResult,
    InputRequiredResult,
    TextContent,
)

from dexter_mcp.changes.entrance import Entrance
from dexter_mcp.prompts import check

_log = logging.getLogger(__name__)


class DexterServer(MCPServer[Entrance]):
    """Answers wrong names with the right ones, and our own faults with a reference."""

    async def call_tool(
        self,
        name: str,
        arguments: dict[str, Any],
        context: Context[Entrance, Any] | None = None,
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool. A bug gives the model a reference, and the log the traceback."""
        if self._tool_manager.get_tool(name) is None:
            known = [tool.name for tool in self._tool_manager.list_tools()]
            return _failure(_no_such_tool(name, known))
        try:
            return await super().call_tool(name, arguments, context)
        except MCPError:
            raise
        except Exception as bug:  # noqa: BLE001 - the one seam: whatever it is, the model gets no word of it
            reference = secrets.token_hex(4)
            cause = bug.__cause__ or bug
            _log.error("tool %s failed, reference %s", name, reference, exc_info=cause)
            return _failure(
                f"This is a fault in Dexter, not in your request (reference {reference}). "
                "Try other arguments or another tool; the log holds the details."
            )

    async def get_prompt(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        context: Context[Entrance, Any] | None = None,
    ) -> GetPromptResult | InputRequiredResult:
        """Fill in a prompt.

        Raises:
            MCPError: It does not exist, or lacks an argument; the message says which.
        """
        prompts = {prompt.name: prompt for prompt in self._prompt_manager.list_prompts()}
        check(prompts.get(name), name, arguments or {}, list(prompts))
        return await super().get_prompt(name, arguments, context)


def _no_such_tool(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"There is no tool {name!r} here.{hint} On offer: {', '.join(known)}."


def _failure(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
