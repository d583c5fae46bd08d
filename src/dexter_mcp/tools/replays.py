"""Tools."""

from dexter_mcp.tools.toolset import Toolset

toolset = Toolset("replays")
