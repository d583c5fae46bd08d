"""An organization on one page: its rules in words, its environments, keys and relays."""

from dataclasses import replace

import pytest
from mcp import Client

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.sentry.organizations import OrganizationDetails
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator
from dexter_mcp.views import organizations as view
from invented import NOW, Json
from small_world import small_world
from tokens import tokens

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, toolsets=("projects",))


async def test_an_organization_tells_its_rules_in_words(ask: Ask) -> None:
    text = await ask("get_organization")
    assert "organization acme · Acme Shop" in text
    assert "a second factor is optional; no single sign-on" in text
    assert "new members are member" in text
    assert "production, staging" in text
    assert "preview-1482" not in text
    assert tokens(text) <= 200


async def test_all_keys_of_an_organization_stand_beside_their_projects(ask: Ask) -> None:
    text = await ask("get_organization", include="keys")
    rows = [line for line in text.splitlines() if "|http://" in line]
    assert [row.partition("|")[0] for row in rows][:4] == ["checkout"] * 3 + ["gateway"]
    assert tokens(text) <= 600


async def test_keys_go_on_with_the_cursor(settings: Settings) -> None:
    world = small_world(now)
    for number in range(30):
        world.add_project("acme", f"shop{number:02}", "Shop", "python", teams=["payments"])
    async with Client(build_server(settings, generous(Simulator(world)), now=now)) as client:
        asked = {"include": "keys"}
        first = text_of(await client.call_tool("get_organization", asked))
        cursor = first.partition("cursor=")[2].split()[0]
        asked["cursor"] = cursor
        second = text_of(await client.call_tool("get_organization", asked))
    assert "checkout|Default" in first
    assert "web|Default" in second
    assert "next page" not in second


async def test_relays_that_were_seen_are_listed(ask: Ask) -> None:
    assert "|26.7.1|9 min|210 d|" in await ask("get_organization", include="relays")


async def test_an_unknown_organization_is_named(refused: Ask) -> None:
    assert "No organization 'nobody' is visible" in await refused("get_organization", org="nobody")


async def test_an_organization_without_relays_is_no_failure(settings: Settings) -> None:
    simulator = generous(Simulator(small_world(now)))
    simulator.faults.add(Fault(path="/relay_usage/", status=404, body=b""))
    async with Client(build_server(settings, simulator, now=now)) as client:
        asked = {"include": ["relays", "environments"]}
        text = text_of(await client.call_tool("get_organization", asked))
    assert "failed: relays (This server has no Relays, or has that feature switched off" in text
    assert "organization acme" in text


def told(**settings: Json | str | bool | int | list[str]) -> str:
    org = OrganizationDetails.model_validate({"id": "1", "slug": "acme", **settings})
    return "\n".join(view.heading(org, now=NOW))


def test_what_a_server_does_not_tell_is_neither_on_nor_off() -> None:
    assert told() == "organization acme · id 1"


def test_strict_rules_read_as_strict_ones() -> None:
    text = told(require2FA=True, hasAuthProvider=True, allowMemberInvite=False, dataScrubber=True)
    assert "a second factor is required; single sign-on is set up" in text
    assert "members may not invite" in text
    assert "data scrubbing is enforced" in text


def test_a_quota_is_told_where_there_is_one() -> None:
    quota = {"maxRate": 5000, "maxRateInterval": 60, "accountLimit": 0, "projectLimit": 40}
    assert "takes 5k events per 1 min; one project at most 40% of that" in told(quota=quota)
    assert "takes" not in told(quota={"maxRate": None, "projectLimit": 100})


def test_an_organization_that_is_about_to_go_says_so() -> None:
    status = {"id": "pending_deletion", "name": "pending deletion"}
    assert "pending deletion" in told(status=status)
