"""The published surface, made from the code: `make surface` writes it, a test compares it.

One JSON file per tool, exactly as a client receives it, in a folder per module; an index of them
with their cost; and in the README the daily ones, with the names of the others.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mcp.types import Tool

import changes_page
from dexter_mcp.tools.registry import DAILY, TOOLSETS, chosen, load
from readme import with_answer
from tokens import tokens

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"(<!-- tools: made by `make surface` -->\n).*?(<!-- end -->)", re.DOTALL)


def current() -> Mapping[str, str]:
    """Build the surface: paths below `tools/`, and what is to stand there."""
    shown = list(_tools())
    told = {f"{each.module}/{each.tool.name}.json": definition(each.tool) for each in shown}
    index = (
        "# The tools, as clients receive them\n\n"
        "Made by `make surface`; don't edit. Tokens are o200k, of the definition as it is sent.\n\n"
    )
    return {**told, "README.md": index + table(shown)}


@dataclass(frozen=True)
class Shown:
    """A tool, and where it belongs."""

    toolset: str
    module: str
    tool: Tool


def _tools() -> Iterator[Shown]:
    for toolset, module in chosen(["all"]).modules:
        for offered in load(module):
            yield Shown(
                toolset,
                module,
                Tool(
                    name=offered.name,
                    title=offered.title,
                    description=offered.description,
                    input_schema=offered.parameters,
                    annotations=offered.annotations,
                    _meta=offered.meta,
                ),
            )


def definition(tool: Tool) -> str:
    """Write a tool as a client receives it, for people to read."""
    told = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def cost(tool: Tool) -> int:
    """Count the tokens of a definition as it goes over the wire."""
    return tokens(tool.model_dump_json(by_alias=True, exclude_none=True))


def table(shown: list[Shown]) -> str:
    """List all tools with what they are for and what they cost; the daily ones are marked."""
    rows = [
        f"| `{each.tool.name}` | {each.toolset}{'' if each.tool.name in DAILY else ' (on demand)'}"
        f" | {_purpose(each.tool)} | {cost(each.tool)} |"
        for each in shown
    ]
    daily = sum(cost(each.tool) for each in shown if each.tool.name in DAILY)
    total = sum(cost(each.tool) for each in shown)
    head = ["| tool | toolset | what it is for | tokens |", "| --- | --- | --- | ---: |"]
    ends = [f"| by default | | | {daily} |", f"| all | | | {total} |"]
    return "\n".join([*head, *rows, *ends]) + "\n"


def _purpose(tool: Tool) -> str:
    return (tool.description or "").splitlines()[0]


def daily(shown: list[Shown]) -> str:
    """List the tools that are offered by default, then the toolsets with the others by name."""
    usual = [each.tool for each in shown if each.tool.name in DAILY]
    rows = [f"| `{tool.name}` | {_purpose(tool)} | {cost(tool)} |" for tool in usual]
    others = {
        toolset: [each for each in shown if each.toolset == toolset and each.tool not in usual]
        for toolset in TOOLSETS
    }
    more = [
        f"| `{toolset}` | {', '.join(f'`{each.tool.name}`' for each in them)}"
        f" | {sum(cost(each.tool) for each in them)} |"
        for toolset, them in others.items()
        if them
    ]
    return "\n".join(
        [
            *("| by default | what it is for | tokens |", "| --- | --- | ---: |", *rows),
            f"| together | | {sum(map(cost, usual))} |",
            *("", "| toolset | on demand | tokens |", "| --- | --- | ---: |", *more, ""),
        ]
    )


def with_tables(readme: str) -> str:
    """Bring the tables in the README up to date."""
    return _BLOCK.sub(lambda found: f"{found[1]}{daily(list(_tools()))}{found[2]}", readme)


def write(root: Path) -> None:
    """Bring `tools/` and the pages up to date; files of tools that are gone go too."""
    told = current()
    for old in (root / "tools").glob("*/*.json"):
        if old.relative_to(root / "tools").as_posix() not in told:
            old.unlink()
    for name, text in told.items():
        file = root / "tools" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    readme = root / "README.md"
    made = with_answer(with_tables(readme.read_text("utf-8")))
    readme.write_text(made, encoding="utf-8")
    page = root / "docs/changes.md"
    page.write_text(changes_page.made(page.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
