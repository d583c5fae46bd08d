"""What a provisioner changes through the simulated Sentry, and what becomes of it."""

from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import World
from small_world import Caller

pytestmark = pytest.mark.anyio

USERS = "/organizations/acme/scim/v2/Users"
GROUPS = "/organizations/acme/scim/v2/Groups"
GROUP = f"{GROUPS}/storefront"
ERROR = ["urn:ietf:params:scim:api:messages:2.0:Error"]


@pytest.fixture
def noor(world: World) -> str:
    return str(world.add_member("acme", "noor@acme.test", "Noor", teams=["payments"])["id"])


def operations(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": steps}


async def members(caller: Caller, group: str = GROUP) -> list[str]:
    return [each["value"] for each in (await caller.read(group))["members"]]


async def test_an_account_is_provisioned(caller: Caller) -> None:
    body = {"userName": "priya@acme.test", "sentryOrgRole": "Manager"}
    reply = await caller.send("POST", USERS, body)
    assert reply.status_code == 201
    assert complaint(f"{ORG}scim/v2/Users", reply.json(), "post") == ""
    number = reply.json()["id"]
    assert (await caller.read(f"{USERS}/{number}"))["sentryOrgRole"] == "manager"
    found = await caller.read(f"/organizations/acme/members/{number}/")
    assert (found["pending"], found["flags"]["idp:provisioned"]) == (True, True)
    kept = await caller.send("DELETE", f"/organizations/acme/members/{number}/")
    assert kept.status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 400, '{"email": ["This field is required."]}'),
        ({"userName": "nobody"}, 400, '{"email": ["Enter a valid email address."]}'),
        ({"userName": "a@b.test", "sentryOrgRole": "owner"}, 400, "Invalid organization role."),
        ({"userName": "mira@acme.test"}, 409, "User already exists in the database."),
    ],
)
async def test_a_wrong_account_is_refused_in_the_words_of_scim(
    caller: Caller, body: dict[str, Any], status: int, said: str
) -> None:
    reply = await caller.send("POST", USERS, body)
    assert (reply.status_code, reply.json()) == (status, {"schemas": ERROR, "detail": said})
    assert reply.headers["content-type"] == "application/scim+json"


@pytest.mark.parametrize(
    "step",
    [
        {"op": "replace", "path": "active", "value": "False"},
        {"op": "Replace", "value": {"active": False}},
    ],
)
async def test_whoever_is_no_longer_active_is_no_longer_a_member(
    caller: Caller, noor: str, step: dict[str, Any]
) -> None:
    assert (await caller.send("PATCH", f"{USERS}/{noor}", operations(step))).status_code == 204
    assert (await caller.ask(f"{USERS}/{noor}")).status_code == 404
    assert (await caller.ask(f"/organizations/acme/members/{noor}/")).status_code == 404


async def test_a_role_is_changed(caller: Caller, noor: str) -> None:
    step = {"op": "replace", "path": "sentryOrgRole", "value": "billing"}
    assert (await caller.send("PATCH", f"{USERS}/{noor}", operations(step))).status_code == 204
    assert (await caller.read(f"{USERS}/{noor}"))["sentryOrgRole"] == "billing"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, '{"operations": ["This field is required."]}'),
        (operations({"op": "add", "path": "active", "value": True}), "Invalid Patch Operation."),
        (operations({"path": "active", "value": False}), "This field is required."),
        (operations(*[{"op": "replace"}] * 101), "limit is 100"),
    ],
)
async def test_a_wrong_step_is_refused(
    caller: Caller, noor: str, body: dict[str, Any], said: str
) -> None:
    reply = await caller.send("PATCH", f"{USERS}/{noor}", body)
    assert reply.status_code == 400
    assert said in reply.json()["detail"]


async def test_an_account_is_deleted_but_not_that_of_the_only_owner(
    caller: Caller, world: World, noor: str
) -> None:
    assert (await caller.send("DELETE", f"{USERS}/{noor}")).status_code == 204
    assert (await caller.ask(f"{USERS}/{noor}")).status_code == 404
    (mira,) = world.members
    assert (await caller.send("DELETE", f"{USERS}/{mira.id}")).status_code == 403


async def test_a_group_is_provisioned_and_changed_over_scim_alone(caller: Caller) -> None:
    reply = await caller.send("POST", GROUPS, {"displayName": "Data Team"})
    assert reply.status_code == 201
    assert complaint(f"{ORG}scim/v2/Groups", reply.json(), "post") == ""
    assert (await caller.read(f"{GROUPS}/data-team"))["members"] == []
    assert (await caller.read("/teams/acme/data-team/"))["flags"] == {"idp:provisioned": True}
    assert (await caller.send("DELETE", "/teams/acme/data-team/")).status_code == 403
    assert (await caller.send("DELETE", f"{GROUPS}/data-team")).status_code == 204
    assert (await caller.ask(f"{GROUPS}/data-team")).status_code == 404


async def test_a_group_needs_a_name_of_its_own(caller: Caller) -> None:
    assert (await caller.send("POST", GROUPS, {})).status_code == 400
    reply = await caller.send("POST", GROUPS, {"displayName": "Payments"})
    assert (reply.status_code, reply.json()["detail"]) == (
        409,
        "A team with this slug already exists.",
    )


@pytest.mark.parametrize(
    "step",
    [
        {"op": "replace", "path": "displayName", "value": "Shop Front"},
        {"op": "replace", "value": {"id": "72", "displayName": "Shop Front"}},
    ],
)
async def test_a_group_is_renamed(caller: Caller, step: dict[str, Any]) -> None:
    assert (await caller.send("PATCH", GROUP, operations(step))).status_code == 204
    assert (await caller.ask(GROUP)).status_code == 404
    assert (await caller.read(f"{GROUPS}/shop-front"))["displayName"] == "shop-front"


async def test_members_come_and_go(caller: Caller, world: World, noor: str) -> None:
    mira = world.members[0].id
    for step, left in [
        ({"op": "add", "path": "members", "value": [{"value": noor}]}, [noor]),
        ({"op": "replace", "path": "members", "value": [{"value": mira}]}, [mira]),
        ({"op": "add", "path": "members", "value": [{"value": noor}]}, [mira, noor]),
        ({"op": "remove", "path": f'members[value eq "{mira}"]'}, [noor]),
        ({"op": "remove", "path": "members", "value": [{"value": noor}]}, []),
    ]:
        assert (await caller.send("PATCH", GROUP, operations(step))).status_code == 204
        assert await members(caller) == left
    assert "storefront" not in (await caller.read(f"/organizations/acme/members/{noor}/"))["teams"]


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ({"op": "add", "path": "members", "value": [{"value": "9999"}]}, 404),
        ({"op": "replace", "path": "externalId", "value": "7"}, 400),
    ],
)
async def test_a_wrong_change_of_a_group_is_refused(
    caller: Caller, step: dict[str, Any], status: int
) -> None:
    reply = await caller.send("PATCH", GROUP, operations(step))
    assert (reply.status_code, reply.json()["schemas"]) == (status, ERROR)
