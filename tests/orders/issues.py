"""Calls that change issues."""

from collections.abc import Mapping
from typing import Final

from dexter_mcp.simulator import World
from orders.case import Case
from small_world import story


def settle(world: World) -> None:
    """Let two issues happen."""
    world.tell("acme", story("KeyError"))
    world.tell("acme", story("ValueError"))


def _first(world: World) -> str:
    return str(min(world.issues))


CASES: Final[Mapping[str, Case]] = {
    "update_issue": Case(lambda world: (f"issue={_first(world)}", "priority=high")),
}
