"""Members: who they are, what they may do, and who is only invited."""

from dataclasses import replace
from typing import Any

import pytest

from answers import Ask
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from tokens import tokens

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, toolsets=("teams",))


async def test_members_and_invitations_are_listed(ask: Ask) -> None:
    text = await ask("list_members")
    assert "13 members, org: acme" in text
    assert "Mira Voss|mira@acme.test|owner|28 min|" in text
    assert "Karim Haddad|karim@acme.test|member|63 d|no 2FA" in text
    assert "priya@acme.test||member||invited by Lena Brandt, pending" in text
    assert "audit@ledgerworks.example||billing||invited by Mira Voss, expired" in text
    assert tokens(text) <= 400


@pytest.mark.parametrize(
    ("asked", "people"),
    [
        ({"role": "admin"}, {"lena", "diego"}),
        ({"query": "voss"}, {"mira"}),
        ({"query": "karim@"}, {"karim"}),
        ({"query": "has2fa:false"}, {"karim", "arjun"}),
        ({"query": "acme.test", "role": "manager"}, {"tomas", "jonas"}),
        ({"team": "mobile"}, {"mira", "noor", "diego"}),
        ({"team": "#data"}, {"mira", "sofia", "arjun"}),
        ({"project": "reports"}, {"mira", "sofia", "arjun"}),
    ],
)
async def test_members_are_narrowed_as_one_asks(
    ask: Ask, asked: dict[str, Any], people: set[str]
) -> None:
    text = await ask("list_members", **asked)
    rows = [line.split("|")[1] for line in text.splitlines() if "@acme.test|" in line]
    assert {address.partition("@")[0] for address in rows} == people


async def test_members_are_listed_page_by_page(ask: Ask) -> None:
    first = await ask("list_members", limit=10)
    second = await ask("list_members", limit=10, cursor=first.partition("cursor=")[2].split()[0])
    assert "10 members, and more" in first
    assert "3 members, org: acme" in second


async def test_nobody_found_says_what_to_leave_out(ask: Ask) -> None:
    text = await ask("list_members", query="nobody")
    assert "No member found.\norg: acme, query: nobody\nLeave out query" in text


async def test_team_and_search_are_not_mixed(refused: Ask) -> None:
    assert "can't be combined" in await refused("list_members", team="data", role="owner")


@pytest.mark.parametrize("named", ["karim", "Karim Haddad", "karim@acme.test", "<KARIM@acme.test>"])
async def test_a_member_is_found_by_name_or_address(ask: Ask, named: str) -> None:
    text = await ask("get_member", member=named)
    assert "Karim Haddad <karim@acme.test>, member of acme" in text
    assert "teams: #platform" in text
    assert "no 2FA" in text


async def test_a_member_is_found_by_either_number(ask: Ask, sample: Simulator) -> None:
    jonas = sample.world.member("acme", "jonas@acme.test")
    assert jonas
    for number in (jonas.id, jonas.user_id, f"user:{jonas.user_id}"):
        text = await ask("get_member", member=number)
        assert "Jonas Ek <jonas@acme.test>, manager of acme" in text
    assert "teams: #platform (admin), #payments" in text
    assert "known as: @jonasek (github)" in text


async def test_without_a_name_it_is_about_oneself(ask: Ask) -> None:
    assert "Mira Voss <mira@acme.test>, owner of acme" in await ask("get_member")


async def test_an_invitation_is_told_without_the_link_that_lets_one_in(ask: Ask) -> None:
    text = await ask("get_member", member="priya@acme.test")
    assert "invited by Lena Brandt, pending" in text
    assert "accept" not in text


async def test_a_name_that_several_bear_is_asked_back(refused: Ask) -> None:
    text = await refused("get_member", member="in")
    assert "'in' could be" in text
    assert "Inês Duarte (ines@acme.test)" in text
    assert "Give the e-mail address." in text


async def test_an_unknown_member_is_named(refused: Ask) -> None:
    text = await refused("get_member", member="999999")
    assert "No member '999999' is visible in 'acme'. list_members" in text
