"""A simulated Sentry in a process of its own, whose weather the bench makes.

Its clock stands still, so that a question has one answer however late it is asked; its limits
go by the real clock, as whoever keeps them does. What only the bench may ask is below `/bench/`.
"""

import json
import socket
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Scope

from dexter_mcp.simulator import Fault, Simulator
from dexter_mcp.simulator.faults import Faults
from dexter_mcp.simulator.limits import OWN, Entry, Limits
from gusts import Gusts
from ledger import Ledger

_LEDGER = "/api/0/organizations/{org}/bench/comments/"
_SHARE = 0.05
"""Requests that a storm spoils, all faults together."""


def storm() -> list[Fault]:
    """List what goes wrong on a bad day, each as likely as the next."""
    again = {"Retry-After": "1"}
    kinds = [
        Fault(status=500),
        Fault(html=True),
        Fault(html=True, status=200),
        Fault(status=503, headers=again),
        Fault(status=504),
        Fault(status=429, headers=again),
        Fault(status=429, content_type="text/html"),
        Fault(cut=True),
        Fault(malformed=True),
        Fault(body=b""),
        Fault(delay=2.0),
        Fault(delay=1.0, status=502),
    ]
    for kind in kinds:
        kind.times, kind.share = -1, _SHARE / len(kinds)
    return kinds


class _CountedFaults(Faults):
    hits = 0

    def take(self, scope: Scope) -> Fault | None:
        fault = super().take(scope)
        self.hits += fault is not None
        return fault


class _CountedLimits(Limits):
    refusals = 0

    def enter(self, caller: str, method: str, path: str) -> Entry:
        entry = super().enter(caller, method, path)
        self.refusals += entry.refusal is not None
        return entry

    def impose(self) -> None:
        """Limit what Sentry limits."""
        self.enforce, self.requests, self.concurrent, self.own = True, 40, 25, OWN

    def lift(self) -> None:
        """Allow everything."""
        super().lift()
        self.enforce = False


class Weather:
    """Decides how the simulator behaves, and tells what it was asked and what it spoiled."""

    def __init__(self, simulator: Simulator, gusts: Gusts) -> None:
        self._simulator, self._gusts = simulator, gusts
        self._faults = simulator.faults = _CountedFaults()
        self._limits = simulator.limits = _CountedLimits(lambda: datetime.now(UTC))
        self._calm()

    async def change(self, request: Request) -> Response:
        """Let a storm or gusts come, or calm down."""
        self._calm()
        self._gusts.blow = request.path_params["name"] == "gusts"
        if request.path_params["name"] == "storm":
            self._limits.impose()
            for fault in storm():
                self._faults.add(fault)
        return Response(status_code=204)

    async def seen(self, _: Request) -> Response:
        """Hand out the lines of the requests since the last time."""
        lines = list(self._simulator.world.seen)
        self._simulator.world.seen.clear()
        return JSONResponse(lines)

    async def spoiled(self, _: Request) -> Response:
        """Tell how many requests a fault hit, and how many the limits refused."""
        return JSONResponse({"faults": self._faults.hits, "refusals": self._limits.refusals})

    def _calm(self) -> None:
        self._faults.clear()
        self._limits.lift()


def application(simulator: Simulator) -> Starlette:
    """Set the bench's own routes before Sentry's."""
    gusts, ledger = Gusts(simulator), Ledger(simulator)
    weather = Weather(simulator, gusts)

    async def entries(_: Request) -> Response:
        return JSONResponse(ledger.entries)

    return Starlette(
        routes=[
            Route("/bench/weather/{name}", weather.change, methods=["POST"]),
            Route("/bench/seen", weather.seen),
            Route("/bench/spoiled", weather.spoiled),
            Route("/bench/ledger", entries),
            Route("/bench/state", gusts.state),
            Route("/bench/carried", gusts.told),
            Route(_LEDGER, ledger, methods=["POST"]),
            Mount("/", gusts),
        ]
    )


def main() -> None:
    """Serve on a free port of this machine; say in one line of JSON where, and what there is."""
    started = datetime.now(UTC)
    simulator = Simulator.with_sample_data(now=lambda: started)
    world = simulator.world
    org = next(iter(world.organizations))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Else each answer of two packets waits 40 ms for the acknowledgement of the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        told = {
            "url": f"http://127.0.0.1:{listener.getsockname()[1]}",
            "token": simulator.TOKEN,
            "org": org,
            "projects": [project.slug for project in world.projects.values()],
            "issues": [issue.short_id for issue in world.issues.values()],
            "ledger": _LEDGER.format(org=org),
        }
        print(json.dumps(told), flush=True)
        # Cut answers make the server complain of us; they are meant.
        config = uvicorn.Config(application(simulator), log_level="critical", lifespan="off")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
