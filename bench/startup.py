"""How long a host waits for a server: spawn, `initialize`, `tools/list`.

Raw pipes, so that no client's own time is in it. The environment should hold the wheel and little
else: the SDK's logging imports `rich` where it finds it. Servers take turns, so that a busy moment
slows all of them; medians are shown.
"""

import json
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import IO, NamedTuple

import processes
from candidates import Candidate

_HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "bench", "version": "1"},
}


class Start(NamedTuple):
    """Milliseconds from spawn to each answer, and the most memory held by then, in megabytes."""

    initialize: float
    tools_list: float
    memory: float


def starts(candidates: Sequence[Candidate], *, runs: int) -> list[Start]:
    """Start each server so many times, after once to warm the disk's cache; give the medians."""
    rounds = [[_start(each) for each in candidates] for _ in range(runs + 1)][1:]
    return [_median(column) for column in zip(*rounds, strict=True)]


def _start(candidate: Candidate) -> Start:
    """Start a server, greet it, list its tools, and let it go."""
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - what the user asked to measure
        candidate.command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=candidate.surroundings,
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
        memory = processes.peak_memory(server.pid)
    return Start((greeted - began) * 1e3, (listed - began) * 1e3, memory)


def _send(pipe: IO[bytes], message: Mapping[str, object]) -> None:
    pipe.write(json.dumps({"jsonrpc": "2.0"} | dict(message)).encode() + b"\n")
    pipe.flush()


def _await(pipe: IO[bytes], request: int) -> None:
    for line in pipe:
        if json.loads(line).get("id") == request:
            return
    raise RuntimeError("The server left before it answered. Try its command line in a terminal.")


def _median(runs: Sequence[Start]) -> Start:
    return Start(*map(statistics.median, zip(*runs, strict=True)))
