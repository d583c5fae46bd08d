"""The published surface, made from the code: `make surface` writes it, a test compares it.

One JSON file per tool, exactly as a client receives it, in a folder per toolset; an index of
them with their cost, which also stands in the README.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from mcp.types import Tool

from dexter_mcp.tools.registry import TOOLSETS, load
from readme import with_answer
from tokens import tokens

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"(<!-- tools: made by `make surface` -->\n).*?(<!-- end -->)", re.DOTALL)


def current() -> Mapping[str, str]:
    """Build the surface: paths below `tools/`, and what is to stand there."""
    shown = list(_tools())
    told = {f"{toolset}/{tool.name}.json": definition(tool) for toolset, tool in shown}
    index = (
        "# The tools, as clients receive them\n\n"
        "Made by `make surface`; don't edit. Tokens are o200k, of the definition as it is sent.\n\n"
    )
    return {**told, "README.md": index + table(shown)}


def _tools() -> Iterator[tuple[str, Tool]]:
    for toolset in TOOLSETS:
        for offered in load(toolset):
            yield (
                toolset,
                Tool(
                    name=offered.name,
                    title=offered.title,
                    description=offered.description,
                    input_schema=offered.parameters,
                    annotations=offered.annotations,
                ),
            )


def definition(tool: Tool) -> str:
    """Write a tool as a client receives it, for people to read."""
    told = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def cost(tool: Tool) -> int:
    """Count the tokens of a definition as it goes over the wire."""
    return tokens(tool.model_dump_json(by_alias=True, exclude_none=True))


def table(shown: list[tuple[str, Tool]]) -> str:
    """List the tools with what they are for and what they cost."""
    rows = [
        f"| `{tool.name}` | {toolset} | {_purpose(tool)} | {cost(tool)} |"
        for toolset, tool in shown
    ]
    total = sum(cost(tool) for _, tool in shown)
    head = ["| tool | toolset | what it is for | tokens |", "| --- | --- | --- | ---: |"]
    return "\n".join([*head, *rows, f"| all | | | {total} |"]) + "\n"


def _purpose(tool: Tool) -> str:
    return (tool.description or "").splitlines()[0]


def with_table(readme: str) -> str:
    """Bring the table in the README up to date."""
    return _BLOCK.sub(lambda found: f"{found[1]}{table(list(_tools()))}{found[2]}", readme)


def write(root: Path) -> None:
    """Bring `tools/` and the README up to date; files of tools that are gone go too."""
    for old in (root / "tools").glob("*/*.json"):
        old.unlink()
    for name, text in current().items():
        file = root / "tools" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    readme = root / "README.md"
    made = with_answer(with_table(readme.read_text("utf-8")))
    readme.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
