"""An event, by whatever somebody calls it."""

import re
from datetime import timedelta

import pytest
from mcp import Client
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from small_world import small_world, story

pytestmark = pytest.mark.anyio


@pytest.fixture
def simulator() -> Simulator:
    world = small_world(now)
    world.tell("acme", story(last_seen=timedelta(hours=1)))
    return generous(Simulator(world))


@pytest.fixture
def number(simulator: Simulator) -> int:
    return next(iter(simulator.world.issues))


async def an_event(ask: Ask) -> str:
    listed = await ask("list_issue_events", issue="CHECKOUT-1")
    return next(iter(re.findall(r"\b[0-9a-f]{32}\b", listed)))


async def test_an_event_asked_for_by_its_id_names_its_issue_as_people_do(ask: Ask) -> None:
    event = await an_event(ask)
    assert f"event {event} of issue CHECKOUT-1 ·" in await ask("get_event", event=event)


async def test_a_number_of_an_issue_becomes_its_short_id(ask: Ask, number: int) -> None:
    assert "of issue CHECKOUT-1 ·" in await ask("get_event", event="latest", issue=str(number))


def lacking(path: str, app: ASGIApp) -> ASGIApp:
    """Answer 404 for whatever ends with `path`, and leave the rest to `app`."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        missing = scope["type"] == "http" and scope["path"].endswith(path)
        reply = JSONResponse({"detail": "Not here."}, 404) if missing else app
        await reply(scope, receive, send)

    return answer


async def test_an_event_stands_without_its_issue(
    simulator: Simulator, settings: Settings, number: int
) -> None:
    upstream = lacking(f"/issues/{number}/", simulator)
    async with Client(build_server(settings, upstream, now=now)) as client:
        asked = {"event": "latest", "issue": str(number), "org": "acme"}
        text = text_of(await client.call_tool("get_event", asked))
    assert f"of issue {number} ·" in text


async def test_a_short_id_costs_no_more_requests(simulator: Simulator, settings: Settings) -> None:
    async with Client(build_server(settings, simulator, now=now)) as client:
        asked = {"event": "latest", "issue": "CHECKOUT-1", "org": "acme"}
        await client.call_tool("get_event", asked)
    assert len(simulator.world.seen) == 1
