"""How a project treats what comes in: inbound filters, service hooks, sources of symbols.

Secrets of hooks and credentials of symbol sources are not modelled, so that they can't be told.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import field_validator

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.wire import path


class InboundFilter(Reply):
    """Something that is dropped on arrival; the old browsers are chosen one by one."""

    id: str
    active: bool | tuple[str, ...] = False


class ServiceHook(Reply):
    """An address that hears of a project's events."""

    id: str
    url: str = ""
    status: str = ""
    events: tuple[str, ...] = ()
    date_created: datetime | None = None

    @field_validator("url", mode="before")
    @classmethod
    def _without_credentials(cls, value: Any) -> Any:
        """Keep what names the receiver: users, queries and fragments of addresses hold tokens."""
        parts = urlsplit(str(value))
        host = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=host, query="", fragment="").geturl()


class Layout(Reply):
    """How the files of a symbol source are named."""

    type: str = ""
    casing: str = ""


class SymbolSource(Reply):
    """Where Sentry looks for debug files: of type `http`, `s3`, `gcs` or `appStoreConnect`."""

    id: str
    type: str = ""
    name: str = ""
    url: str = ""
    bucket: str = ""
    region: str = ""
    prefix: str = ""
    layout: Layout = Layout()
    is_public: bool | None = None
    app_name: str = ""
    bundle_id: str = ""


class ProjectSettings:
    """What one can ask about the way a project treats what comes in."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def filters(self, org: str, project: str) -> tuple[InboundFilter, ...]:
        """List the inbound filters, and which are on.

        https://docs.sentry.io/api/projects/list-a-projects-data-filters/
        """
        return await self._api.get(
            tuple[InboundFilter, ...],
            path("projects", org, project, "filters"),
            fresh_for=MINUTE,
        )

    async def hooks(
        self, org: str, project: str, *, per_page: int = 50, cursor: str = ""
    ) -> Page[ServiceHook]:
        """List the service hooks.

        https://docs.sentry.io/api/projects/list-a-projects-service-hooks/

        Raises:
            Refused: The server does not have the feature for this project.
        """
        return await self._api.page(
            ServiceHook,
            path("projects", org, project, "hooks"),
            cursor=cursor,
            fresh_for=MINUTE,
            per_page=per_page,
        )

    async def hook(self, org: str, project: str, hook: str) -> ServiceHook:
        """Read one service hook.

        https://docs.sentry.io/api/projects/retrieve-a-service-hook/
        """
        return await self._api.get(
            ServiceHook, path("projects", org, project, "hooks", hook), fresh_for=MINUTE
        )

    async def symbol_sources(
        self, org: str, project: str, *, source: str = ""
    ) -> tuple[SymbolSource, ...]:
        """List the symbol sources that a project added to the built-in ones, or the one named.

        https://docs.sentry.io/api/projects/retrieve-a-projects-symbol-sources/
        """
        return await self._api.get(
            tuple[SymbolSource, ...],
            path("projects", org, project, "symbol-sources"),
            fresh_for=MINUTE,
            id=source or None,
        )
