"""Reasons that an SDK gives for dropping events, and the calls that show them."""

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.outcomes import HOUR, Outcome


def settle(world: World, canaries: Canaries) -> None:
    """Let a client report why it dropped something; anyone with a DSN can send one."""
    at = int(world.now().timestamp()) // HOUR * HOUR - HOUR
    reason = canaries.at("reason of a client")
    project = next(iter(world.projects))
    world.outcomes.add([Outcome(project, "error", "client_discard", reason, at, 7)])


def calls(_: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    groups = ("category", "project", "outcome", "reason")
    return {"get_usage": [{"by": group} for group in groups]}
