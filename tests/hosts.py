"""Servers that answer as a test says, and the facade that talks to them."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import anyio
import httpx2

from dexter_mcp.sentry import Page, Sentry
from dexter_mcp.sentry.api import Api, Origin
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.regions import Regions
from dexter_mcp.settings import Settings

T = TypeVar("T")

TOKEN = "sntryu_secret"
HOME, US, DE = "https://sentry.test", "https://us.sentry.test", "https://de.sentry.test"
REGIONS = {"regions": [{"name": "us", "url": US}, {"name": "de", "url": DE}]}
ACME = {"id": "1201", "slug": "acme"}

PROJECTS = [{"id": "3301", "slug": "checkout"}, {"id": "3302", "slug": "web"}]

Answer = Any
"""A response, a failure, something that makes a response of a request, or a body in JSON."""


@dataclass
class Hosts(httpx2.AsyncBaseTransport):
    """Several servers: answers by URL without the query; anything else is an empty 404.

    The one named `silent` never answers.
    """

    answers: Mapping[str, Answer]
    seen: list[str] = field(default_factory=list[str])
    silent: str = "nobody"

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        url = str(request.url)
        self.seen.append(url)
        if url.startswith(self.silent):
            await anyio.sleep_forever()
        answer = self.answers.get(url.partition("?")[0], httpx2.Response(404))
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else httpx2.Response(200, json=answer)

    @property
    def origins(self) -> set[str]:
        return {url.partition("/api/")[0] for url in self.seen}


def api(host: str, path: str) -> str:
    return f"{host}/api/0/{path}/"


@asynccontextmanager
async def talking(
    network: httpx2.AsyncBaseTransport,
    *,
    url: str = HOME,
    token: str = TOKEN,
    org: str = "",
) -> AsyncGenerator[Sentry]:
    """The facade without its good manners, so that no test waits."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(transport=network, headers=headers) as http:
        yield Sentry(
            Api(http, Origin(url, token), Regions(url)),
            Settings(url=url, token=token, org=org),
            Pulse(),
        )


async def all_of(ask: Callable[[str], Awaitable[Page[T]]]) -> list[T]:
    """Walk all pages."""
    items, cursor = list[T](), ""
    while True:
        page = await ask(cursor)
        items += page.items
        cursor = page.next_cursor
        if not cursor:
            return items


@dataclass
class Listing:
    """One list in pages, under one of Sentry's three styles of cursor."""

    items: list[Any]
    style: str = "offset"

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        query = request.url.params
        size = int(query.get("per_page") or query.get("limit") or 100)
        value, offset, _ = (query.get("cursor") or "0:0:0").split(":")
        start = {
            "offset": int(offset),
            "page": int(offset) * size,
            "key": len(self.items) - int(value) if "cursor" in query else 0,
        }[self.style]
        stop = start + size
        onward = {
            "offset": f"0:{stop}:0",
            "page": f"{size}:{int(offset) + 1}:0",
            "key": f"{len(self.items) - stop}:0:0",
        }[self.style]
        more = "true" if stop < len(self.items) else "false"
        link = (
            f'<https://x.test/?&cursor=0:0:1>; rel="previous"; results="true"; cursor="0:0:1", '
            f'<https://x.test/?&cursor={onward}>; rel="next"; results="{more}"; cursor="{onward}"'
        )
        return httpx2.Response(200, json=self.items[start:stop], headers={"link": link})
