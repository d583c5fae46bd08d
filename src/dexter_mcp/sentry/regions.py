"""Which of Sentry's regions holds which organization.

Each region is a host of its own. The host set at launch names them, and the token goes to no
other. https://docs.sentry.io/organization/data-storage-location/
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio

from dexter_mcp.sentry.errors import NotFound, Refused, SentryError
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.wire import path

if TYPE_CHECKING:
    from dexter_mcp.sentry.api import Api

_FRESH = 3600.0


class _Region(Reply):
    name: str
    url: str


class _RegionList(Reply):
    regions: tuple[_Region, ...] = ()


class _Placed(Reply):
    slug: str


class Regions:
    """Remembers where organizations live; asks the host set at launch when it must."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._homes: dict[str, str] = {}

    def known(self, org: str | None) -> str:
        """Give the base URL of an organization's region; empty if it is not known yet."""
        return self._homes.get(org or "", "")

    def place(self, org: str, base: str) -> None:
        """Remember that `org` was listed by the region at `base`."""
        self._homes[org] = base

    async def list(self, api: "Api") -> dict[str, str]:
        """Name each region and its base URL; a server without regions is one of its own.

        An organization's token may not ask for them, and a self-hosted server does not know the
        question: both live in one place.
        """
        try:
            told = await api.get(
                _RegionList,
                path("users", "me", "regions"),
                base=self._home,
                fresh_for=_FRESH,
                absent_for=_FRESH,
            )
        except (NotFound, Refused):
            return {"": self._home}
        safe = {r.name: r.url.rstrip("/") for r in told.regions if self._is_trusted(r.url)}
        return safe or {"": self._home}

    async def find(self, api: "Api", org: str) -> str:
        """Ask all regions for `org` side by side: one that is silent must not hide another.

        The answer is empty when none has it, or only home itself would do.

        Raises:
            SentryError: No region has it, but one of them failed to answer.
        """
        failures: list[SentryError] = []

        async def ask(base: str) -> None:
            try:
                if await self._has(api, base, org):
                    group.cancel_scope.cancel()
            except SentryError as failure:
                failures.append(failure)

        bases = (await self.list(api)).values()
        async with anyio.create_task_group() as group:
            for base in bases:
                group.start_soon(ask, base)
        base = self.known(org)
        if failures and not base:
            raise failures[0]
        return base if base != self._home else ""

    async def _has(self, api: "Api", base: str, org: str) -> bool:
        """Ask one region, and remember if it is the one."""
        try:
            found = await api.get(_Placed, path("organizations", org), base=base, fresh_for=_FRESH)
        except (NotFound, Refused):
            return False
        self.place(org, base)
        self.place(found.slug, base)
        return True

    def _is_trusted(self, url: str) -> bool:
        """Refuse to carry the token over a connection weaker than the one asked for."""
        try:
            region = urlsplit(url)
        except ValueError:
            return False
        safe = region.scheme in {"https", urlsplit(self._home).scheme}
        return safe and bool(region.hostname) and region.username is None
