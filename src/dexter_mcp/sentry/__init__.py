"""Sentry's API as typed Python. Knows nothing of MCP."""

from dexter_mcp.sentry.client import Sentry
from dexter_mcp.sentry.errors import SentryError
from dexter_mcp.sentry.reply import Page

__all__ = ["Page", "Sentry", "SentryError"]
