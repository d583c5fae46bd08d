"""How long tools, resources and completions take at most when Sentry does not answer."""

import re

import anyio
import pytest
from mcp import MCPError
from mcp.types import ResourceTemplateReference, TextResourceContents

from answers import text_of
from dexter_mcp.simulator import Fault
from talk import Talk
from virtual_time import pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

ISSUE = "sentry://acme/issues/CHECKOUT-1"
TEMPLATE = ResourceTemplateReference(uri="sentry://{org}/issues/{issue}")


async def read(talk: Talk, uri: str) -> str:
    """Ask the server, whatever the client remembers."""
    (content,) = (await talk.client.read_resource(uri, cache_mode="bypass")).contents
    assert isinstance(content, TextResourceContents)
    return content.text


async def an_event(talk: Talk) -> str:
    listed = await talk.client.call_tool("list_issue_events", {"issue": "CHECKOUT-1"})
    return next(iter(re.findall(r"\b[0-9a-f]{32}\b", text_of(listed))))


async def test_finding_the_issue_counts_towards_the_soft_deadline(talk: Talk) -> None:
    event = await an_event(talk)
    begun = anyio.current_time()
    talk.simulator.faults.add(Fault(delay=12, path="/eventids/"))
    talk.simulator.faults.add(Fault(hang=True, path="/tags/", times=-1))
    result = await talk.client.call_tool("get_issue", {"issue": event})
    assert text_of(result).startswith("CHECKOUT-1")
    assert "failed: tags (It did not come in time" in text_of(result)
    assert anyio.current_time() - begun == pytest.approx(25, abs=1)


async def test_an_issue_that_is_not_even_found_in_time_is_told_at_the_soft_deadline(
    talk: Talk,
) -> None:
    event = await an_event(talk)
    begun = anyio.current_time()
    talk.simulator.faults.add(Fault(hang=True, path="/eventids/", times=-1))
    result = await talk.client.call_tool("get_issue", {"issue": event})
    assert result.is_error
    assert "It did not come in time" in text_of(result)
    assert anyio.current_time() - begun == pytest.approx(25, abs=1)


async def test_an_event_does_not_wait_for_the_name_of_its_issue(talk: Talk) -> None:
    event = await an_event(talk)
    begun = anyio.current_time()
    talk.simulator.faults.add(Fault(delay=12, path="/eventids/"))
    talk.simulator.faults.add(Fault(delay=1, path=f"/events/{event}/"))
    talk.simulator.faults.add(Fault(hang=True, path="/issues/", times=-1))
    result = await talk.client.call_tool("get_event", {"event": event})
    assert f"event {event}" in text_of(result)
    assert anyio.current_time() - begun == pytest.approx(25, abs=1)


async def test_a_resource_ends_when_a_tool_would(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(hang=True, times=-1))
    with pytest.raises(MCPError, match="Sentry took longer than 50 s"):
        await read(talk, "sentry://acme/projects")
    assert anyio.current_time() == pytest.approx(50)


async def test_a_resource_tells_its_age_as_a_tool_does(talk: Talk) -> None:
    await read(talk, ISSUE)
    await pass_by(10)
    assert "(partly from memory, up to 10 s old)" in await read(talk, ISSUE)
    await pass_by(100)
    talk.simulator.faults.add(Fault(status=503, times=-1))
    assert "Sentry does not answer; some of this is from" in await read(talk, ISSUE)


async def test_a_completion_waits_no_longer_than_a_person(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(hang=True, times=-1))
    result = await talk.client.complete(TEMPLATE, {"name": "org", "value": "ac"})
    assert result.completion.values == []
    assert anyio.current_time() == pytest.approx(3)


async def test_a_completion_lets_go_first_who_waits_for_an_answer(talk: Talk) -> None:
    talk.simulator.limits.requests = 1
    await talk.succeed("list_projects")
    talk.simulator.world.seen.clear()
    async with anyio.create_task_group() as group:
        group.start_soon(talk.client.complete, TEMPLATE, {"name": "org", "value": "ac"})
        await anyio.wait_all_tasks_blocked()
        group.start_soon(talk.succeed, "whoami")
    assert talk.simulator.world.seen[0] == "GET /api/0/"
    assert any("/organizations/" in line for line in talk.simulator.world.seen)
