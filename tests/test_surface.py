"""The published surface: `tools/` shows each tool exactly as a client receives it.

`make surface` rewrites the folder; review the difference as the model will read it.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Literal

import pytest
from mcp import Client
from mcp.types import Tool

from answers import text_of
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.tools.registry import DAILY, UnknownToolset, chosen
from surface import ROOT, cost, current, definition

pytestmark = pytest.mark.anyio

SURFACE = ROOT / "tools"
MOST_TOOLS = 25
MOST_TOKENS = 4_500
"""Tokens that every conversation spends on our definitions. Raise it on purpose."""
MOST_TOKENS_EACH = 220
VERBS = (
    {
        "list",
        "get",
        "search",
        "query",
        "find",
        "read",
        "compare",
        "count",
        "render",
        "export",
    }
    | {
        "create",
        "update",
        "delete",
        "whoami",
    }
    | {
        # What has a name of its own in Sentry, or is said of changes.
        "merge",
        "unmerge",
        "comment",
        "link",
        "unlink",
        "invite",
        "start",
        "preview",
        "change",
        "apply",
        "undo",
    }
)


@pytest.fixture
async def everything(settings: Settings, sample: Simulator) -> AsyncIterator[Client]:
    """A client of a server that offers every toolset."""
    whole = replace(settings, toolsets=("all",))
    async with Client(build_server(whole, sample)) as client:
        yield client


@pytest.fixture
async def either_everything(
    settings: Settings, sample: Simulator, era: Literal["auto", "legacy"]
) -> AsyncIterator[Client]:
    """The same in each protocol era."""
    whole = replace(settings, toolsets=("all",))
    async with Client(build_server(whole, sample), mode=era) as client:
        yield client


async def listed(client: Client) -> list[Tool]:
    return (await client.list_tools()).tools


async def test_the_tools_folder_shows_what_clients_receive(either_everything: Client) -> None:
    shown = [json.loads(file.read_text("utf-8")) for file in SURFACE.glob("*/*.json")]
    received = [json.loads(definition(tool)) for tool in await listed(either_everything)]
    assert {tool["name"]: tool for tool in received} == {tool["name"]: tool for tool in shown}


async def test_the_tools_folder_is_what_the_code_says() -> None:
    shown = {
        file.relative_to(SURFACE).as_posix(): file.read_text("utf-8")
        for file in SURFACE.rglob("*.*")
    }
    assert shown == current(), "run `make surface` and review the difference"


async def test_the_default_surface_stays_within_its_budget(client: Client) -> None:
    tools = await listed(client)
    assert len(tools) <= MOST_TOOLS
    assert sum(cost(tool) for tool in tools) <= MOST_TOKENS


async def test_all_tools_together_stay_small_on_average(everything: Client) -> None:
    tools = await listed(everything)
    assert sum(cost(tool) for tool in tools) <= MOST_TOKENS_EACH * len(tools)


async def test_instructions_fit_the_strictest_host(client: Client) -> None:
    assert client.instructions
    assert len(client.instructions) <= 1_800


async def test_every_tool_has_a_name_a_title_and_a_contract(everything: Client) -> None:
    for tool in await listed(everything):
        assert len(tool.name) <= 40
        assert tool.name.split("_")[0] in VERBS, tool.name
        assert tool.title, tool.name
        assert tool.description, tool.name
        assert len(tool.description) <= 1_000, tool.name
        assert not tool.description.startswith(" "), tool.name
        assert tool.output_schema is None, tool.name


async def test_every_tool_says_what_it_does_to_sentry(everything: Client) -> None:
    for tool in await listed(everything):
        assert tool.annotations, tool.name
        told = tool.annotations
        assert told.read_only_hint is not None, tool.name
        assert told.destructive_hint is not None, tool.name
        assert told.idempotent_hint is not None, tool.name


def unportable(schema: dict[str, Any], path: str) -> list[str]:
    """Name what some client or model provider is known to refuse or to misread."""
    banned = {"$ref", "$defs", "anyOf", "oneOf", "allOf", "title", "$schema", "not", "const"}
    found = [f"{path}: {key}" for key in banned & schema.keys()]
    if not isinstance(schema.get("type"), str):
        found.append(f"{path}: type {schema.get('type')!r}")
    if schema.get("type") == "array":
        found += unportable(schema.get("items", {}), f"{path}[]")
    return found


async def test_every_schema_is_one_that_all_clients_take(everything: Client) -> None:
    for tool in await listed(everything):
        schema = tool.input_schema
        assert schema["type"] == "object"
        assert set(schema) <= {"type", "properties", "required", "additionalProperties"}
        assert schema["additionalProperties"] is False
        for name, of in schema["properties"].items():
            assert of.get("description"), f"{tool.name}.{name}"
            assert unportable(of, f"{tool.name}.{name}") == []
            assert of["type"] in {"string", "integer", "boolean", "array"}, f"{tool.name}.{name}"


async def test_one_name_means_one_thing_everywhere(everything: Client) -> None:
    told: dict[str, set[str]] = {}
    for tool in await listed(everything):
        for name, of in tool.input_schema["properties"].items():
            told.setdefault(name, set()).add(of["type"])
    assert {name: types for name, types in told.items() if len(types) > 1} == {}


async def test_a_launch_offers_only_what_it_was_told_to(
    settings: Settings, sample: Simulator
) -> None:
    narrow = Settings(url=settings.url, token=settings.token, toolsets=("projects",))
    async with Client(build_server(narrow, sample)) as client:
        offered = [tool.name for tool in await listed(client)]
        assert "list_projects" in offered
        assert "search_issues" not in offered
        hidden = await client.call_tool("search_issues", {})
        assert hidden.is_error
        assert "list_projects" in text_of(hidden)


def test_an_unknown_toolset_is_named_with_those_that_there_are(settings: Settings) -> None:
    wrong = Settings(url=settings.url, token=settings.token, toolsets=("isues",))
    with pytest.raises(UnknownToolset, match=r"'isues'.*issues"):
        build_server(wrong)


async def test_every_daily_tool_exists(client: Client) -> None:
    assert {tool.name for tool in await listed(client)} == DAILY


def test_daily_tools_may_be_joined_by_a_whole_toolset() -> None:
    choice = chosen(["default", "projects"])
    assert choice.offers("projects", "list_organizations")
    assert choice.offers("issues", "get_issue")
    assert not chosen(["default"]).offers("projects", "list_organizations")


async def test_the_list_is_the_same_in_the_same_order_every_time(
    settings: Settings, sample: Simulator
) -> None:
    seen: list[list[str]] = []
    for _ in range(2):
        async with Client(build_server(settings, sample)) as client:
            seen.append([tool.name for tool in await listed(client)])
    assert seen[0] == seen[1]
