"""How each operation is reached: seen by running every tool, written by `make catalogue`.

The tools' calls are those of `canaries`; what they ask of Sentry is what the simulator saw, and
what they would change stands in their plans. A tool covers an operation if it asked for it and is
about the same thing: the project that many tools look up is no reason to send anybody to them.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import anyio
from mcp import Client

import dexter_mcp
from canaries import Place, calls, settle
from clock import generous, now
from dexter_mcp.changes.ledger import Ledger
from dexter_mcp.changes.recipe import Recipe
from dexter_mcp.changes.recipes import recipe_for, recipes
from dexter_mcp.sentry.catalogue import Operation, operations
from dexter_mcp.sentry.catalogue.search import synonyms, words
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.tools.registry import TOOLSETS, chosen
from orders import CASES
from surface import ROOT
from typed import typed

COVERED: Final = Path(dexter_mcp.__file__).parent / "tools/covered.json"
TABLE: Final = ROOT / "docs/coverage.md"

_GENERAL: Final = frozenset({"catalogue", "changes"})
"""The toolsets that reach everything, and cover nothing in particular."""
_PLANS: Final = 1_000
_ORGANIZATION: Final = re.compile(r"(?i)(?:^|_)org(?:s|anizations?)?(?:_|$)")
_MOST: Final = 2
"""Tools named for one operation."""
_AS_GOOD: Final = 0.6
"""How close the second must come to the first to be named beside it."""
_ABOUT: Final = """\
Made by `make catalogue`; don't edit. A typed tool is named where running it asked for the
operation, or planned it, and the facade's method where it reads the answer with a model of its own;
`read_sentry` reaches every operation that reads, and `change_sentry` every one that writes. Any one
of the scopes suffices. Each published read is asked once in `tests/test_catalogue_matrix.py`, and
the answer held against Sentry's description. Each write is declined, carried out, read back and,
where that can be, taken back in `tests/test_changes_matrix.py`; why some can't be stands in
[changes.md](changes.md).
"""
_VERBS: Final = frozenset(
    {"list", "get", "search", "query", "find", "read", "compare", "render", "export"}
    | {"resolve", "count", "create", "update", "delete"}
)


@dataclass(frozen=True)
class Reached:
    """A tool, where it belongs, and which operations it asked for."""

    tool: str
    toolset: str
    module: str
    asked: frozenset[str]

    def closeness(self, operation: Operation) -> float:
        """Say how much of what the two are about they share; nothing if neither is about it."""
        own, told = _subject(self.tool), _subject(operation.name)
        around = {self.toolset, *TOOLSETS[self.toolset]}
        wider = own | {word for name in around for word in _subject(name)}
        wider |= {also for word in wider for also in synonyms(word)}
        if wider.isdisjoint(told | _subject(operation.category) | _below(operation.path)):
            return 0.0
        same = self.tool == operation.name
        return same + len(own & told) / len(own | told) + 0.01 / len(self.asked)


def current() -> Mapping[Path, str]:
    """Make what is written: the file for the tools and the table for people, by their paths."""
    covered = anyio.run(_covered)
    told = json.dumps(covered, indent=1) + "\n"
    return {COVERED: told, TABLE: table(covered)}


def table(covered: Mapping[str, Sequence[str]]) -> str:
    """Write the page for people: every operation, category by category."""
    known = operations().values()
    published = [each for each in known if each.standing == "published"]
    reads = [each for each in published if each.reads]
    by_tools = [each for each in reads if each.name in covered]
    modelled = [each for each in reads if each.name in typed()]
    parts = [
        "# Which of Sentry's operations are reached, and how\n",
        _ABOUT,
        "| | published | reached | typed in the facade | by typed tools | can be undone |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        f"| reads | {len(reads)} | {len(reads)} | {len(modelled)} | {len(by_tools)} | |",
        _writes([each for each in published if not each.reads], covered),
    ]
    return "\n".join([*parts, *_sections(list(known), covered)]) + "\n"


def _writes(writes: Sequence[Operation], covered: Mapping[str, Sequence[str]]) -> str:
    known = list(map(_recipe, writes))
    by_tools = [each for each in writes if each.name in covered]
    undone = [each for each in known if not each.lost]
    return f"| writes | {len(writes)} | {len(known)} | | {len(by_tools)} | {len(undone)} |\n"


def _sections(known: Sequence[Operation], covered: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for category in sorted({each.category for each in known}):
        yield f"## {category}\n"
        yield "| operation | what it is for | reached by | facade | change | scopes | tested |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        yield from (_row(each, covered) for each in known if each.category == category)
        yield ""


def _row(operation: Operation, covered: Mapping[str, Sequence[str]]) -> str:
    tools = covered.get(operation.name, ())
    general = "`read_sentry`" if operation.reads else "`change_sentry`"
    standing = "" if operation.standing == "published" else f" ({operation.standing})"
    matrix = operation.standing == "published" if operation.reads else operation.name in CASES
    cells = (
        f"`{operation.name}`",
        f"{operation.summary}{standing}",
        ", ".join(f"`{tool}`" for tool in tools) or general,
        f"`{typed()[operation.name]}`" if operation.name in typed() else "",
        "" if operation.reads else _kind(_recipe(operation)),
        ", ".join(operation.scopes),
        ", ".join([*(["matrix"] if matrix else []), *(["tool"] if tools else [])]),
    )
    return f"| {' | '.join(cells)} |"


def _recipe(operation: Operation) -> Recipe:
    """Find the recipe of an operation, or of what it does to many at once."""
    known = recipes()
    by_bulk = {each.bulk.operation: each for each in known.values() if each.bulk}
    return known[operation.name] if operation.name in known else by_bulk[operation.name]


def _kind(recipe: Recipe) -> str:
    """Name the general kind that a recipe is of, and whether it can be taken back."""
    general = next(each for each in type(recipe).__mro__ if each.__module__ == Recipe.__module__)
    kind = "of its own kind" if general is Recipe else general.__name__.lower()
    return f"{kind}{', for good' if recipe.lost else ''}"


async def _covered() -> dict[str, list[str]]:
    """Run every tool, and name for each operation the tools that cover it, the closest first."""
    simulator = _caged()
    reached = [each async for each in _run(simulator)]
    told: dict[str, list[str]] = {}
    for operation in operations().values():
        fits = [each for each in reached if operation.name in each.asked]
        close = [each for each in fits if each.closeness(operation)]
        ranked = sorted(close, key=lambda each: (-each.closeness(operation), each.tool))
        if ranked:
            least = _AS_GOOD * ranked[0].closeness(operation)
            good = [each.tool for each in ranked[:_MOST] if each.closeness(operation) >= least]
            told[operation.name] = good
    return told


def _caged() -> Simulator:
    world = World(now=now)
    world.add_organization("acme", "Acme")
    world.add_team("acme", "birds", "Birds")
    world.add_member("acme", "ana@acme.test", "Ana", teams=("birds",))
    world.add_project("acme", "aviary", "Aviary", "python", teams=("birds",))
    world.add_token(Simulator.TOKEN, user="ana@acme.test", scopes=ALL_SCOPES)
    settle(world)
    return generous(Simulator(world))


async def _run(simulator: Simulator) -> AsyncIterator[Reached]:
    issue = next(iter(simulator.world.issues.values()))
    (event, *_) = simulator.world.store.find(simulator.world.events_of(issue))
    table = calls(Place(issue.short_id, event.id))
    for toolset, module in chosen(["all"]).modules:
        for tool in _tools_of(module):
            if toolset not in _GENERAL and tool in table:
                with TemporaryDirectory() as folder:
                    asked = await _asked(simulator, folder, tool, table[tool])
                yield Reached(tool, toolset, module, asked)


def _tools_of(module: str) -> Sequence[str]:
    return sorted(file.stem for file in (ROOT / "tools" / module).glob("*.json"))


async def _asked(
    simulator: Simulator, folder: str, tool: str, ways: Sequence[Mapping[str, object]]
) -> frozenset[str]:
    """Call a tool in all its ways, and name the operations that Sentry was asked for."""
    settings = Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("all",),
        requests_per_second=100_000,
        state_dir=folder,
    )
    before = len(simulator.world.seen)
    async with Client(build_server(settings, simulator, now=now)) as client:
        for arguments in ways:
            await client.call_tool(tool, dict(arguments))
    if plans := _planned(Path(folder)):
        return plans
    lines = simulator.world.seen[before:]
    return frozenset(name for line in lines for name in _named(line))


def _planned(folder: Path) -> frozenset[str]:
    """Name the operations that were planned, and those that do the same to many at once."""
    with closing(Ledger(folder)) as ledger:
        changes = ledger.latest(_PLANS)
    orders = [step.order for each in changes for step in each.plan.steps]
    bulks = (recipe_for(order).bulk for order in orders)
    return frozenset(
        [order.operation for order in orders] + [bulk.operation for bulk in bulks if bulk]
    )


def _named(line: str) -> Iterator[str]:
    """Find the operation behind a request."""
    method, _, url = line.partition(" ")
    path = url.partition("?")[0].removeprefix("/api/0")
    fitting = [
        each
        for each in operations().values()
        if each.method == method and _pattern(each.path).fullmatch(path)
    ]
    if fitting:
        yield min(fitting, key=lambda each: len(each.places)).name


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))


def _subject(name: str) -> frozenset[str]:
    """Name what a tool or an operation is about: its words without the verb.

    Searching the catalogue leaves the organization out of the words, since it is everywhere.
    """
    whole = {"organization"} if _ORGANIZATION.search(name) else set[str]()
    return (frozenset(words(name)) | whole) - _VERBS


def _below(path: str) -> frozenset[str]:
    """Name what an operation's address leads through, below the organization or the project."""
    return frozenset(words(" ".join(path.split("/")[4:])))


if __name__ == "__main__":
    for file, text in current().items():
        file.write_text(text, encoding="utf-8")
