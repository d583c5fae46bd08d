"""A small simulated Sentry, and someone who asks it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.telling.story import Json, Story

BORN = datetime(2026, 8, 12, 9, 30, tzinfo=UTC)
"""What the clock says when a test begins."""

ISSUES = "/organizations/acme/issues/"
NEXT = re.compile(r'rel="next"; results="(true|false)"; cursor="([^"]+)"')
PREVIOUS = re.compile(r'rel="previous"; results="(true|false)"; cursor="([^"]+)"')


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = BORN

    def __call__(self) -> datetime:
        return self.moment


def small_world(clock: Callable[[], datetime]) -> World:
    """Two projects of two teams; the token's owner is in the first team only."""
    world = World(now=clock)
    world.add_organization("acme", "Acme Shop")
    world.add_team("acme", "payments", "Payments")
    world.add_team("acme", "storefront", "Storefront")
    world.add_member("acme", "mira@acme.test", "Mira Voss", teams=["payments"], role="owner")
    world.add_project("acme", "checkout", "Checkout", "python-django", teams=["payments"])
    world.add_project("acme", "web", "Web Shop", "javascript-react", teams=["storefront"])
    world.add_release("acme", "checkout@1.0.0", projects=["checkout"], created=timedelta(days=20))
    world.add_release(
        "acme",
        "checkout@1.1.0",
        projects=["checkout"],
        created=timedelta(days=2),
        commits=[{"id": "5b7e0c1d9a", "message": "fix: wait", "author": "mira@acme.test"}],
    )
    world.add_token(Simulator.TOKEN, user="mira@acme.test", scopes=ALL_SCOPES)
    return world


def connected(
    simulator: Simulator, token: str = Simulator.TOKEN, url: str = "http://sentry.test"
) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=simulator),
        base_url=url,
        headers={"Authorization": f"Bearer {token}"} if token else {},
    )


class Caller:
    """Asks the simulator; paths are relative to `/api/0`."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def ask(self, path: str, /, **query: Any) -> httpx2.Response:
        return await self.http.get(f"/api/0{path}", params=query)

    async def send(
        self, method: str, path: str, /, body: Any = None, **query: Any
    ) -> httpx2.Response:
        return await self.http.request(method, f"/api/0{path}", json=body, params=query)

    async def read(self, path: str, /, **query: Any) -> Any:
        reply = await self.ask(path, **query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def titles(self, query: str, /, **more: Any) -> set[str]:
        return {issue["title"] for issue in await self.read(ISSUES, query=query, **more)}

    async def refusal(self, path: str, /, **query: Any) -> tuple[int, str]:
        reply = await self.ask(path, **query)
        return reply.status_code, reply.json()["detail"]

    async def walk(self, path: str, /, **query: Any) -> list[list[str]]:
        """Follow the next link to the end; gives the ids of each page."""
        pages: list[list[str]] = []
        more = "true"
        while more == "true":
            reply = await self.ask(path, **query)
            assert reply.status_code == 200, reply.text
            pages.append([str(row.get("id") or row.get("value")) for row in reply.json()])
            found = NEXT.search(reply.headers["link"])
            assert found
            more, query["cursor"] = found.groups()
        return pages


def broken(name: str = "KeyError", **more: Any) -> Json:
    frame = {"module": "shop.cart", "filename": "shop/cart.py", "function": name, "in_app": True}
    raised = {
        "type": name,
        "value": f"no {name} here",
        "mechanism": {"type": "django", "handled": False},
        "stacktrace": {"frames": [frame | {"lineno": 3, "context_line": "x"}]},
    }
    base: Json = {"platform": "python", "level": "error", "transaction": "/cart"}
    return base | {"exception": {"values": [raised]}} | more


def story(name: str = "KeyError", *, ago: float = 1, **more: Any) -> Story:
    """Tell of an issue last seen some hours ago and first seen a day before that."""
    told: dict[str, Any] = {
        "project": "checkout",
        "payload": broken(name),
        "count": 10,
        "users": 4,
        "first_seen": timedelta(hours=ago + 24),
        "last_seen": timedelta(hours=ago),
        "environments": {"production": 1},
    }
    return Story(**(told | more))


async def needs_one_of(simulator: Simulator, scopes: set[str], method: str, path: str) -> None:
    """Hold that a write is refused without all of the scopes, and not with any single one."""
    tokens = simulator.world.add_token
    tokens("without", user="mira@acme.test", scopes=ALL_SCOPES - scopes)
    async with connected(simulator, "without") as http:
        assert (await Caller(http).send(method, path, {})).status_code == 403
    for scope in scopes:
        tokens("with", user="mira@acme.test", scopes=[scope])
        async with connected(simulator, "with") as http:
            assert (await Caller(http).send(method, path, {})).status_code != 403
