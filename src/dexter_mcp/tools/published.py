"""Tools as the generated surface shows them: listed at once, imported when first called.

Building each tool's schema from its signature would cost every start a good part of what the
surface costs to read, and would import the whole facade before anybody asks for anything.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.types import ToolAnnotations

from dexter_mcp.tools.registry import CHANGES, Choice, load
from dexter_mcp.views.authored import folder


class Published(Tool):
    """A tool whose code is not imported yet."""

    module: str

    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,  # noqa: FBT001, FBT002 - the SDK's signature
    ) -> Any:
        """Import the tool, and run it."""
        real = load(self.module)[self.name]
        return await real.run(arguments, context, convert_result)


def published(choice: Choice, *, may_write: bool = True) -> Iterator[Tool]:
    """Offer the tools that were chosen, or those of them that have nothing to do with changes.

    Where none of them changes anything, there is nothing to apply or to take back either. A module
    that was written a moment ago has no surface yet, and so nothing on offer.
    """
    found = [
        (toolset, tool)
        for toolset, module in choice.modules
        for tool in _surface(module)
        if choice.offers(toolset, tool.name) and (may_write or not _changes(tool))
    ]
    changing = any(_changes(tool) for toolset, tool in found if toolset != CHANGES)
    return (tool for toolset, tool in found if toolset != CHANGES or changing)


@cache
def _surface(module: str) -> tuple[Tool, ...]:
    """Read the tools of a module; once, as they ship with this version."""
    shown = folder("surface", "tools") / module
    files = shown.iterdir() if shown.is_dir() else ()
    return tuple(
        _as_listed(module, json.loads(file.read_text(encoding="utf-8")))
        for file in sorted(files, key=lambda file: file.name)
    )


def _changes(tool: Tool) -> bool:
    return not (tool.annotations and tool.annotations.read_only_hint)


def _as_listed(module: str, told: dict[str, Any]) -> Published:
    return Published(
        module=module,
        fn=load,  # the SDK wants one; `run` does without
        name=told["name"],
        title=told["title"],
        description=told["description"],
        parameters=told["inputSchema"],
        fn_metadata=FuncMetadata(arg_model=ArgModelBase),
        is_async=True,
        context_kwarg=None,
        annotations=ToolAnnotations.model_validate(told["annotations"]),
        meta=told.get("_meta"),
    )
