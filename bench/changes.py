"""Random changes by several servers at once while Sentry fails: does the log tell the truth?

Four servers share a state folder and a simulated Sentry, in which a part of the requests fails
before or after it is carried out. At the end the audit log is replayed over how everything was at
the beginning, and has to give how it is.
"""

import json
import random
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from mcp import MCPError

from answers import text_of
from candidates import Candidate, Running, ours, running
from sentry import Carried, Sentry

AT_ONCE = 4
_PATIENCE = 60.0
"""Seconds after which hosts give up."""
_ISSUES = 40
_PRIORITIES = ("low", "medium", "high")
_CHANGE = re.compile(r"c-[a-z0-9]{10}")
_HANDLE = re.compile(r'apply_change`? change=(\S+\.\w+)(?: name="(.*)")?')

State = dict[str, Any] | None


@dataclass
class Changes:
    """What became of all changes. Times are in seconds, sizes in bytes."""

    seconds: list[float] = field(default_factory=list[float])
    ends: Counter[str] = field(default_factory=Counter[str])
    fates: Counter[str] = field(default_factory=Counter[str])
    lost: int = 0
    open: int = 0
    twice: int = 0
    unrecorded: int = 0
    untrue: list[str] = field(default_factory=list[str])
    carried: Carried | None = None
    sizes: Mapping[str, int] = field(default_factory=dict[str, int])


async def changes(sentry: Sentry, *, minutes: float) -> Changes:
    """Change Sentry for so long, then compare what it shows with what the log says."""
    result = Changes()
    with TemporaryDirectory() as folder:
        candidate = _writer(sentry, folder)
        issues = sorted(name for name in await sentry.state() if name.startswith("issue "))
        before, already = await sentry.state(), len((await sentry.carried()).writes)
        await sentry.weather("gusts")
        async with AsyncExitStack() as stack:
            servers = [await stack.enter_async_context(running(candidate)) for _ in range(AT_ONCE)]
            async with anyio.create_task_group() as group:
                for number, server in enumerate(servers):
                    client = _Client(number, server, issues[:_ISSUES], result)
                    group.start_soon(client.run, time.perf_counter() + minutes * 60)
        await sentry.weather("calm")
        async with running(candidate) as server:
            await server.client.call_tool("list_changes", {})
        carried = await sentry.carried()
        result.carried = carried.model_copy(update={"writes": carried.writes[already:]})
        _judge(result, Path(folder), before, await sentry.state())
    return result


def _writer(sentry: Sentry, folder: str) -> Candidate:
    own = ours(sentry)
    more = {
        "SENTRY_ORG": sentry.told.org,
        "DEXTER_STATE_DIR": folder,
        "DEXTER_WRITES": "allow",
        "DEXTER_WRITES_PER_MINUTE": "100000",
        "DEXTER_WRITES_PER_HOUR": "100000",
    }
    return replace(own, environment={**own.environment, **more})


class _Client:
    """Somebody who changes this and that, takes some of it back, and goes on with what stopped."""

    def __init__(
        self, number: int, server: Running, issues: Sequence[str], result: Changes
    ) -> None:
        self._number, self._server, self._issues, self._result = number, server, issues, result
        self._chance = random.Random(number)  # noqa: S311 - chance makes a mixture, not security
        self._done, self._stopped = list[str](), list[str]()
        self._teams = list[str]()

    async def run(self, until: float) -> None:
        """Change one thing after the other."""
        while time.perf_counter() < until:
            tool, arguments = self._next()
            began = time.perf_counter()
            try:
                said = await self._call(tool, arguments)
            except (MCPError, TimeoutError):
                self._result.lost += 1
                continue
            self._result.seconds.append(time.perf_counter() - began)
            self._note(said)

    async def _call(self, tool: str, arguments: dict[str, Any]) -> str:
        client = self._server.client
        given = await client.call_tool(tool, arguments, read_timeout_seconds=_PATIENCE)
        planned = _HANDLE.search(text_of(given))
        if planned:
            typed = {"name": planned[2]} if planned[2] else {}
            named = {"change": planned[1], **typed}
            given = await client.call_tool("apply_change", named, read_timeout_seconds=_PATIENCE)
        return text_of(given)

    def _note(self, said: str) -> None:
        self._result.ends[re.split(r"[,:( ]", said, maxsplit=1)[0]] += 1
        change = _CHANGE.findall(said)
        if not change:
            return
        if "to try what is left" in said:
            self._stopped.append(change[-1])
        elif "to take it back" in said:
            self._done.append(change[-1])

    def _next(self) -> tuple[str, dict[str, Any]]:
        chance = self._chance.random()
        if self._stopped and chance < 0.3:  # noqa: PLR2004 - a share
            return "apply_change", {"change": self._stopped.pop()}
        if self._done and chance < 0.45:  # noqa: PLR2004 - likewise
            return "undo_change", {
                "change": self._done.pop(self._chance.randrange(len(self._done)))
            }
        operation, arguments = self._chance.choice((self._one, self._many, self._new, self._gone))()
        return "change_sentry", {"operation": operation, "arguments": arguments}

    def _one(self) -> tuple[str, list[str]]:
        name = self._chance.choice(self._issues).replace(" ", "=")
        return "update_issue", [name, f"priority={self._chance.choice(_PRIORITIES)}"]

    def _many(self) -> tuple[str, list[str]]:
        names = self._chance.sample(self._issues, self._chance.randint(2, 15))
        ids = [name.replace("issue ", "id=") for name in names]
        return "bulk_update_issues", [*ids, f"priority={self._chance.choice(_PRIORITIES)}"]

    def _new(self) -> tuple[str, list[str]]:
        """Make a team; some of them others want too."""
        slug = f"crew-{self._chance.randrange(30)}"
        self._teams.append(slug)
        return "create_team", [f"slug={slug}", f"name=Crew {slug}"]

    def _gone(self) -> tuple[str, list[str]]:
        if not self._teams:
            return self._one()
        return "delete_team", [f"team={self._teams.pop()}"]


def _judge(
    result: Changes, folder: Path, before: Mapping[str, State], now: Mapping[str, State]
) -> None:
    lines = list(_lines(folder))
    with sqlite3.connect(folder / "changes.sqlite3") as ledger:
        attempts, still = ledger.execute("SELECT count(*), count(open) FROM attempts").fetchone()
    ledger.close()
    result.open, result.unrecorded = still, attempts - len({line["id"] for line in lines})
    result.fates = Counter(fate for line in lines for fate in line["outcome"].split())
    asked = Counter(f"{line['method']} {line['path']}" for line in lines)
    carried = Counter(result.carried.writes if result.carried else ())
    result.twice = (carried - asked).total() + len(lines) - len({line["id"] for line in lines})
    result.untrue = list(_untrue(_replayed(lines, before), before, now))
    result.sizes = {
        kind: sum(file.stat().st_size for file in folder.glob(pattern))
        for kind, pattern in (("ledger", "changes.sqlite3*"), ("audit", "audit*.jsonl"))
    }


def _lines(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("audit*.jsonl")):
        yield from (json.loads(line) for line in file.read_bytes().splitlines() if line)


def _replayed(
    lines: Sequence[Mapping[str, Any]], before: Mapping[str, State]
) -> dict[str, list[State]]:
    """Say how each target may be now: one way, or two where nobody knows what became of it."""
    states = {name: [state] for name, state in before.items()}
    for line in lines:
        for target in line["targets"]:
            was = states.get(target, [None])
            found, after = line["found"].get(target), line["after"].get(target)
            sure = line["outcome"] in {"done", "already"}
            if found is not None or (sure and after is None):
                states[target] = [found]
            else:
                states[target] = [after] if sure else [*was, after]
    return states


def _untrue(
    replayed: Mapping[str, Sequence[State]],
    before: Mapping[str, State],
    now: Mapping[str, State],
) -> Iterator[str]:
    for target in sorted({*replayed, *before, *now}):
        shown, told = now.get(target), replayed.get(target, [None])
        if not any(_same(shown, each) for each in told):
            yield f"{target} is {shown}, and was told to be {told}"


def _same(shown: State, told: State) -> bool:
    if shown is None or told is None:
        return shown is told
    return all(shown[name] == told[name] for name in shown if name in told)
