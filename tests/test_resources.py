"""Resources: the tools' summaries under an address, and guides."""

import re
from dataclasses import replace

import pytest
from mcp import Client, MCPError
from mcp.types import TextResourceContents

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from small_world import small_world

pytestmark = pytest.mark.anyio

CHECKOUT = (
    "sentry://acme/discover?dataset=spans&fields=release,p95(span.duration),count()"
    "&query=is_transaction%3Atrue%20transaction%3A%2Fapi%2Fcheckout"
    "&sort=-count()&period=7d"
)


GUIDES = ("alerts", "datasets", "discover", "releases", "search", "tools")
MARK = re.compile(r"event text \w+")


async def read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "text/markdown"
    return content.text


async def an_issue(client: Client) -> str:
    found = text_of(await client.call_tool("search_issues", {"limit": 1, "project": "checkout"}))
    return next(iter(re.findall(r"CHECKOUT-\w+", found)))


async def test_the_resources_are_listed(either_client: Client) -> None:
    uris = {str(resource.uri) for resource in (await either_client.list_resources()).resources}
    templates = (await either_client.list_resource_templates()).resource_templates
    assert uris == {
        "sentry://organizations",
        *(f"dexter://guide/{name}" for name in GUIDES),
        "dexter://status",
    }
    assert {template.uri_template for template in templates} == {
        "sentry://{org}/projects",
        "sentry://{org}/projects/{project}",
        "sentry://{org}/integrations",
        "sentry://{org}/integrations/{integration}",
        "sentry://{org}/issues/{issue}",
        "sentry://{org}/issues/{issue}/events/{event}",
        "sentry://{org}/discover{?dataset,fields,query,sort,period}",
        "sentry://{org}/queries/{saved}",
        "sentry://{org}/alerts",
        "sentry://{org}/alerts/{alert}",
        "sentry://{org}/releases",
        "sentry://{org}/releases/{version}",
    }


async def test_organizations_and_projects_can_be_read(either_client: Client) -> None:
    assert "acme" in await read(either_client, "sentry://organizations")
    assert "checkout" in await read(either_client, "sentry://acme/projects")


async def test_an_issue_and_its_latest_event_can_be_read(either_client: Client) -> None:
    issue = await an_issue(either_client)
    assert issue in await read(either_client, f"sentry://acme/issues/{issue}")
    assert await read(either_client, f"sentry://acme/issues/{issue}/events/latest")


@pytest.mark.parametrize(
    ("uri", "tool", "arguments"),
    [
        ("sentry://acme/projects/checkout", "get_project", {"project": "checkout"}),
        ("sentry://acme/integrations/github", "get_integration", {"integration": "github"}),
        ("sentry://acme/queries/explore%2F21492", "query_events", {"saved": "explore/21492"}),
        ("sentry://acme/alerts", "list_alerts", {}),
        ("sentry://acme/alerts/alert%205100", "get_alert", {"alert": "alert 5100"}),
        ("sentry://acme/releases", "list_releases", {}),
        ("sentry://acme/releases/checkout%404.16.0", "get_release", {"release": "4.16.0"}),
        ("sentry://acme/teams", "list_teams", {"limit": 20}),
    ],
)
async def test_a_resource_says_what_its_tool_says(
    sample: Simulator, settings: Settings, uri: str, tool: str, arguments: dict[str, str]
) -> None:
    whole = replace(settings, toolsets=("all",))
    async with Client(build_server(whole, sample, now=now)) as client:
        told = text_of(await client.call_tool(tool, arguments))
        assert rows(await read(client, uri)) == rows(told)


def rows(text: str) -> list[str]:
    """Leave out what is drawn anew, and how it goes on, which a resource tells differently."""
    lines = MARK.sub("event text", text).split("\n")
    return [line for line in lines if not line.startswith(("next page", "more: "))]


async def test_a_trace_of_the_slow_checkout_can_be_read(
    sample: Simulator, settings: Settings
) -> None:
    ((trace,),) = sample.world.telemetry.rows(
        "SELECT trace FROM spans WHERE is_transaction AND name = '/api/checkout'"
        " ORDER BY duration DESC LIMIT 1"
    )
    whole = replace(settings, toolsets=("all",))
    async with Client(build_server(whole, sample, now=now)) as client:
        told = await read(client, f"sentry://acme/traces/{trace}")
        assert trace in told
        assert "POST https://api.nordpay.example/v3/charges" in told


async def test_a_query_of_events_stands_in_its_address(client: Client, ask: Ask) -> None:
    told = await ask(
        "query_events",
        dataset="spans",
        fields=["release", "p95(span.duration)", "count()"],
        query="is_transaction:true transaction:/api/checkout",
        sort="-count()",
        period="7d",
    )
    assert "checkout@4.16.0" in told
    assert rows(await read(client, CHECKOUT)) == rows(told)


async def test_a_query_without_arguments_is_the_usual_one(client: Client) -> None:
    told = await read(client, "sentry://acme/discover")
    assert "last 14d, sort: -count()" in told
    assert told.endswith("more: query_events")


async def test_a_version_that_looks_like_a_path_is_refused_with_a_word(client: Client) -> None:
    with pytest.raises(MCPError, match=r"is no release\. Give its version"):
        await read(client, "sentry://acme/releases/..%2F..")


async def test_a_refusal_of_sentry_is_told(client: Client) -> None:
    with pytest.raises(MCPError, match="Invalid statsPeriod: '7x'"):
        await read(client, "sentry://acme/discover?period=7x")


async def test_something_that_is_not_there_is_told_as_such(either_client: Client) -> None:
    said = r"No issue '999999999' is visible in 'acme'.*\(request \w+\)"
    with pytest.raises(MCPError, match=said):
        await read(either_client, "sentry://acme/issues/999999999")


@pytest.mark.parametrize(
    ("uri", "seconds"),
    [
        ("dexter://status", 0),
        ("dexter://guide/search", 86_400),
        ("sentry://acme/discover", 20),
        ("sentry://acme/alerts", 60),
        ("sentry://acme/releases", 60),
    ],
)
async def test_a_client_may_keep_what_it_read_while_it_is_fresh(
    client: Client, uri: str, seconds: int
) -> None:
    assert (await client.read_resource(uri)).ttl_ms == seconds * 1_000


async def test_what_came_from_memory_may_be_kept_for_the_rest_of_its_time_only(
    client: Client,
) -> None:
    first = await client.read_resource("sentry://acme/alerts", cache_mode="bypass")
    again = await client.read_resource("sentry://acme/alerts", cache_mode="bypass")
    assert 0 < again.ttl_ms < first.ttl_ms


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
