"""Which operations the typed tools cover, as was seen when each of them was run."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from dexter_mcp.tools.registry import chosen
from dexter_mcp.views.authored import folder

_FILE = "covered.json"


@cache
def covered() -> Mapping[str, Sequence[str]]:
    """Read which tools cover each operation, the closest first. `make catalogue` writes it."""
    told: dict[str, list[str]] = json.loads((files("dexter_mcp.tools") / _FILE).read_bytes())
    return told


@cache
def covering(toolsets: tuple[str, ...]) -> Mapping[str, Sequence[str]]:
    """Keep of them the tools that a launch with these toolsets offers."""
    offered = frozenset(_offered(toolsets))
    kept = {name: [tool for tool in tools if tool in offered] for name, tools in covered().items()}
    return {name: tools for name, tools in kept.items() if tools}


def _offered(toolsets: Iterable[str]) -> Iterable[str]:
    """Name the tools on offer, from the names of the files of the surface."""
    choice, surface = chosen(toolsets), folder("surface", "tools")
    for toolset, module in choice.modules:
        shown = surface / module
        for file in shown.iterdir() if shown.is_dir() else ():
            name = file.name.removesuffix(".json")
            if choice.offers(toolset, name):
                yield name
