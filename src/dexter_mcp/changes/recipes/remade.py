"""What a deletion leaves enough of to make it anew."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Delete
from dexter_mcp.sentry.catalogue import Order


@dataclass(frozen=True, kw_only=True)
class Remade(Delete):
    """Deletes what can be made anew by `again`, of what `content` gives."""

    again: str
    content: Callable[[Json], Json]
    lost: str = ""

    def before(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the state tells
        """Show all that is needed to make it anew."""
        return None if state is None else self.content(state)

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it is gone
        """Make it anew."""
        places = {place: order.places[place] for place in Order(self.again).facts.places}
        return None if before is None else Order(self.again, places, {}, before)
