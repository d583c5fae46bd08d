"""How long a host waits for us: spawn, `initialize`, `tools/list`; beside a bare server.

Run it in an environment that holds the wheel and nothing else: the SDK's logging imports `rich`
where it finds it. Runs are interleaved, so that a busy moment slows both; medians are shown.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

_BARE = (sys.executable, str(Path(__file__).with_name("bare.py")))
_OURS = (sys.executable, "-m", "dexter_mcp")
_HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "bench", "version": "1"},
}


class Run(NamedTuple):
    """Milliseconds from spawn to each answer, and the memory then held, in megabytes."""

    initialize: float
    tools_list: float
    memory: float


def measure(command: Sequence[str]) -> Run:
    """Start a server, greet it, list its tools, and let it go."""
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("SENTRY_")}
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - one of the two commands above
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=quiet
    ) as server:
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("The pipes are missing.")
        _send(server.stdin, {"id": 1, "method": "initialize", "params": _HELLO})
        _await(server.stdout, 1)
        greeted = time.perf_counter()
        _send(server.stdin, {"method": "notifications/initialized"})
        _send(server.stdin, {"id": 2, "method": "tools/list", "params": {}})
        _await(server.stdout, 2)
        listed = time.perf_counter()
        return Run((greeted - started) * 1e3, (listed - started) * 1e3, _memory(server.pid))


def _send(pipe: IO[bytes], message: Mapping[str, object]) -> None:
    pipe.write(json.dumps({"jsonrpc": "2.0"} | dict(message)).encode() + b"\n")
    pipe.flush()


def _await(pipe: IO[bytes], request: int) -> None:
    for line in pipe:
        if json.loads(line).get("id") == request:
            return
    raise RuntimeError("The server left before it answered.")


def _memory(process: int) -> float:
    """Read the resident memory where the system shows it, else give 0."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return 0.0
    rows = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(rows["VmRSS"].split()[0]) / 1024


def main() -> None:
    """Print the medians of both servers and the share that is ours."""
    parser = argparse.ArgumentParser(description="Measure the start.")
    parser.add_argument("--runs", type=int, default=11)
    runs: int = parser.parse_args().runs
    pairs = [(measure(_BARE), measure(_OURS)) for _ in range(runs + 1)][1:]
    bare, ours = (_median(side) for side in zip(*pairs, strict=True))
    print(f"median of {runs} runs, Python {sys.version.split()[0]}\n")
    print(f"{'':22}{'initialize':>12}{'tools/list':>12}{'memory':>10}")
    for name, run in (("bare server, 1 tool", bare), ("dexter-mcp", ours)):
        print(f"{name:22}{_row(run)}")
    print(f"{'ours':22}{_row(Run(*(o - b for o, b in zip(ours, bare, strict=True))))}")


def _median(runs: Sequence[Run]) -> Run:
    return Run(*map(statistics.median, zip(*runs, strict=True)))


def _row(run: Run) -> str:
    return f"{run.initialize:9.0f} ms{run.tools_list:9.0f} ms{run.memory:7.1f} MB"


if __name__ == "__main__":
    main()
