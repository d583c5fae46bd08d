"""The moment at which the tests take place, and what follows from its standing still."""

from datetime import UTC, datetime

from dexter_mcp.simulator import Simulator

NOW = datetime(2026, 8, 12, 9, 15, tzinfo=UTC)


def now() -> datetime:
    """Read the stopped clock."""
    return NOW


def generous(simulator: Simulator) -> Simulator:
    """Lift the limit of requests in a window: where the clock stands still, none ever ends."""
    simulator.limits.lift()
    return simulator
