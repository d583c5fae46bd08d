"""SCIM as the simulated Sentry speaks it."""

from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.settings import Invitation
from small_world import BORN, Caller, connected

pytestmark = pytest.mark.anyio

HERE = "/organizations/acme/scim/v2/"


@pytest.fixture(autouse=True)
def _invited(world: World) -> None:
    world.settings.invitations.append(
        Invitation("901", "acme", "priya@acme.test", "member", [], "Mira", BORN)
    )


@pytest.mark.parametrize(
    ("described", "path"),
    [
        ("Users", "Users"),
        ("Users/{member_id}", "Users/901"),
        ("Groups", "Groups"),
        ("Groups/{team_id_or_slug}", "Groups/payments"),
    ],
)
async def test_a_reply_is_what_sentry_describes(caller: Caller, described: str, path: str) -> None:
    reply = await caller.read(f"{HERE}{path}")
    assert complaint(f"{ORG}scim/v2/{described}", reply) == ""


async def test_a_slash_at_the_end_is_one_too_many(caller: Caller) -> None:
    assert (await caller.ask(f"{HERE}Users/")).status_code == 404


@pytest.mark.parametrize(
    ("query", "shown", "start"),
    [
        ({}, ["mira@acme.test", "priya@acme.test"], 1),
        ({"count": 1}, ["mira@acme.test"], 1),
        ({"startIndex": 2, "count": 5}, ["priya@acme.test"], 2),
        ({"startIndex": 3}, [], 3),
        ({"count": 0}, [], 1),
    ],
)
async def test_a_page_begins_at_a_number(
    caller: Caller, query: dict[str, Any], shown: list[str], start: int
) -> None:
    reply = await caller.ask(f"{HERE}Users", **query)
    told = reply.json()
    assert [each["userName"] for each in told["Resources"]] == shown
    assert (told["startIndex"], told["itemsPerPage"]) == (start, len(shown))
    assert told["totalResults"] == 2
    assert "link" not in reply.headers


async def test_a_filter_is_an_exact_value(caller: Caller) -> None:
    found = await caller.read(f"{HERE}Users", filter='userName eq "Priya@acme.test"')
    assert [each["id"] for each in found["Resources"]] == ["901"]
    teams = await caller.read(f"{HERE}Groups", filter='displayName eq "storefront"')
    assert [each["displayName"] for each in teams["Resources"]] == ["storefront"]
    none = await caller.read(f"{HERE}Groups", filter='displayName eq "store"')
    assert none["totalResults"] == 0


async def test_members_of_groups_can_be_left_out(caller: Caller) -> None:
    whole = (await caller.read(f"{HERE}Groups"))["Resources"][0]
    assert [each["display"] for each in whole["members"]] == ["mira@acme.test"]
    brief = await caller.read(f"{HERE}Groups", excludedAttributes="members")
    assert "members" not in brief["Resources"][0]


@pytest.mark.parametrize(
    ("path", "query", "status", "detail", "kind"),
    [
        ("Users", {"filter": 'role eq "owner"'}, 400, "Invalid filter.", "invalidFilter"),
        ("Users", {"filter": "userName sw x"}, 400, "Invalid filter.", "invalidFilter"),
        ("Users", {"startIndex": 0}, 400, "Ensure that startIndex is a number", "invalidValue"),
        ("Users/9", {}, 404, "User not found.", None),
        ("Groups/nobody", {}, 404, "Group not found.", None),
    ],
)
async def test_a_refusal_is_in_the_words_of_scim(
    caller: Caller,
    *,
    path: str,
    query: dict[str, Any],
    status: int,
    detail: str,
    kind: str | None,
) -> None:
    reply = await caller.ask(f"{HERE}{path}", **query)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/scim+json"
    told = reply.json()
    assert told["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert told["detail"].startswith(detail)
    assert told.get("scimType") == kind


async def test_scim_has_to_be_switched_on(world: World, caller: Caller) -> None:
    world.integrations.without_scim.add("acme")
    assert (await caller.ask(f"{HERE}Users")).status_code == 403
    assert (await caller.ask(f"{HERE}Groups/payments")).status_code == 403


@pytest.mark.parametrize(("scope", "path"), [("member:read", "Users"), ("team:read", "Groups")])
async def test_users_and_groups_need_scopes_of_their_own(
    world: World, simulator: Simulator, scope: str, path: str
) -> None:
    world.add_token("sntryu_small", user="mira@acme.test", scopes=[scope])
    async with connected(simulator, "sntryu_small") as http:
        for each in ("Users", "Groups"):
            reply = await Caller(http).ask(f"{HERE}{each}")
            assert reply.status_code == (200 if each == path else 403)
