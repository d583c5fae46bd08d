"""How long tools, resources and completions take at most when Sentry does not answer."""

import re
from collections.abc import AsyncIterator

import anyio
import pytest
from mcp import Client, MCPError
from mcp.types import ResourceTemplateReference, TextResourceContents

from answers import text_of
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator
from small_world import small_world, story
from virtual_time import now, pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

SETTINGS = Settings(
    url="http://sentry.test", token=Simulator.TOKEN, org="acme", requests_per_second=1_000
)
ISSUE = "sentry://acme/issues/CHECKOUT-1"


@pytest.fixture
async def simulator() -> Simulator:
    world = small_world(now)
    world.tell("acme", story())
    return Simulator(world)


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[Client]:
    async with Client(build_server(SETTINGS, simulator, now=now)) as client:
        yield client


async def read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


async def an_event(client: Client) -> str:
    listed = await client.call_tool("list_issue_events", {"issue": "CHECKOUT-1"})
    return next(iter(re.findall(r"\b[0-9a-f]{32}\b", text_of(listed))))


async def test_finding_the_issue_counts_towards_the_soft_deadline(
    client: Client, simulator: Simulator
) -> None:
    event = await an_event(client)
    begun = anyio.current_time()
    simulator.faults.add(Fault(delay=12, path="/eventids/"))
    simulator.faults.add(Fault(hang=True, path="/tags/", times=-1))
    result = await client.call_tool("get_issue", {"issue": event})
    assert text_of(result).startswith("CHECKOUT-1")
    assert "failed: tags (It did not come in time" in text_of(result)
    assert anyio.current_time() - begun == pytest.approx(25, abs=1)


async def test_an_issue_that_is_not_even_found_in_time_is_told_at_the_soft_deadline(
    client: Client, simulator: Simulator
) -> None:
    event = await an_event(client)
    begun = anyio.current_time()
    simulator.faults.add(Fault(hang=True, path="/eventids/", times=-1))
    result = await client.call_tool("get_issue", {"issue": event})
    assert result.is_error
    assert "It did not come in time" in text_of(result)
    assert anyio.current_time() - begun == pytest.approx(25, abs=1)


async def test_an_event_does_not_wait_for_the_name_of_its_issue(
    client: Client, simulator: Simulator
) -> None:
    event = await an_event(client)
    begun = anyio.current_time()
    simulator.faults.add(Fault(delay=12, path="/eventids/"))
    simulator.faults.add(Fault(delay=1, path=f"/events/{event}/"))
    simulator.faults.add(Fault(hang=True, path="/issues/", times=-1))
    result = await client.call_tool("get_event", {"event": event})
    assert f"event {event}" in text_of(result)
    assert anyio.current_time() - begun == pytest.approx(25, abs=1)


async def test_a_resource_ends_when_a_tool_would(client: Client, simulator: Simulator) -> None:
    simulator.faults.add(Fault(hang=True, times=-1))
    with pytest.raises(MCPError, match="Sentry took longer than 50 s"):
        await read(client, "sentry://acme/projects")
    assert anyio.current_time() == pytest.approx(50)


async def test_a_resource_tells_its_age_as_a_tool_does(
    client: Client, simulator: Simulator
) -> None:
    await read(client, ISSUE)
    await pass_by(10)
    assert "(partly from memory, up to 10 s old)" in await read(client, ISSUE)
    await pass_by(100)
    simulator.faults.add(Fault(status=503, times=-1))
    assert "Sentry does not answer; some of this is from" in await read(client, ISSUE)


async def test_a_completion_waits_no_longer_than_a_person(
    client: Client, simulator: Simulator
) -> None:
    simulator.faults.add(Fault(hang=True, times=-1))
    template = ResourceTemplateReference(uri="sentry://{org}/issues/{issue}")
    result = await client.complete(template, {"name": "org", "value": "ac"})
    assert result.completion.values == []
    assert anyio.current_time() == pytest.approx(3)
