"""Reading what a tool answered."""

from collections.abc import Awaitable
from typing import Any, Protocol

from mcp.types import CallToolResult, TextContent


def text_of(result: CallToolResult) -> str:
    """Join the text of an answer."""
    return "\n".join(part.text for part in result.content if isinstance(part, TextContent))


class Ask(Protocol):
    """Calls a tool and gives its text."""

    def __call__(self, tool: str, **arguments: Any) -> Awaitable[str]: ...
