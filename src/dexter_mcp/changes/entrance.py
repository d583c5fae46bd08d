"""The door to the counter: opened by the first who wants to change something."""

from types import TracebackType
from typing import TYPE_CHECKING

from dexter_mcp.insights.doorway import Doorway

if TYPE_CHECKING:
    from dexter_mcp.changes.asking import Client
    from dexter_mcp.changes.flow import Counter
    from dexter_mcp.changes.office import Office


class Entrance(Doorway):
    """A doorway with an office behind the desk. A server that changes nothing keeps no state."""

    _office: "Office | None" = None

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._office:
            self._office.ledger.close()
        self._office = None
        await super().__aexit__(kind, error, trace)

    async def counter(self, client: "Client") -> "Counter":
        """Give the place where a call may change something."""
        from dexter_mcp.changes.asking import User  # noqa: PLC0415 - costs a start dearly
        from dexter_mcp.changes.flow import Counter  # noqa: PLC0415 - likewise
        from dexter_mcp.changes.office import Office  # noqa: PLC0415 - likewise

        desk = await self.desk()
        if self._office is None:
            self._office = Office.opened(self.settings, desk.now)
        return Counter(desk, self._office, User(client))
