"""Write the surface: `python -m dexter_mcp.tools.publish tools`.

One JSON file per tool, exactly as a client receives it, in a folder per toolset.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from mcp.types import Tool

from dexter_mcp.tools.registry import TOOLSETS, load


def current() -> Mapping[str, str]:
    """Build the surface from the code: relative paths and what is to stand there."""
    return {
        f"{toolset}/{offered.name}.json": _as_received(
            Tool(
                name=offered.name,
                title=offered.title,
                description=offered.description,
                input_schema=offered.parameters,
                annotations=offered.annotations,
            )
        )
        for toolset in TOOLSETS
        for offered in load(toolset)
    }


def write(folder: Path) -> None:
    """Bring `folder` up to date; files of tools that are gone go too."""
    for old in folder.glob("*/*.json"):
        old.unlink()
    for name, text in current().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _as_received(tool: Tool) -> str:
    told = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
