"""Good manners towards Sentry, one transport each, stacked like lenses.

Each class wraps another transport and adds exactly one habit. The order is chosen in
`sentry.client.stack` and nowhere else.
"""

from dexter_mcp.sentry.transports.bounded import Bounded
from dexter_mcp.sentry.transports.cached import Cached
from dexter_mcp.sentry.transports.coalesced import Coalesced
from dexter_mcp.sentry.transports.guarded import Guarded
from dexter_mcp.sentry.transports.retried import Retried
from dexter_mcp.sentry.transports.throttled import Throttled
from dexter_mcp.sentry.transports.traced import Traced

__all__ = ["Bounded", "Cached", "Coalesced", "Guarded", "Retried", "Throttled", "Traced"]
