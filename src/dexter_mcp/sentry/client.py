"""The facade: everything this server can ask of Sentry, grouped by what it is about."""

import platform
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self

import httpx2

from dexter_mcp import __version__
from dexter_mcp.sentry.api import Api, Origin
from dexter_mcp.sentry.events import Events
from dexter_mcp.sentry.identity import Identities
from dexter_mcp.sentry.issues import Issues
from dexter_mcp.sentry.organizations import Organizations
from dexter_mcp.sentry.projects import Projects
from dexter_mcp.sentry.regions import Regions
from dexter_mcp.sentry.tags import Tags
from dexter_mcp.sentry.transports import Cached, Coalesced, Retried, Throttled
from dexter_mcp.settings import Settings

_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
"""Seconds. Sentry answers slow event queries within 30, or not at all."""


class Sentry:
    """Sentry, as one polite caller sees it."""

    def __init__(self, api: Api, settings: Settings) -> None:
        self.url = settings.url
        self.identity = Identities(api, settings.token)
        self.organizations = Organizations(api, settings.org)
        self.projects = Projects(api)
        self.issues = Issues(api)
        self.events = Events(api)
        self.tags = Tags(api)

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, settings: Settings, wire: httpx2.AsyncBaseTransport | None = None
    ) -> AsyncGenerator[Self]:
        """Open a connection to the Sentry of `settings`, or to whatever answers on `wire`.

        Nothing is sent before the first call of a method.
        """
        headers = {
            "authorization": f"Bearer {settings.token}",
            "accept": "application/json",
            "user-agent": f"dexter-mcp/{__version__} python/{platform.python_version()}",
        }
        async with httpx2.AsyncClient(
            headers=headers, transport=stack(settings, wire), timeout=_TIMEOUT
        ) as http:
            api = Api(http, Origin(settings.url, settings.token), Regions(settings.url))
            yield cls(api, settings)


def stack(
    settings: Settings, wire: httpx2.AsyncBaseTransport | None = None
) -> httpx2.AsyncBaseTransport:
    """Put the layers between a request and the network in their order."""
    bottom = wire or httpx2.AsyncHTTPTransport()
    return Cached(Coalesced(Retried(Throttled(bottom, settings.requests_per_second))))
