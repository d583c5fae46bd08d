"""Members and teams as an identity provider sees them."""

from dataclasses import replace
from typing import Any

import pytest
from mcp import Client

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from small_world import small_world

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, toolsets=("scim",))


async def test_users_are_listed_with_their_roles_those_invited_too(ask: Ask) -> None:
    text = await ask("list_scim")
    assert text.startswith("13 SCIM users, org: acme\nid|user|role\n")
    assert "|mira@acme.test|owner\n" in text
    assert "901|priya@acme.test|member\n" in text


async def test_groups_are_listed_with_their_members(ask: Ask) -> None:
    text = await ask("list_scim", kind="groups")
    assert text.startswith("5 SCIM groups, org: acme\nid|group|members|who\n")
    assert "|mobile|3|mira@acme.test, noor@acme.test, diego@acme.test\n" in text


async def test_a_list_goes_on_to_its_end(ask: Ask, refused: Ask) -> None:
    first = await ask("list_scim", limit=7)
    assert first.startswith("7 of 13 SCIM users")
    cursor = first.partition("cursor=")[2].strip()
    second = await ask("list_scim", limit=7, cursor=cursor)
    assert "audit@ledgerworks.example" in second
    assert "mira@acme.test" not in second
    assert "cursor=" not in second
    other = await refused("list_scim", limit=7, cursor=cursor, kind="groups")
    assert "continues another query" in other


@pytest.mark.parametrize(
    ("kind", "query", "found"),
    [
        ("users", "Mira@acme.test", "|mira@acme.test|owner"),
        ("users", 'userName eq "tomas@acme.test"', "|tomas@acme.test|manager"),
        ("users", "901", "901|priya@acme.test|member"),
        ("groups", "#payments", "|payments|4|"),
        ("groups", "data", "|data|3|"),
        ("groups", 'displayName eq "mobile"', "|mobile|3|"),
    ],
)
async def test_one_is_found_in_every_form_that_a_person_would_paste(
    ask: Ask, kind: str, query: str, found: str
) -> None:
    text = await ask("list_scim", kind=kind, query=query)
    assert text.startswith(f"1 SCIM {kind[:-1]}, org: acme")
    assert found in text


async def test_a_group_is_found_by_its_id(ask: Ask) -> None:
    number = (await ask("list_scim", kind="groups", query="data")).split("\n")[2].split("|")[0]
    assert "|data|3|" in await ask("list_scim", kind="groups", query=number)


@pytest.mark.parametrize(("kind", "query"), [("users", "999"), ("users", "mira"), ("groups", "7")])
async def test_nobody_found_says_that_names_are_whole(ask: Ask, kind: str, query: str) -> None:
    text = await ask("list_scim", kind=kind, query=query)
    assert text.startswith(f"No SCIM {kind[:-1]} found.\norg: acme, query: {query}\n")
    assert "it must match whole" in text


@pytest.mark.parametrize("query", ['role eq "owner"', 'userName sw "m"', 'displayName eq "x"'])
async def test_a_filter_that_sentry_does_not_know_is_not_sent(refused: Ask, query: str) -> None:
    assert 'userName eq "…", no other filter' in await refused("list_scim", query=query)


@pytest.mark.parametrize("given", [{}, {"kind": "groups"}, {"query": "42"}])
async def test_where_scim_is_off_the_refusal_says_so(
    settings: Settings, given: dict[str, Any]
) -> None:
    world = small_world(now)
    world.integrations.without_scim.add("acme")
    async with Client(build_server(settings, generous(Simulator(world)), now=now)) as client:
        told = await client.call_tool("list_scim", given)
    assert told.is_error
    assert "only where the organization has switched it on" in text_of(told)
