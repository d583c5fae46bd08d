"""What was written into the simulated Sentry, and how often."""

import json
from collections import Counter
from collections.abc import Mapping
from random import Random

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import misbehave

_CALLER = "who writes"
_LANDS = 0.5
"""Share of the writes that Sentry carries out before it breaks down."""
_BREAKDOWN = 500


class Ledger:
    """Takes comments behind the simulator's faults and limits, and counts each by its text."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._chance = Random(5)  # noqa: S311 - chance makes a storm, not security
        self.entries = Counter[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one write out, unless the limits refuse it; with a fault perhaps, or in part."""
        limits = self._simulator.limits
        text = str(json.loads(await Request(scope, receive).body())["text"])
        entry = limits.enter(_CALLER, scope["method"], scope["path"])
        try:
            if entry.refusal:
                entry.refusal.headers.update(entry.headers)
                await entry.refusal(scope, receive, send)
            else:
                await self._take(_Comment(self, text, entry.headers), scope, receive, send)
        finally:
            limits.leave(entry.bucket)

    async def _take(self, comment: "_Comment", scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._simulator.faults.take(scope)
        if fault is None:
            await comment(scope, receive, send)
            return
        broke_down = fault.html or fault.malformed or (fault.status or 0) >= _BREAKDOWN
        if fault.body is not None or (broke_down and self._chance.random() < _LANDS):
            comment.carry_out()
        await misbehave(fault, comment, scope, receive, send)


class _Comment:
    """One request to write, carried out once at most."""

    def __init__(self, ledger: Ledger, text: str, headers: Mapping[str, str]) -> None:
        self._ledger, self._text, self._headers, self._done = ledger, text, headers, False

    def carry_out(self) -> None:
        """Count it."""
        self._ledger.entries[self._text] += not self._done
        self._done = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.carry_out()
        answer = JSONResponse({"id": self._text}, 201, headers=dict(self._headers))
        await answer(scope, receive, send)
