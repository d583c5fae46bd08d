"""The parts of docs/changes.md that are made: what tools really say, and what can't be undone."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import anyio
from mcp import Client

from answers import text_of
from clock import generous, now
from dexter_mcp.changes.recipes import recipes
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from writing import Person

PAGE: Final = Path(__file__).parents[1] / "docs/changes.md"
_BLOCK: Final = re.compile(
    r"(<!-- (?P<name>[\w ]+): made by `make surface` -->\n).*?(<!-- end -->)", re.DOTALL
)
_DRAWN: Final = (
    (re.compile(r"c-[a-z0-9]{10}\b"), ("c-7f3k2m9qxw", "c-9d4wq8tb2n", "c-5hx7m3kzpv")),
    (re.compile(r"(?<=\.)[0-9a-f]{16}\b"), ("5be7e7cd59a6e91b", "a1c02f7de4930b68")),
    (re.compile(r"(?<=event text )[0-9a-f]{8}\b"), ("7f3a19c2",)),
    (re.compile(r'(?<="id":")[0-9a-f]{16}\b'), ("c41f0a6b9d2e7358",)),
    (re.compile(r'(?<="request":")[0-9a-f]{8}\b'), ("20334712",)),
)
"""What is drawn anew each time, and what stands for it on the page."""
_RESOLVE: Final[Mapping[str, Any]] = {
    "issues": ["CHECKOUT-J", "CHECKOUT-2"],
    "status": "resolved_in_next_release",
}


def made(page: str) -> str:
    """Bring the made parts of the page up to date."""
    parts = anyio.run(_parts)
    return _BLOCK.sub(lambda found: f"{found[1]}{parts[found['name']]}{found[3]}", page)


async def _parts() -> Mapping[str, str]:
    simulator = generous(Simulator.with_sample_data(now=now))
    with TemporaryDirectory() as folder:
        assistant = _served(simulator, folder)
        transcript = "\n".join([line async for line in _transcript(assistant)])
        audit = anyio.Path(folder) / "audit.jsonl"
        (line, *_) = (await audit.read_text("utf-8")).splitlines()
        person = Person("decline")
        async with _served(simulator, folder, person) as client:
            await client.call_tool("update_issues", dict(_RESOLVE))
    return {
        "transcript": _boxed(transcript),
        "question": _boxed(person.asked[0]),
        "audit line": _boxed(line, "json"),
        "losses": _losses(),
    }


def _served(simulator: Simulator, folder: str, person: Person | None = None) -> Client:
    settings = Settings(
        url="https://sentry.io", token=Simulator.TOKEN, org="acme", state_dir=folder
    )
    server = build_server(settings, simulator, now=now)
    return Client(server, elicitation_callback=person)


async def _transcript(assistant: Client) -> AsyncIterator[str]:
    """Plan, carry out and take back; the client can't ask its user."""
    async with assistant as client:

        async def say(tool: str, **arguments: Any) -> tuple[str, str]:
            told = text_of(await client.call_tool(tool, arguments))
            given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
            return f"→ {tool}({given})\n{told}\n", told.rpartition("change=")[2].split()[0]

        shown, handle = await say("update_issues", **_RESOLVE)
        yield shown
        shown, change = await say("apply_change", change=handle)
        yield shown
        shown, handle = await say("undo_change", change=change)
        yield shown
        shown, _ = await say("apply_change", change=handle)
        yield shown.rstrip("\n")


def _losses() -> str:
    """List what can't be undone, operations with the same reason together."""
    why = defaultdict[str, list[str]](list)
    for operation, recipe in sorted(recipes().items()):
        if recipe.lost:
            why[recipe.lost].append(f"`{operation}`")
    rows = (f"| {', '.join(names)} | {reason} |" for reason, names in why.items())
    return "\n".join(["| operation | why it can't be undone |", "| --- | --- |", *rows, ""])


def _boxed(text: str, language: str = "") -> str:
    return f"```{language}\n{_steady(text)}\n```\n"


def _steady(text: str) -> str:
    for drawn, standing in _DRAWN:
        text = drawn.sub(_by_order(standing), text)
    return text


def _by_order(names: tuple[str, ...]) -> Callable[[re.Match[str]], str]:
    """Give each thing that is found its own name, the same thing always the same."""
    numbers: Iterator[int] = count()
    known = defaultdict[str, str](lambda: names[next(numbers) % len(names)])
    return lambda found: known[found[0]]
