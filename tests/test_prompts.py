"""Prompts: right for the tools on offer, and clear about what they need."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from mcp import Client, MCPError
from mcp.types import TextContent

from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.views.authored import Offer

pytestmark = pytest.mark.anyio

PROMPTS = Path(__file__).parents[1] / "prompts"


async def filled(client: Client, name: str, **arguments: str) -> str:
    prompt = await client.get_prompt(name, arguments)
    content = prompt.messages[0].content
    assert isinstance(content, TextContent)
    return content.text


async def test_the_prompts_are_listed_with_their_arguments(either_client: Client) -> None:
    prompts = {prompt.name: prompt for prompt in (await either_client.list_prompts()).prompts}
    assert set(prompts) >= {"investigate_issue", "triage_project", "explain_event"}
    for prompt in prompts.values():
        assert prompt.title
        assert prompt.description
        assert [argument.name for argument in prompt.arguments or [] if argument.required]


async def test_investigating_leads_through_the_tools(client: Client) -> None:
    text = await filled(client, "investigate_issue", issue="SHOP-1", org="acme")
    assert "`SHOP-1` in the organization `acme`" in text
    for tool in ("get_issue", "get_issue_tag", "list_issue_events", "search_issues"):
        assert f"`{tool}`" in text


async def test_what_was_left_out_leaves_no_trace(client: Client) -> None:
    text = await filled(client, "investigate_issue", issue="SHOP-1")
    assert "organization" not in text
    assert "$" not in text


async def test_triage_looks_back_a_fortnight_unless_told_otherwise(client: Client) -> None:
    assert "last 14d" in await filled(client, "triage_project", project="checkout")
    assert "last 24h" in await filled(client, "triage_project", project="checkout", period="24h")


async def test_performance_is_reviewed_over_a_fortnight(client: Client) -> None:
    assert "over the last 14d." in await filled(client, "performance_review", project="checkout")


async def test_a_week_is_what_a_weekly_digest_is_about(client: Client) -> None:
    text = await filled(client, "weekly_digest", project="checkout")
    assert "last 7d" in text
    assert "14d" not in text


async def test_a_prompt_names_only_tools_that_exist(sample: Simulator, settings: Settings) -> None:
    async with Client(build_server(replace(settings, toolsets=("all",)), sample)) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        verbs = {tool.split("_")[0] for tool in tools if "_" in tool}
        for prompt in (await client.list_prompts()).prompts:
            given = {each.name: "x" for each in prompt.arguments or []}
            named = set(
                re.findall(r"`([a-z]+_[a-z_]+)`", await filled(client, prompt.name, **given))
            )
            assert {each for each in named if each.split("_")[0] in verbs} <= tools, prompt.name
            assert named & tools, prompt.name


async def test_all_prompts_are_offered_where_every_tool_is(
    sample: Simulator, settings: Settings
) -> None:
    async with Client(build_server(replace(settings, toolsets=("all",)), sample)) as client:
        offered = {prompt.name for prompt in (await client.list_prompts()).prompts}
        assert offered == {file.stem for file in PROMPTS.glob("*.md")}
        assert offered >= {
            "release_report",
            "alert_review",
            "performance_review",
            "weekly_digest",
            "find_owner",
        }


async def test_a_dollar_in_an_argument_stays_what_it_is(client: Client) -> None:
    assert "`$org`" in await filled(client, "triage_project", project="$org")


async def test_a_prompt_names_no_tool_that_is_not_on_offer(
    sample: Simulator, settings: Settings
) -> None:
    async with Client(build_server(replace(settings, toolsets=("all",)), sample)) as client:
        whole = await filled(client, "find_owner", issue="SHOP-1")
        assert "`find_owner`" in whole
    async with Client(build_server(replace(settings, toolsets=("issues",)), sample)) as client:
        text = await filled(client, "find_owner", issue="SHOP-1")
        assert "`get_issue`" in text
        assert "`find_owner`" not in text


async def test_a_prompt_that_rests_on_a_missing_tool_is_not_offered(
    sample: Simulator, settings: Settings
) -> None:
    async with Client(build_server(replace(settings, toolsets=("projects",)), sample)) as client:
        offered = {prompt.name for prompt in (await client.list_prompts()).prompts}
        assert not offered & {"investigate_issue", "triage_project", "explain_event"}


async def test_the_instructions_name_no_tool_that_is_not_on_offer(
    sample: Simulator, settings: Settings
) -> None:
    async with Client(build_server(replace(settings, toolsets=("projects",)), sample)) as client:
        told = client.instructions or ""
        assert "`whoami`" in told
        for hidden in ("get_issue", "get_event", "list_issue_events", "search_issues"):
            assert f"`{hidden}`" not in told


async def test_the_instructions_begin_with_nothing_where_nothing_on_offer_comes_first(
    sample: Simulator, settings: Settings
) -> None:
    async with Client(build_server(replace(settings, toolsets=("scim",)), sample)) as client:
        assert "Begin with" not in (client.instructions or "")


async def test_the_instructions_name_only_tools_that_exist_and_stay_short(
    sample: Simulator, settings: Settings
) -> None:
    most = replace(settings, toolsets=("all",), org="o" * 50, project="p" * 50)
    async with Client(build_server(most, sample)) as client:
        told = client.instructions or ""
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert set(re.findall(r"`([a-z]+_[a-z_]+)`", told)) <= tools
        assert len(told) <= 1_800
        assert f"org={'o' * 50}, project={'p' * 50}" in told


def test_a_line_stays_only_where_every_tool_that_it_names_is_on_offer() -> None:
    offer = Offer(frozenset({"get_issue"}), frozenset({"get_issue", "get_event", "whoami"}))
    kept = offer.keep("`get_issue`\n`get_issue` and `get_event`\n`whoami`\n`detail` alone\n")
    assert kept == "`get_issue`\n`detail` alone\n"


async def test_a_missing_argument_is_told_as_such(either_client: Client) -> None:
    with pytest.raises(MCPError, match="needs `issue`: Issue number"):
        await either_client.get_prompt("investigate_issue", {})


async def test_an_unknown_prompt_is_answered_with_those_that_there_are(
    either_client: Client,
) -> None:
    with pytest.raises(MCPError, match="investigate_issue"):
        await either_client.get_prompt("investigate", {})
