"""A Sentry of our own that lives in memory, for demonstrations and tests."""

from dexter_mcp.simulator.app import Simulator
from dexter_mcp.simulator.faults import Fault
from dexter_mcp.simulator.world import World

__all__ = ["Fault", "Simulator", "World"]
