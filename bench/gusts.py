"""Faults before and after a request is carried out, and a count of what was."""

import json
from random import Random
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from dexter_mcp.simulator import Fault, Simulator
from dexter_mcp.simulator.faults import misbehave

_SHARE = 0.05
"""Requests that meet a fault."""
_OK = range(200, 300)
_REFUSED = 429
"""What Sentry says only where it did nothing."""


class Gusts:
    """Passes requests to a simulator; when it blows, some fail before they reach it, or after."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._chance = Random(3)  # noqa: S311 - chance makes weather, not security
        self.blow = False
        self.writes, self.requests, self.faults = list[str](), 0, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or fail to, as chance has it."""
        self.requests += 1
        if not self.blow or self._chance.random() >= _SHARE:
            await self._carry_out(scope, receive, send)
            return
        self.faults += 1
        fault = self._chance.choice(_kinds())
        if fault.hang or fault.delay or fault.cut:
            await misbehave(fault, self._carry_out, scope, receive, send)
            return
        if fault.status != _REFUSED and self._chance.random() < 1 / 2:
            await self._carry_out(scope, receive, _nowhere)
        await misbehave(fault, self._simulator, scope, receive, send)

    async def _carry_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _OK:
                self._note(scope)
            await send(message)

        await self._simulator(scope, receive, noting)

    def _note(self, scope: Scope) -> None:
        if scope["method"] != "GET":
            self.writes.append(f"{scope['method']} {scope['path']}")

    async def told(self, _: Request) -> JSONResponse:
        """Tell what was carried out."""
        told = {"writes": self.writes, "requests": self.requests, "faults": self.faults}
        return JSONResponse(told)

    async def state(self, _: Request) -> JSONResponse:
        """Tell how issues and teams are, by the names that changes give them."""
        world = self._simulator.world
        found: dict[str, Any] = {
            f"issue {number}": {"priority": issue.priority}
            for number, issue in world.issues.items()
        }
        found |= {f"team {team.slug}": {"name": team.name} for team in world.teams}
        return JSONResponse(json.loads(json.dumps(found)))


def _kinds() -> list[Fault]:
    """List what goes wrong, each as likely as the next."""
    return [
        Fault(status=500),
        Fault(html=True),
        Fault(status=504),
        Fault(malformed=True),
        Fault(body=b""),
        Fault(cut=True),
        Fault(delay=0.5),
        Fault(status=429, headers={"Retry-After": "1"}),
    ]


async def _nowhere(_: Message) -> None: ...
