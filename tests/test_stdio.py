"""The runner, as a host meets it: a process, two pipes, signals."""

import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream
from mcp import Client, StdioServerParameters

pytestmark = pytest.mark.anyio

ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}
SERVE = (sys.executable, "-m", "dexter_mcp", "--simulator")
STRAY = """\
import atexit, sys
from dexter_mcp.cli import run
class Loud:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("dexter_mcp.server"):
            print("while importing", name, flush=True)
sys.meta_path.insert(0, Loud())
atexit.register(print, "on the way out")
sys.exit(run(["--simulator"]))
"""


class Host:
    """One end of the pipes."""

    def __init__(self, process: Process) -> None:
        self.process = process
        assert process.stdout
        self._lines = BufferedByteReceiveStream(process.stdout)

    async def send(
        self, method: str, params: Mapping[str, Any], request: int | None = None
    ) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        message |= {} if request is None else {"id": request}
        assert self.process.stdin
        await self.process.stdin.send(json.dumps(message).encode() + b"\n")

    async def ask(self, method: str, params: Mapping[str, Any], request: int) -> dict[str, Any]:
        """Send a request and read up to its answer; every line must be protocol."""
        await self.send(method, params, request)
        while True:
            message = json.loads(await self._lines.receive_until(b"\n", 1 << 24))
            assert message["jsonrpc"] == "2.0"
            if message.get("id") == request:
                return message

    async def greet(self) -> dict[str, Any]:
        answer = await self.ask("initialize", HELLO, 1)
        await self.send("notifications/initialized", {})
        return answer

    async def rest_of_stdout(self) -> bytes:
        rest = bytes(self._lines.buffer)
        assert self.process.stdout
        return rest + b"".join([chunk async for chunk in self.process.stdout])

    async def hang_up(self) -> int:
        assert self.process.stdin
        await self.process.stdin.aclose()
        return await self.process.wait()


@asynccontextmanager
async def hosted(
    command: tuple[str, ...] = SERVE, environment: Mapping[str, str] | None = None
) -> AsyncGenerator[Host]:
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("SENTRY_")}
    env = quiet | dict(environment or {})
    with anyio.fail_after(60):
        async with await anyio.open_process(list(command), env=env, stderr=None) as process:
            try:
                yield Host(process)
            finally:
                if process.returncode is None:
                    process.kill()


async def test_the_process_ends_when_its_input_does() -> None:
    async with hosted() as host:
        await host.greet()
        assert await host.hang_up() == 0


async def test_input_that_ends_at_once_is_no_error() -> None:
    async with hosted() as host:
        assert await host.hang_up() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_though_its_input_is_open(
    number: signal.Signals,
) -> None:
    async with hosted() as host:
        await host.greet()
        host.process.send_signal(number)
        assert await host.process.wait() == 0


async def test_a_client_that_stops_listening_is_no_failure() -> None:
    async with hosted() as host:
        await host.greet()
        assert host.process.stdout
        await host.process.stdout.aclose()
        await host.send("tools/list", {}, 2)
        assert await host.hang_up() == 0


async def test_a_probe_does_not_settle_the_era() -> None:
    async with hosted() as host:
        probed = await host.ask("server/discover", {"_meta": ENVELOPE}, 7)
        assert "2026-07-28" in probed["result"]["supportedVersions"]
        assert (await host.greet())["result"]["protocolVersion"] == "2025-11-25"
        assert (await host.ask("tools/list", {}, 2))["result"]["tools"]
        assert await host.hang_up() == 0


async def test_a_modern_client_goes_on_after_its_probe() -> None:
    async with hosted() as host:
        await host.ask("server/discover", {"_meta": ENVELOPE}, 1)
        await host.ask("server/discover", {"_meta": ENVELOPE}, 2)
        listed = await host.ask("tools/list", {"_meta": ENVELOPE}, 3)
        assert listed["result"]["tools"]
        refused = await host.ask("initialize", HELLO, 4)
        assert "error" in refused


async def test_a_malformed_line_does_not_end_the_conversation() -> None:
    async with hosted() as host:
        assert host.process.stdin
        await host.process.stdin.send(b"{not json}\n")
        assert "result" in await host.greet()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_real_client_is_served_in_both_eras(mode: str) -> None:
    server = StdioServerParameters(command=SERVE[0], args=list(SERVE[1:]))
    with anyio.fail_after(60):
        async with Client(server, mode=mode) as client:
            assert (await client.list_tools()).tools
            result = await client.call_tool("search_issues", {"limit": 1})
            assert not result.is_error


async def test_stray_prints_never_reach_the_protocol() -> None:
    async with hosted((sys.executable, "-c", STRAY)) as host:
        rest = json.dumps(await host.greet())
        await host.ask("tools/call", {"name": "search_issues", "arguments": {"limit": 1}}, 2)
        assert await host.hang_up() == 0
        rest += (await host.rest_of_stdout()).decode()
    for stray in ("while importing", "on the way out"):
        assert stray not in rest


async def test_text_is_utf_8_whatever_the_locale_says() -> None:
    locale = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "LC_ALL": "C"}
    async with hosted(environment=locale) as host:
        await host.greet()
        asked = {"name": "search_issues", "arguments": {"query": "is:unresolved 日本語→"}}
        answer = await host.ask("tools/call", asked, 2)
        assert "日本語→" in answer["result"]["content"][0]["text"]
