"""A server killed in the middle of a change: the next one finds out what came of it."""

import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
import uvicorn
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream
from starlette.types import Scope

from dexter_mcp.simulator import Fault, Simulator
from shaken import HANDLE, Forgetful, Shaken, a_simulator, bulk, carried_out, shaken, wishes
from small_world import Clock
from writing import audited, change_in, writes_of

pytestmark = pytest.mark.anyio

TESTS = Path(__file__).parent.parent


class Trap(Fault):
    """Holds the first request that fits, and tells that it has."""

    def __init__(self, method: str, when: Callable[[], bool] = lambda: True) -> None:
        super().__init__(method=method, hang=True)
        self.when, self.sprung = when, anyio.Event()

    def hits(self, scope: Scope) -> bool:
        if not (Fault.hits(self, scope) and self.when()):
            return False
        self.sprung.set()
        return True


@dataclass
class Street:
    """A Sentry on a port, and the processes that change it."""

    sentry: Forgetful
    folder: Path
    url: str

    @property
    def simulator(self) -> Simulator:
        return self.sentry.simulator

    def set_trap(
        self, method: str, *, lands: bool = False, after: int = 0, reads: int = 0
    ) -> anyio.Event:
        """Hold a request after so many writes, and so many reads after those.

        What comes back tells when it is held; where it `lands`, that is after it is carried out.
        """
        seen = self.simulator.world.seen

        def due() -> bool:
            written = [at for at, line in enumerate(seen) if not line.startswith("GET ")]
            if len(written) < after:
                return False
            return not reads or len(seen) - 1 - written[-1] > reads

        trap = Trap(method, due)
        (self.sentry if lands else self.simulator).faults.add(trap)
        return self.sentry.forgot if lands else trap.sprung

    @asynccontextmanager
    async def errand(
        self, wish: dict[str, Any], tool: str = "change_sentry", **environment: str
    ) -> AsyncGenerator[Process]:
        """Send a process on its way; it is killed at the end."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SENTRY_", "DEXTER_"))}
        told = {
            "SENTRY_URL": self.url,
            "SENTRY_AUTH_TOKEN": Simulator.TOKEN,
            "SENTRY_ORG": "acme",
            "DEXTER_STATE_DIR": str(self.folder),
            "DEXTER_WRITES": "allow",
            "PYTHONPATH": str(TESTS),
            **environment,
        }
        command = [sys.executable, str(TESTS / "errand.py"), tool, json.dumps(wish)]
        with anyio.fail_after(30):
            async with await anyio.open_process(command, env=kept | told, stderr=None) as process:
                try:
                    yield process
                finally:
                    if process.returncode is None:
                        process.send_signal(signal.SIGKILL)
                        await process.wait()

    async def killed_at(self, held: anyio.Event, wish: dict[str, Any]) -> None:
        """Send a process on its way, and kill it as soon as it is in the trap."""
        async with self.errand(wish):
            await held.wait()
        self.sentry.faults.clear()
        self.simulator.faults.clear()

    def later(self, **more: Any) -> Any:
        """Come back with a server that knows nothing of the one that was killed."""
        clock = partial(datetime.now, UTC)
        return shaken(self.folder, self.simulator, now=clock, url=self.url, **more)


@asynccontextmanager
async def street(folder: Path, issues: int = 2) -> AsyncGenerator[Street]:
    sentry = Forgetful(a_simulator(issues, now=Clock()))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(sentry, log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listener])
            yield Street(sentry, folder, f"http://127.0.0.1:{listener.getsockname()[1]}")
            server.should_exit = server.force_exit = True


async def said_by(process: Process) -> str:
    assert process.stdout
    line = await BufferedByteReceiveStream(process.stdout).receive_until(b"\n", 1 << 20)
    return str(json.loads(line))


def outcomes(folder: Path) -> Sequence[str]:
    return [line["outcome"] for line in audited(folder)]


async def the_change(it: Shaken) -> str:
    return change_in(await it.said("list_changes"))


async def test_a_plan_outlives_the_server_that_made_it(tmp_path: Path) -> None:
    async with street(tmp_path) as there:
        wish = wishes(there.simulator)["create"]
        async with there.errand(wish.call, DEXTER_WRITES="ask") as process:
            (handle,) = HANDLE.findall(await said_by(process))
        async with there.later(writes="ask") as it:
            assert "planned" in await it.said("list_changes")
            assert writes_of(there.simulator) == []
            assert (await it.said("apply_change", change=handle)).startswith("Done")
    assert wish.fulfilled(there.simulator)


@pytest.mark.parametrize("kind", ["update", "create"])
async def test_killed_while_sentry_had_not_begun(kind: str, tmp_path: Path) -> None:
    async with street(tmp_path) as there:
        wish = wishes(there.simulator)[kind]
        await there.killed_at(there.set_trap(wish.method), wish.call)
        async with there.later() as it:
            told = await it.said("list_changes", change=await the_change(it))
            assert "stopped" in told, told
            assert "server ended before Sentry answered" in told
            assert outcomes(tmp_path) == ["unclear"]
            said = await it.said("apply_change", change=change_in(told))
            assert said.startswith("Done"), said
    assert len(writes_of(there.simulator)) == 2, "the first was never carried out"
    assert wish.fulfilled(there.simulator)
    assert outcomes(tmp_path)[1:] == ["done"]


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("create", "before the answer"),
        ("update", "before the record"),
        ("delete", "before the record"),
    ],
)
async def test_killed_when_sentry_had_done_it(kind: str, where: str, tmp_path: Path) -> None:
    async with street(tmp_path) as there:
        wish = wishes(there.simulator)[kind]
        held = (
            there.set_trap(wish.method, lands=True)
            if where == "before the answer"
            else there.set_trap("GET", after=1)
        )
        await there.killed_at(held, wish.call)
        assert wish.fulfilled(there.simulator)
        async with there.later() as it:
            told = await it.said("list_changes", change=await the_change(it))
            assert outcomes(tmp_path) == ["done"], told
            said = await it.said("apply_change", change=change_in(told))
            assert said.startswith("Done"), said
            assert len(writes_of(there.simulator)) == 1
            if kind != "delete":
                undone = await it.said("undo_change", change=change_in(told))
                assert undone.startswith("Done"), undone
                assert not wish.fulfilled(there.simulator)


async def test_killed_between_two_stages(tmp_path: Path) -> None:
    async with street(tmp_path, issues=30) as there:
        held = there.set_trap("GET", after=1, reads=1)
        await there.killed_at(held, bulk(there.simulator, priority="high"))
        assert carried_out(there.simulator) == 3
        async with there.later() as it:
            change = await the_change(it)
            told = await it.said("list_changes", change=change)
            assert "stopped" in told, told
            assert outcomes(tmp_path) == ["done"]
            assert (await it.said("apply_change", change=change)).startswith("Done, 30")
            named = named_in(there.simulator)
            assert len(named) == len(set(named)) == 30, "somebody was named twice"
            assert (await it.said("undo_change", change=change)).startswith("Done, 30")
    assert carried_out(there.simulator) == 0


async def test_killed_in_the_middle_of_a_stage(tmp_path: Path) -> None:
    async with street(tmp_path, issues=30) as there:
        held = there.set_trap("PUT", lands=True, after=1)
        await there.killed_at(held, bulk(there.simulator, priority="high"))
        assert carried_out(there.simulator) == 15
        async with there.later() as it:
            change = await the_change(it)
            assert outcomes(tmp_path) == ["done", "done"]
            assert (await it.said("apply_change", change=change)).startswith("Done, 30")
    named = named_in(there.simulator)
    assert len(named) == len(set(named)) == 30


async def test_killed_twice_on_the_way(tmp_path: Path) -> None:
    async with street(tmp_path) as there:
        wish = wishes(there.simulator)["update"]
        await there.killed_at(there.set_trap("PUT", lands=True), wish.call)
        held = there.set_trap("GET")
        async with there.errand({}, tool="list_changes"):
            await held.wait()
        there.simulator.faults.clear()
        async with there.later() as it:
            assert "stopped" in await it.said("list_changes")
    assert outcomes(tmp_path) == ["done"]


async def test_a_server_that_still_runs_is_not_settled_by_another(tmp_path: Path) -> None:
    async with street(tmp_path) as there:
        wish = wishes(there.simulator)["create"]
        held = there.set_trap("POST")
        async with there.errand(wish.call):
            await held.wait()
            async with there.later() as it:
                assert "applying" in await it.said("list_changes")
                refused = await it.said("apply_change", change=await the_change(it))
                assert "still under way" in refused, refused
                assert not await anyio.Path(tmp_path / "audit.jsonl").exists()


def named_in(simulator: Simulator) -> Sequence[str]:
    return [n for line in writes_of(simulator) for n in re.findall(r"[?&]id=(\d+)", line)]
