"""A world full of canaries: one module per domain puts them in, and calls the tools on them."""

from types import ModuleType
from typing import Final

from canaries import (
    alerts,
    catalogue,
    changes,
    charts,
    dashboards,
    discover,
    integrations,
    issues,
    merging,
    monitors,
    projects,
    releases,
    replays,
    scim,
    stats,
    teams,
    traces,
)
from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World

__all__ = ["Canaries", "Place", "calls", "settle", "values"]

_DOMAINS: Final[tuple[ModuleType, ...]] = (
    catalogue,
    charts,
    discover,
    issues,
    alerts,
    projects,
    releases,
    integrations,
    stats,
    teams,
    scim,
    monitors,
    dashboards,
    replays,
    traces,
    changes,
    merging,
)
"""Each has `settle`, which puts canaries into the world, and `calls`, which looks for them.

One with resources of its own has `VALUES`, which fill in their addresses.
"""


def settle(world: World) -> Canaries:
    """Let canaries into a world that has an organization `acme` and a project `aviary`."""
    canaries = Canaries()
    for domain in _DOMAINS:
        domain.settle(world, canaries)
    return canaries


def calls(place: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    return {tool: ways for domain in _DOMAINS for tool, ways in domain.calls(place).items()}


def values() -> dict[str, str]:
    """Fill in the variables of the addresses of resources."""
    return {
        name: value for domain in _DOMAINS for name, value in vars(domain).get("VALUES", {}).items()
    }
