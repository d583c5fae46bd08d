"""The whole road to a Sentry that says what it is told to, for the tests of what goes over it."""

from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx2

from dexter_mcp.sentry.api import Api, Origin
from dexter_mcp.sentry.client import stack
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.regions import Regions
from dexter_mcp.settings import Settings
from upstream import Answer, Sentry, sentry
from virtual_time import epoch

HOME = "https://sentry.test"
SETTINGS = Settings(url=HOME, token="sntryu_secret", requests_per_second=1_000)
ISSUE = "/api/0/organizations/acme/issues/1/"
RULE = "/api/0/projects/acme/old/rules/1/"


def road(*answers: Answer) -> tuple[Api, Sentry]:
    """Stand all layers on a server that gives these answers in turn, the last one for ever."""
    server = sentry(*answers)
    http = httpx2.AsyncClient(
        transport=stack(SETTINGS, server, Pulse(), epoch),
        headers={"authorization": f"Bearer {SETTINGS.token}"},
    )
    return Api(http, Origin(HOME, SETTINGS.token), Regions(HOME), epoch), server


async def change(api: Api, path: str = ISSUE, method: str = "PUT") -> Any:
    """Write something."""
    return await api.send(dict[str, Any], method, path, {"status": "resolved"}, touches=[path])


async def look(api: Api, path: str = ISSUE) -> Any:
    """Read something."""
    return await api.get(dict[str, Any], path)


def silence() -> httpx2.Response:
    """Begin an answer, and never say a word of it."""
    return httpx2.Response(200, stream=_Silent())


class _Silent(httpx2.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        await anyio.sleep_forever()
        yield b""


def moved(status: int, location: str) -> httpx2.Response:
    """Send whoever asks elsewhere."""
    return httpx2.Response(status, headers={"location": location}, json={"slug": "new"})
