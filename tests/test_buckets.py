"""Endpoints that have a limit of their own, and what is not held up by them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import anyio
import httpx2
import pytest

from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.trail import in_background
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from small_world import small_world, story
from virtual_time import epoch, now

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

SETTINGS = Settings(url="http://sentry.test", token=Simulator.TOKEN, requests_per_second=1_000)


@dataclass
class Wire(httpx2.AsyncBaseTransport):
    """The way to a simulator that enforces its limits; tells how each request named its bucket."""

    simulator: Simulator
    seen: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    refused: int = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        limits = self.simulator.limits
        theirs = limits.enter("nobody", request.method, request.url.path).bucket
        limits.leave(theirs)
        self.seen.add((request.extensions["bucket"], theirs))
        response = await httpx2.ASGITransport(app=self.simulator).handle_async_request(request)
        self.refused += response.status_code == 429
        return response


@pytest.fixture
async def wire() -> Wire:
    world = small_world(now)
    for number in range(12):
        world.tell("acme", story(f"Error{number}"))
    simulator = Simulator(world)
    simulator.limits.enforce = True
    return Wire(simulator)


@pytest.fixture
async def sentry(wire: Wire) -> AsyncIterator[Sentry]:
    async with Sentry.connect(SETTINGS, wire, now=epoch) as sentry:
        yield sentry


async def test_a_search_that_is_used_up_holds_up_nothing_else(sentry: Sentry) -> None:
    done: dict[str, float] = {}

    async def search(number: int) -> None:
        await sentry.issues.search("acme", query=f"is:unresolved {number}")
        done["search"] = anyio.current_time()

    async def look_up() -> None:
        await sentry.organizations.get("acme")
        await sentry.issues.get("acme", "CHECKOUT-1")
        done["lookup"] = anyio.current_time()

    for number in range(10):
        await search(number)
    async with anyio.create_task_group() as group:
        group.start_soon(search, 10)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(look_up)
    assert done["lookup"] < 0.5
    assert done["search"] == pytest.approx(1, abs=0.1)


async def test_many_lookups_are_paced_rather_than_refused(sentry: Sentry, wire: Wire) -> None:
    async with anyio.create_task_group() as group:
        for issue in wire.simulator.world.issues.values():
            group.start_soon(sentry.issues.get, "acme", issue.short_id)
    assert wire.refused == 0
    assert anyio.current_time() == pytest.approx(2, abs=0.5)


async def test_each_endpoint_that_has_a_limit_of_its_own_has_a_bucket_of_its_own(
    sentry: Sentry, wire: Wire
) -> None:
    event = await sentry.events.get("acme", "CHECKOUT-1", "latest")
    number = event.group_id
    await sentry.events.find("acme", event.id)
    await sentry.events.list("acme", number)
    await sentry.issues.search("acme")
    await sentry.issues.get("acme", number)
    await sentry.issues.many("acme", [number])
    await sentry.issues.stats("acme", [number])
    await sentry.issues.by_short_id("acme", "CHECKOUT-1")
    await sentry.tags.list("acme", number)
    await sentry.tags.values("acme", number, "environment")
    await sentry.organizations.get("acme")
    await sentry.projects.list("acme")
    ours, theirs = (set(names) for names in zip(*wire.seen, strict=True))
    assert len(ours) == len(theirs) == len(wire.seen) > 6


async def test_what_nobody_waits_for_is_asked_after_what_somebody_waits_for(
    sentry: Sentry, wire: Wire
) -> None:
    wire.simulator.limits.requests = 1
    order: list[str] = []

    async def ask(name: str) -> None:
        await sentry.projects.list("acme", query=name)
        order.append(name)

    async def ask_idly(name: str) -> None:
        with in_background():
            await ask(name)

    await ask("first")
    async with anyio.create_task_group() as group:
        for name, job in (("idle", ask_idly), ("person", ask)):
            group.start_soon(job, name)
            await anyio.wait_all_tasks_blocked()
    assert order == ["first", "person", "idle"]
