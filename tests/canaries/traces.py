"""Canaries in profiles, and the calls that show traces and profiles."""

import json
from typing import Final, get_args

from canaries.discover import TRACE
from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.insights.traces import Part
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.spans import Span

_PROFILE: Final = "f" * 32


def settle(world: World, canaries: Canaries) -> None:
    """Profile a transaction whose name, and so its function's, holds a canary."""
    (project,) = world.projects
    at = world.now().timestamp() - 500
    attributes = json.dumps({"profile.id": _PROFILE, "profiler.id": _PROFILE})
    transaction = canaries.at("transaction of profile")
    world.telemetry.add_spans(
        [
            Span(
                *("a" * 16, "a" * 32, None, "9" * 32, project, at, 80.0, 80.0),
                *("http.server", "GET /", "ok", transaction, True),
                *("canaryenvironment", "canaryrelease", "id:7", attributes),
            )
        ]
    )


def calls(_: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    return {
        "get_trace": [
            {"trace": TRACE},
            {"trace": TRACE, "detail": "full"},
            {"trace": "a" * 32, "include": ["profiles"]},
            *({"trace": TRACE, "include": [part]} for part in get_args(Part)),
        ],
        "get_profile": [
            {"profile": _PROFILE},
            {"profiler": _PROFILE, "project": "aviary"},
            {"query": "is_transaction:true", "project": "aviary"},
        ],
    }
