"""Teams: which there are, who is in them, what belongs to them."""

from dataclasses import replace
from typing import Any

import pytest
from mcp import Client

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from small_world import small_world

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, toolsets=("teams", "issues"))


async def test_teams_are_listed_with_their_projects(ask: Ask) -> None:
    text = await ask("list_teams")
    assert "5 teams, org: acme" in text
    assert "#platform|4|gateway, inventory|member" in text


async def test_teams_are_found_by_a_part_of_their_name(ask: Ask) -> None:
    text = await ask("list_teams", query="pay")
    assert "1 team, org: acme, query: pay" in text
    assert "#payments" in text
    assert "Leave out query" in await ask("list_teams", query="nobody")


async def test_the_teams_of_a_project_are_told(ask: Ask) -> None:
    text = await ask("list_teams", project="inventory")
    assert "#platform" in text
    assert "#payments" not in text


async def test_my_teams_are_those_that_i_am_in(settings: Settings) -> None:
    simulator = generous(Simulator(small_world(now)))
    async with Client(build_server(settings, simulator, now=now)) as client:
        mine = text_of(await client.call_tool("list_teams", {"mine": True}))
        everybodys = text_of(await client.call_tool("list_teams", {}))
    assert "#payments|Payments" not in mine
    assert "#payments|1|checkout|member" in mine
    assert "#storefront" not in mine
    assert "#storefront|0|web|" in everybodys


async def test_a_token_of_nobody_has_no_teams_of_its_own(settings: Settings) -> None:
    world = small_world(now)
    world.add_token("sntryi_x", user="", scopes=ALL_SCOPES, kind="integration", org="acme")
    simulator = generous(Simulator(world))
    whole = replace(settings, token="sntryi_x")
    async with Client(build_server(whole, simulator, now=now)) as client:
        result = await client.call_tool("list_teams", {"mine": True, "org": "acme"})
    assert result.is_error
    assert "may not do this" in text_of(result)


async def test_teams_are_listed_page_by_page(ask: Ask) -> None:
    first = await ask("list_teams", limit=3)
    second = await ask("list_teams", limit=3, cursor=first.partition("cursor=")[2].split()[0])
    assert "3 teams, and more" in first
    assert "#storefront" in second
    assert "#payments" not in second


@pytest.mark.parametrize("named", ["payments", "#payments"])
async def test_a_team_tells_its_people_projects_and_other_names(ask: Ask, named: str) -> None:
    text = await ask("get_team", team=named)
    assert "team #payments of acme · 4 members · you: member" in text
    assert "Tomás Ferreira|tomas@acme.test|manager|admin|2 h" in text
    assert "checkout|python-django|payments" in text
    assert "@acme/payments (github), #payments-alerts (slack)" in text
    assert "search_issues query=assigned:#payments" in text


async def test_only_the_parts_asked_for_are_told(ask: Ask) -> None:
    text = await ask("get_team", team="data", include="projects")
    assert "reports|python|data" in text
    assert "Arjun" not in text
    assert "more: include=members|external" in text


async def test_an_unknown_team_brings_up_the_likeliest(refused: Ask) -> None:
    text = await refused("get_team", team="payment")
    assert "Did you mean payments? list_teams names them." in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"mine": True, "query": "x"}, "can't be combined"),
        ({"project": "nobody"}, "No project 'nobody'"),
        ({"org": "nobody"}, "No organization 'nobody'"),
    ],
)
async def test_a_list_that_can_not_be_made_says_why(
    refused: Ask, asked: dict[str, Any], said: str
) -> None:
    assert said in await refused("list_teams", **asked)


async def test_a_team_without_anybody_says_none(settings: Settings) -> None:
    simulator = generous(Simulator(small_world(now)))
    async with Client(build_server(settings, simulator, now=now)) as client:
        text = text_of(await client.call_tool("get_team", {"team": "storefront"}))
    assert "members:\nnone" in text
    assert "external:\nnone" in text
