"""`dexter-mcp simulator`: the simulator on a port, for SDKs and any other client of Sentry."""

import argparse
import errno
import socket
import sys

import uvicorn

from dexter_mcp.simulator import Simulator

_LOOPBACK = "127.0.0.1"


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; print the address, a token and a DSN once the port is taken.

    2 if the port can't be had.
    """
    try:
        listener = socket.create_server((_LOOPBACK, arguments.port))
    except OSError as error:
        print(f"dexter-mcp: {_refusal(error, arguments.port)}", file=sys.stderr)
        return 2
    # Its protocol number is 0, so that asyncio would leave Nagle's delay of 40 ms on.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with listener:
        _serve(listener)
    return 0


def _refusal(error: OSError, port: int) -> str:
    taken = error.errno == errno.EADDRINUSE
    reason = "is taken" if taken else f"can't be used ({error.strerror})"
    return f"port {port} {reason}; choose another with --port."


def _serve(listener: socket.socket) -> None:
    simulator = Simulator.with_sample_data()
    host, port = listener.getsockname()
    print(_welcome(simulator, f"{host}:{port}"), flush=True)
    # No `lifespan`: a raw ASGI application need not speak it.
    config = uvicorn.Config(simulator, log_level="warning", lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


def _welcome(simulator: Simulator, address: str) -> str:
    # The SDK's side needs a project, and any will do.
    project = simulator.world.projects[min(simulator.world.projects)]
    return f"""\
A Sentry with made-up data is at http://{address} until Ctrl+C.

export SENTRY_URL=http://{address}
export SENTRY_AUTH_TOKEN={simulator.TOKEN}
export SENTRY_DSN=http://{project.public_key}@{address}/{project.id}

With the first two, `dexter-mcp doctor` or any other client of Sentry's API reaches it;
with the last, an SDK reports to its project {project.slug}."""
