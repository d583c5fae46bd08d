"""Resources: the tools' summaries under an address, guides, and completion of their names."""

import re
from dataclasses import replace

import pytest
from mcp import Client, MCPError
from mcp.types import (
    PromptReference,
    ResourceTemplateReference,
    TextResourceContents,
)

from answers import text_of
from clock import generous, now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator
from small_world import small_world

pytestmark = pytest.mark.anyio

ISSUE = ResourceTemplateReference(uri="sentry://{org}/issues/{issue}")


async def read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "text/markdown"
    return content.text


async def an_issue(client: Client) -> str:
    found = text_of(await client.call_tool("search_issues", {"limit": 1, "project": "checkout"}))
    return next(iter(re.findall(r"CHECKOUT-\w+", found)))


async def complete(client: Client, name: str, typed: str, **settled: str) -> list[str]:
    result = await client.complete(ISSUE, {"name": name, "value": typed}, settled)
    return result.completion.values


async def test_the_resources_are_listed(either_client: Client) -> None:
    uris = {str(resource.uri) for resource in (await either_client.list_resources()).resources}
    templates = (await either_client.list_resource_templates()).resource_templates
    assert uris == {
        "sentry://organizations",
        "dexter://guide/search",
        "dexter://guide/tools",
        "dexter://status",
    }
    assert {template.uri_template for template in templates} == {
        "sentry://{org}/projects",
        "sentry://{org}/issues/{issue}",
        "sentry://{org}/issues/{issue}/events/{event}",
    }


async def test_organizations_and_projects_can_be_read(either_client: Client) -> None:
    assert "acme" in await read(either_client, "sentry://organizations")
    assert "checkout" in await read(either_client, "sentry://acme/projects")


async def test_an_issue_and_its_latest_event_can_be_read(either_client: Client) -> None:
    issue = await an_issue(either_client)
    assert issue in await read(either_client, f"sentry://acme/issues/{issue}")
    assert await read(either_client, f"sentry://acme/issues/{issue}/events/latest")


async def test_something_that_is_not_there_is_told_as_such(either_client: Client) -> None:
    said = r"No issue '999999999' is visible in 'acme'.*\(request \w+\)"
    with pytest.raises(MCPError, match=said):
        await read(either_client, "sentry://acme/issues/999999999")


async def test_the_status_tells_what_the_road_to_sentry_was_like(client: Client) -> None:
    before = await read(client, "dexter://status")
    assert "- 0 requests to Sentry" in before
    for _ in range(2):
        await client.call_tool("search_issues", {"limit": 1})
    told = await read(client, "dexter://status")
    assert "answers from memory" in told
    assert "latency p50" in told
    assert "limit of GET" in told


async def test_the_search_guide_knows_the_grammar(client: Client) -> None:
    guide = await read(client, "dexter://guide/search")
    for form in ("is:unresolved", "!has:release", "firstSeen:-24h", "key:[a, b]"):
        assert form in guide


async def test_the_tool_guide_lists_what_is_on_offer(
    client: Client, sample: Simulator, settings: Settings
) -> None:
    assert "| `get_event` |" in await read(client, "dexter://guide/tools")
    narrow = replace(settings, toolsets=("projects",))
    async with Client(build_server(narrow, sample)) as few:
        guide = await read(few, "dexter://guide/tools")
        assert "| `list_projects` |" in guide
        assert "get_event" not in guide


async def test_a_toolset_that_is_not_on_offer_is_no_resource_either(
    sample: Simulator, settings: Settings
) -> None:
    narrow = replace(settings, toolsets=("projects",))
    async with Client(build_server(narrow, sample)) as client:
        templates = (await client.list_resource_templates()).resource_templates
        told = {each.uri_template for each in templates}
        assert "sentry://{org}/projects" in told
        assert not [each for each in told if "issues" in each]
        with pytest.raises(MCPError):
            await read(client, "sentry://acme/issues/CHECKOUT-1")


async def test_names_are_completed_from_what_is_there(client: Client) -> None:
    assert await complete(client, "org", "ac") == ["acme"]
    assert (
        "checkout"
        in (
            await client.complete(
                PromptReference(name="triage_project"), {"name": "project", "value": "che"}
            )
        ).completion.values
    )
    issues = await complete(client, "issue", "checkout-", org="acme")
    assert issues
    assert all(issue.startswith("CHECKOUT-") for issue in issues)


async def test_an_unknown_argument_completes_to_nothing(client: Client) -> None:
    assert await complete(client, "event", "a") == []


class TestALongList:
    @pytest.fixture
    def simulator(self) -> Simulator:
        world = small_world(now)
        for number in range(100):
            world.add_project("acme", f"shop-{number}", "Shop", "python", teams=["payments"])
        return generous(Simulator(world))

    async def test_it_leads_to_the_tool_that_knows_the_rest(self, client: Client) -> None:
        told = await read(client, "sentry://acme/projects")
        assert "cursor" not in told
        assert told.endswith("\nmore: list_projects")


class TestWhenSentryFails:
    @pytest.fixture
    def simulator(self) -> Simulator:
        simulator = Simulator()
        simulator.faults.add(Fault(status=500, times=-1))
        return simulator

    async def test_completion_is_silent(self, client: Client) -> None:
        assert await complete(client, "org", "ac") == []
