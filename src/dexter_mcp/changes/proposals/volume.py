"""How much a project takes in: what people want to know before they cut it off."""

from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import trail
from dexter_mcp.sentry.errors import SentryError


async def errors(desk: Desk, org: str, project: str, period: str) -> int:
    """Count the errors that a project, by its number, took in; 0 where Sentry does not tell."""
    try:
        with trail.anew():
            usage = await desk.sentry.stats.usage(
                org,
                group_by=("outcome",),
                category="error",
                outcome="accepted",
                project=[project],
                stats_period=period,
                interval="1h" if period.endswith("h") else "1d",
            )
    except SentryError:
        return 0
    return sum(group.quantity for group in usage.groups)
