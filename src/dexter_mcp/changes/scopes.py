"""What the token may do, known before anything is tried."""

from collections.abc import Sequence

from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Refused, SentryError


async def check_scopes(desk: Desk, orders: Sequence[Order]) -> None:
    """Make sure that the token has a scope for each order, as far as Sentry tells its scopes.

    Raises:
        Refused: It lacks one; the message names those that would do.
    """
    try:
        auth = (await desk.sentry.identity.get()).auth
    except SentryError:
        return  # A token that may not ask this may still write; Sentry will say so.
    for order in orders:
        needed = order.facts.scopes
        if auth.scopes and needed and not set(needed) & set(auth.scopes):
            raise Refused(
                f"The token lacks the scope for {order.operation}: it needs one of "
                f"{', '.join(needed)}, and has {', '.join(sorted(auth.scopes))}. "
                "Use a token that has it."
            )
