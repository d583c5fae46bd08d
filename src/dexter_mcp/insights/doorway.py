"""The door to the desk: opened by the first who asks."""

import logging
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

import anyio

from dexter_mcp.settings import Settings
from dexter_mcp.views.authored import EVERYTHING, Offer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dexter_mcp.insights.desk import Desk
    from dexter_mcp.sentry import Sentry


_log = logging.getLogger(__name__)


class Doorway:
    """Opens the desk when it is first wanted, and closes it on leaving.

    A server that is never asked anything opens no connection, imports no facade, and need not
    even be configured.
    """

    def __init__(
        self,
        settings: Settings,
        connect: "Callable[[], AbstractAsyncContextManager[Sentry]]",
        now: "Callable[[], datetime] | None" = None,
        offer: Offer = EVERYTHING,
    ) -> None:
        self.settings, self._offer = settings, offer
        self._connect, self._now = connect, now
        self._leaving, self._opening = AsyncExitStack(), anyio.Lock()
        self._desk: Desk | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._desk:
            counts = dict(self._desk.sentry.pulse.counts)
            _log.info("closing, after %s", counts, extra={"facts": counts})
        self._desk = None
        await self._leaving.aclose()

    async def desk(self) -> "Desk":
        """Give the one desk of this process."""
        from dexter_mcp.insights.desk import Desk, utc_now  # noqa: PLC0415 - costs a start dearly

        async with self._opening:
            if self._desk is None:
                sentry = await self._leaving.enter_async_context(self._connect())
                self._desk = Desk(sentry, self.settings, self._now or utc_now, offer=self._offer)
            return self._desk
