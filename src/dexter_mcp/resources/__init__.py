"""Resources: the tools' summaries under an address, and the guides.

Sentry's things live under `sentry://`, what concerns this server under `dexter://`.
"""

from dexter_mcp.resources.addresses import add_resources
from dexter_mcp.resources.freshness import tell_freshness
from dexter_mcp.resources.guides import Guides
from dexter_mcp.resources.summaries import Summaries

__all__ = ["Guides", "Summaries", "add_resources", "tell_freshness"]
