"""What a launch with a default project asks of, and says that it asked of."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from mcp import Client

from answers import Ask
from clock import now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(sample: Simulator, settings: Settings) -> AsyncIterator[Client]:
    usual = replace(settings, org="acme", project="checkout", toolsets=("all",))
    async with Client(build_server(usual, sample, now=now)) as client:
        yield client


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search_issues", {}),
        ("count_issues", {}),
        ("list_feedback", {}),
        ("query_events", {}),
        ("query_timeseries", {"compare": False}),
        ("list_event_fields", {}),
        ("list_releases", {}),
        ("query_sessions", {}),
        ("list_alerts", {}),
        ("list_monitors", {}),
        ("list_replays", {}),
        ("list_replays", {"kind": "selectors"}),
        ("get_profile", {}),
        ("get_usage", {}),
        ("get_dashboard", {"dashboard": "883"}),
    ],
)
async def test_the_default_project_is_said_where_it_narrows(
    ask: Ask, tool: str, arguments: dict[str, str]
) -> None:
    assert "project: checkout" in await ask(tool, **arguments)


@pytest.mark.parametrize("tool", ["query_events", "list_releases", "get_usage"])
async def test_a_project_that_is_named_goes_before_the_default_one(ask: Ask, tool: str) -> None:
    text = await ask(tool, project="storefront")
    assert "project: storefront" in text
    assert "checkout" not in text


@pytest.mark.parametrize(
    "tool", ["search_issues", "query_events", "list_releases", "get_usage", "list_monitors"]
)
async def test_all_looks_past_the_default_project(client: Client, ask: Ask, tool: str) -> None:
    text = await ask(tool, project="all")
    assert "project: " not in text
    assert text != await ask(tool)
    assert "project=all" in (client.instructions or "")


async def test_the_replays_of_an_issue_are_found_whatever_project_is_usual(ask: Ask) -> None:
    text = await ask("list_replays", issue="STOREFRONT-G")
    assert text.startswith("4 replays")
    assert "project:" not in text


async def test_a_release_of_another_project_is_said_to_be_elsewhere(refused: Ask) -> None:
    text = await refused("get_release", release="storefront@8.4.1")
    assert "it may be in another `project`" in text
