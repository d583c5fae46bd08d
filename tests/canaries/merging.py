"""Errors that belong together, with canaries in their titles, and the calls that merge and part."""

from collections.abc import Mapping
from typing import Any, Final

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.simulator.intake.payload import grouping_hash

_LONG_AGO: Final = 3 * 86_400
"""Seconds; the issue with all the other canaries is the latest one."""
_TWINS: Final = ("c1" * 16, "c2" * 16)
_PARTS: Final = ("d1" * 16, "d2" * 16)
"""Ids of events."""


def settle(world: World, canaries: Canaries) -> None:
    """Let two errors happen that nobody has merged, and two that somebody has."""
    (project,) = world.projects
    then = world.now().timestamp() - _LONG_AGO
    for event in (*_TWINS, *_PARTS):
        kind = {"type": canaries.at(f"twin {event[0]}")}
        told = {"timestamp": then, "exception": {"values": [kind]}}
        world.ingest(project, {**_payload(event), **told})
    first, second = (number for number, each in world.issues.items() if _is_part(each.hashes))
    world.merge_issues(first, [second])


def _payload(event: str) -> Mapping[str, Any]:
    return {"event_id": event, "platform": "python", "level": "error", "fingerprint": [event]}


def _hash(event: str) -> str:
    return grouping_hash(dict(_payload(event)))


def _is_part(hashes: list[str]) -> bool:
    return not {_hash(event) for event in _PARTS}.isdisjoint(hashes)


def calls(_: Place) -> Calls:
    """Name ways to plan that errors become one, or two; nothing of it is carried out."""
    first, second = _PARTS
    return {
        "merge_issues": [{"issues": list(_TWINS)}],
        "unmerge_issue": [{"issue": first, "hashes": [_hash(event)]} for event in (first, second)],
    }
