"""One call of `change_sentry` for each operation that writes: a module per domain."""

from types import ModuleType
from typing import Final

from dexter_mcp.simulator import World
from orders import (
    alerts,
    issues,
    monitors,
    notebooks,
    outside,
    people,
    projects,
    releases,
    scim,
    tickets,
)
from orders.case import Case

__all__ = ["CASES", "Case", "settle"]

_DOMAINS: Final[tuple[ModuleType, ...]] = (
    issues,
    tickets,
    alerts,
    projects,
    releases,
    outside,
    people,
    scim,
    monitors,
    notebooks,
)
"""Each has `CASES`, by operation, and `settle`, which puts into a world what they need."""

CASES: Final[dict[str, Case]] = {
    operation: case for domain in _DOMAINS for operation, case in domain.CASES.items()
}


def settle(world: World, operation: str) -> None:
    """Put into a small world what the case of an operation needs."""
    domain = next(domain for domain in _DOMAINS if operation in domain.CASES)
    domain.settle(world)
    world.telemetry.rows("SELECT 1")  # is made on the first question, of whomever
