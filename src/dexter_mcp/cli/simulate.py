"""`dexter-mcp simulator`: the simulator on a port, for SDKs and any other client of Sentry."""

import argparse
import socket

import uvicorn

from dexter_mcp.simulator import Simulator

_LOOPBACK = "127.0.0.1"


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; print the address, a token and a DSN once the port is taken."""
    simulator = Simulator.with_sample_data()
    with socket.create_server((_LOOPBACK, arguments.port)) as listener:
        host, port = listener.getsockname()
        print(_welcome(simulator, f"{host}:{port}"), flush=True)
        # No `lifespan`: a raw ASGI application need not speak it.
        config = uvicorn.Config(simulator, log_level="warning", lifespan="off")
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _welcome(simulator: Simulator, address: str) -> str:
    return f"""\
A Sentry with made-up data is at http://{address} until Ctrl+C.

export SENTRY_URL=http://{address}
export SENTRY_AUTH_TOKEN={simulator.TOKEN}
export SENTRY_DSN={_dsn(simulator, address)}

With the first two, `dexter-mcp doctor` or any other client of Sentry's API reaches it;
with the last, an SDK reports to it."""


def _dsn(simulator: Simulator, address: str) -> str:
    """Name the first project: the SDK's side needs one, and any will do."""
    number = min(simulator.world.projects)
    return f"http://{simulator.world.project_key(number)}@{address}/{number}"
