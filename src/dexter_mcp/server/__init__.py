"""The server: its assembly, and the ways in which it is served."""

from dexter_mcp.server.assembly import build_server

__all__ = ["build_server"]
