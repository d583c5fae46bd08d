"""Changes on a bad day: a Sentry that does as it is told and fails to say so, and who meets it."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.types import CallToolResult
from starlette.types import Message, Receive, Scope, Send

from answers import text_of
from clock import generous
from dexter_mcp.server import build_server
from dexter_mcp.simulator import Fault, Simulator
from dexter_mcp.simulator.faults import Faults, misbehave
from small_world import BORN, small_world, story
from virtual_time import now as virtual_now
from writing import Json, attempted, audited, settings, writes_of

HANDLE = re.compile(r"change=(c-\w+\.\w+)")


@dataclass
class Forgetful:
    """Carries out what it is asked, then fails as `faults` say: the answer is lost."""

    simulator: Simulator
    faults: Faults = field(default_factory=Faults)
    forgot: anyio.Event = field(default_factory=anyio.Event)
    """Whether it has carried something out without saying so."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self.faults.take(scope) if scope["type"] == "http" else None
        if fault is None:
            await self.simulator(scope, receive, send)
            return
        await self.simulator(scope, receive, _nowhere)
        self.forgot.set()
        await misbehave(fault, self.simulator, scope, receive, send)


class Afterwards(Fault):
    """Hits nothing before something was written."""

    def __init__(self, simulator: Simulator, **fault: Any) -> None:
        super().__init__(**fault)
        self.simulator = simulator

    def hits(self, scope: Scope) -> bool:
        return Fault.hits(self, scope) and bool(writes_of(self.simulator))


class Later(Fault):
    """Hits once, and only when so many requests that write have come."""

    def __init__(self, simulator: Simulator, *, writes: int, **fault: Any) -> None:
        super().__init__(**fault)
        self.simulator, self.writes = simulator, writes

    def hits(self, scope: Scope) -> bool:
        return Fault.hits(self, scope) and len(writes_of(self.simulator)) >= self.writes


async def _nowhere(_: Message) -> None: ...


@dataclass(frozen=True)
class Wish:
    """A change that somebody wants, and whether the world is as they want it."""

    operation: str
    arguments: tuple[str, ...]
    path: str
    method: str
    fulfilled: Callable[[Simulator], bool]

    @property
    def call(self) -> Json:
        return {"operation": self.operation, "arguments": list(self.arguments)}


def wishes(simulator: Simulator) -> dict[str, Wish]:
    """One change of each kind."""
    issue = min(simulator.world.issues)

    def teams() -> list[str]:
        return [team.slug for team in simulator.world.teams]

    return {
        "update": Wish(
            "update_issue",
            (f"issue={issue}", "priority=high"),
            f"/issues/{issue}/",
            "PUT",
            lambda it: it.world.issues[issue].priority == "high",
        ),
        "create": Wish(
            "create_team",
            ("slug=night-watch", "name=Night Watch"),
            "/organizations/acme/teams/",
            "POST",
            lambda _: teams().count("night-watch") == 1,
        ),
        "delete": Wish(
            "delete_team",
            ("team=storefront",),
            "/teams/acme/",
            "DELETE",
            lambda _: "storefront" not in teams(),
        ),
    }


def bulk(simulator: Simulator, **body: str) -> Json:
    """Give the arguments that change all issues at once."""
    ids = [f"id={number}" for number in simulator.world.issues]
    told = [f"{name}={value}" for name, value in body.items()]
    return {"operation": "bulk_update_issues", "arguments": [*ids, *told]}


def carried_out(simulator: Simulator) -> int:
    """Count the issues whose priority was made high."""
    return sum(issue.priority == "high" for issue in simulator.world.issues.values())


@dataclass
class Shaken:
    """Someone who changes a small world by way of a Sentry that may fail."""

    client: Client
    sentry: Forgetful
    folder: Path

    @property
    def simulator(self) -> Simulator:
        return self.sentry.simulator

    @property
    def writes(self) -> list[str]:
        return writes_of(self.simulator)

    @property
    def outcomes(self) -> list[str]:
        return [line["outcome"] for line in audited(self.folder)]

    def fail(self, *, lands: bool = False, **fault: Any) -> None:
        """Let requests fail, before or after Sentry carried them out."""
        place = self.sentry.faults if lands else self.simulator.faults
        place.add(Fault(**fault))

    def fail_afterwards(self, **fault: Any) -> None:
        """Let requests fail as soon as something was written."""
        self.simulator.faults.add(Afterwards(self.simulator, **fault))

    def behave(self) -> None:
        self.sentry.faults.clear()
        self.simulator.faults.clear()

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        return await attempted(self.client, tool, **arguments)

    async def said(self, tool: str, **arguments: Any) -> str:
        return text_of(await self.call(tool, **arguments))

    async def want(self, wish: Wish) -> str:
        return await self.said("change_sentry", **wish.call)


def a_simulator(issues: int = 2, now: Callable[[], datetime] = virtual_now) -> Simulator:
    """A small world with so many issues, and no limits."""
    world = small_world(now)
    for number in range(issues):
        world.tell("acme", story(f"Error{number}", ago=1 + number / 10))
    return generous(Simulator(world))


@asynccontextmanager
async def shaken(
    folder: Path,
    simulator: Simulator,
    *,
    now: Callable[[], datetime] = virtual_now,
    mode: Any = "auto",
    elicitation: Any = None,
    **more: Any,
) -> AsyncGenerator[Shaken]:
    sentry = Forgetful(simulator)
    server = build_server(settings(folder, **more), sentry, now=now)
    async with Client(server, mode=mode, elicitation_callback=elicitation) as client:
        yield Shaken(client, sentry, folder)


def standing_still() -> datetime:
    return BORN
