"""Changing members, teams and memberships of teams, and reading back what became of them."""

from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.monitors import Job
from small_world import BORN, Caller, connected, story

pytestmark = pytest.mark.anyio

MEMBERS = "/organizations/acme/members/"
TEAMS = "/organizations/acme/teams/"
TEAM = "/teams/acme/storefront/"


@pytest.fixture
def tomas(world: World) -> str:
    made = world.add_member("acme", "tomas@acme.test", "Tomás", teams=["payments", "storefront"])
    return str(made["id"])


@pytest.fixture
def inside(tomas: str) -> str:
    return f"{MEMBERS}{tomas}/teams/payments/"


async def invited(caller: Caller, **more: Any) -> dict[str, Any]:
    reply = await caller.send("POST", MEMBERS, {"email": "priya@acme.test"} | more)
    assert reply.status_code == 201, reply.text
    return reply.json()


async def test_somebody_is_invited_into_teams(caller: Caller) -> None:
    roles = [{"teamSlug": "payments", "role": "admin"}]
    told = await invited(caller, orgRole="manager", teamRoles=roles)
    assert (told["pending"], told["inviterName"]) == (True, "Mira Voss")
    assert complaint(f"{ORG}members/", told, "post") == ""
    found = await caller.read(f"{MEMBERS}{told['id']}/")
    assert (found["orgRole"], found["teams"]) == ("manager", ["payments"])
    assert found["teamRoles"] == [{"teamSlug": "payments", "role": None}]
    assert told["id"] in [each["id"] for each in await caller.read(MEMBERS)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, {"email": ["This field is required."]}),
        ({"email": "nobody"}, {"email": ["Enter a valid email address."]}),
        (
            {"email": "MIRA@acme.test"},
            {"email": ["The user mira@acme.test is already a member"]},
        ),
        ({"email": "a@b.test", "orgRole": "boss"}, {"orgRole": ['"boss" is not a valid choice.']}),
        (
            {"email": "a@b.test", "teamRoles": [{"teamSlug": "nope", "role": None}]},
            {"teamRoles": ["Invalid teams"]},
        ),
        (
            {"email": "a@b.test", "teamRoles": [{"teamSlug": "payments", "role": "boss"}]},
            {"teamRoles": ["Invalid team-role"]},
        ),
        (
            {"email": f"{'a' * 70}@b.test"},
            {"email": ["Ensure this field has no more than 75 characters."]},
        ),
    ],
)
async def test_a_wrong_invitation_is_refused(
    caller: Caller, body: dict[str, Any], said: dict[str, Any]
) -> None:
    reply = await caller.send("POST", MEMBERS, body)
    assert (reply.status_code, reply.json()) == (400, said)


async def test_nobody_is_invited_twice(caller: Caller) -> None:
    await invited(caller)
    reply = await caller.send("POST", MEMBERS, {"email": "priya@acme.test", "reinvite": True})
    assert reply.json() == {"email": ["The user priya@acme.test has already been invited"]}


async def test_an_expired_invitation_is_sent_again_with_a_new_token(
    caller: Caller, world: World
) -> None:
    path = f"{MEMBERS}{(await invited(caller))['id']}/"
    world.settings.invitations[0].expired = True
    assert (await caller.send("PUT", path, {"reinvite": True})).status_code == 400
    assert (await caller.send("PUT", path, {"reinvite": True, "orgRole": "owner"})).is_error
    reply = await caller.send("PUT", path, {"reinvite": True, "regenerate": True})
    assert (reply.status_code, reply.json()["expired"]) == (200, False)


async def test_a_member_changes_role_and_teams(caller: Caller, tomas: str) -> None:
    roles = [{"teamSlug": "storefront", "role": "admin"}]
    body = {"orgRole": "manager", "teamRoles": roles}
    reply = await caller.send("PUT", f"{MEMBERS}{tomas}/", body)
    assert reply.status_code == 200
    assert complaint(f"{ORG}members/{{member_id}}/", reply.json(), "put") == ""
    found = await caller.read(f"{MEMBERS}{tomas}/")
    assert (found["orgRole"], found["teamRoles"]) == ("manager", roles)


async def test_a_change_that_names_no_teams_takes_a_member_out_of_all(
    caller: Caller, tomas: str
) -> None:
    await caller.send("PUT", f"{MEMBERS}{tomas}/", {"orgRole": "manager"})
    assert (await caller.read(f"{MEMBERS}{tomas}/"))["teams"] == []


async def test_nobody_changes_their_own_role(caller: Caller) -> None:
    body = {"orgRole": "member", "teamRoles": [{"teamSlug": "payments", "role": None}]}
    reply = await caller.send("PUT", f"{MEMBERS}me/", body)
    said = {"detail": "You cannot make changes to your own role."}
    assert (reply.status_code, reply.json()) == (400, said)


async def test_a_manager_neither_makes_nor_removes_an_owner(world: World, tomas: str) -> None:
    mira = next(each for each in world.members if each.name == "Mira Voss")
    boss = world.add_member("acme", "jonas@acme.test", "Jonas", role="manager")
    world.add_token("jonas", user="jonas@acme.test", scopes={"member:admin"})
    async with connected(Simulator(world), "jonas") as http:
        jonas = Caller(http)
        promoted = await jonas.send("PUT", f"{MEMBERS}{tomas}/", {"orgRole": "owner"})
        removed = await jonas.send("DELETE", f"{MEMBERS}{mira.id}/")
        left = await jonas.send("DELETE", f"{MEMBERS}{boss['id']}/")
    assert (promoted.status_code, removed.status_code, left.status_code) == (400, 400, 204)
    assert "more access than you" in removed.json()["detail"]


async def test_whoever_leaves_is_nowhere_any_more(caller: Caller, world: World, tomas: str) -> None:
    issue = world.tell("acme", story(project="web", assigned_to="user:tomas@acme.test"))
    job = Job("9", "acme", 1, "sync", "Sync", {}, BORN, "user:tomas@acme.test")
    world.monitors.jobs.append(job)
    assert (await caller.send("DELETE", f"{MEMBERS}{tomas}/")).status_code == 204
    assert (await caller.refusal(f"{MEMBERS}{tomas}/"))[0] == 404
    assert tomas not in [each["id"] for each in await caller.read(MEMBERS)]
    assert [each["name"] for each in await caller.read("/teams/acme/payments/members/")] == [
        "Mira Voss"
    ]
    assert (await caller.read(f"/organizations/acme/issues/{issue['id']}/"))["assignedTo"] is None
    assert job.owner == ""


async def test_the_only_owner_stays(caller: Caller) -> None:
    reply = await caller.send("DELETE", f"{MEMBERS}me/")
    assert (reply.status_code, "only remaining owner" in reply.text) == (403, True)


async def test_a_scope_to_read_lets_nobody_remove_others(world: World, tomas: str) -> None:
    world.add_token("narrow", user="mira@acme.test", scopes={"member:read"})
    async with connected(Simulator(world), "narrow") as http:
        reply = await Caller(http).send("DELETE", f"{MEMBERS}{tomas}/")
    said = {"detail": "You are missing the member:admin scope."}
    assert (reply.status_code, reply.json()) == (400, said)


async def test_a_member_joins_a_team_once(caller: Caller, world: World) -> None:
    noor = world.add_member("acme", "noor@acme.test", "Noor")["id"]
    path = f"{MEMBERS}{noor}/teams/payments/"
    reply = await caller.send("POST", path)
    assert (reply.status_code, reply.json()["memberCount"]) == (201, 2)
    described = f"{ORG}members/{{member_id}}/teams/{{team_id_or_slug}}/"
    assert complaint(described, reply.json(), "post") == ""
    assert (await caller.send("POST", path)).status_code == 204
    assert (await caller.read(f"{MEMBERS}{noor}/"))["teams"] == ["payments"]
    assert (await caller.send("POST", f"{MEMBERS}{noor}/teams/nope/")).status_code == 404


async def test_a_member_leads_a_team(caller: Caller, inside: str, tomas: str) -> None:
    reply = await caller.send("PUT", inside, {"teamRole": "admin"})
    assert (reply.status_code, reply.json()) == (200, {"isActive": True, "teamRole": "admin"})
    described = f"{ORG}members/{{member_id}}/teams/{{team_id_or_slug}}/"
    assert complaint(described, reply.json(), "put") == ""
    found = await caller.read(f"{MEMBERS}{tomas}/")
    assert found["teamRoles"][0] == {"teamSlug": "payments", "role": "admin"}
    refused = await caller.send("PUT", inside, {"teamRole": "boss"})
    assert refused.json() == {"teamRole": ['"boss" is not a valid choice.']}


async def test_a_member_leaves_a_team(caller: Caller, inside: str, tomas: str) -> None:
    reply = await caller.send("DELETE", inside)
    assert (reply.status_code, reply.json()["slug"]) == (200, "payments")
    described = f"{ORG}members/{{member_id}}/teams/{{team_id_or_slug}}/"
    assert complaint(described, reply.json(), "delete") == ""
    assert (await caller.read(f"{MEMBERS}{tomas}/"))["teams"] == ["storefront"]
    assert (await caller.send("PUT", inside, {"teamRole": "admin"})).status_code == 404


async def test_whoever_founds_a_team_is_in_it(caller: Caller) -> None:
    reply = await caller.send("POST", TEAMS, {"name": "Data & Reports"})
    assert (reply.status_code, reply.json()["slug"]) == (201, "data-reports")
    assert complaint(f"{ORG}teams/", reply.json(), "post") == ""
    assert (await caller.read("/teams/acme/data-reports/"))["isMember"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 400, "Name or slug is required"),
        ({"slug": "Bad Slug"}, 400, "Enter a valid slug"),
        ({"slug": "42"}, 400, "entirely numeric"),
        ({"name": "x" * 65}, 400, "no more than 64 characters"),
        ({"slug": "payments"}, 409, "A team with this slug already exists."),
    ],
)
async def test_a_wrong_team_is_refused(
    caller: Caller, body: dict[str, Any], status: int, said: str
) -> None:
    reply = await caller.send("POST", TEAMS, body)
    assert reply.status_code == status
    assert said in reply.text


async def test_a_renamed_team_keeps_its_people_its_projects_and_its_issues(
    caller: Caller, world: World, tomas: str
) -> None:
    issue = world.tell("acme", story(project="web", assigned_to="team:storefront"))
    reply = await caller.send("PUT", TEAM, {"slug": "shop", "name": "Shop"})
    assert reply.status_code == 200
    assert (
        complaint("/api/0/teams/{organization_id_or_slug}/{team_id_or_slug}/", reply.json(), "put")
        == ""
    )
    assert (await caller.refusal(TEAM))[0] == 404
    assert (await caller.read("/teams/acme/shop/"))["name"] == "Shop"
    assert [each["slug"] for each in await caller.read("/teams/acme/shop/projects/")] == ["web"]
    assert "shop" in (await caller.read(f"{MEMBERS}{tomas}/"))["teams"]
    told = await caller.read(f"/organizations/acme/issues/{issue['id']}/")
    assert told["assignedTo"]["name"] == "shop"


async def test_a_team_is_not_renamed_to_another_one(caller: Caller) -> None:
    reply = await caller.send("PUT", TEAM, {"slug": "payments"})
    said = {"slug": ['The slug "payments" is already in use.']}
    assert (reply.status_code, reply.json()) == (400, said)


async def test_a_dissolved_team_is_nowhere_any_more(
    caller: Caller, world: World, tomas: str
) -> None:
    issue = world.tell("acme", story(project="web", assigned_to="team:storefront"))
    assert (await caller.send("DELETE", TEAM)).status_code == 204
    assert (await caller.refusal(TEAM))[0] == 404
    assert [each["slug"] for each in await caller.read(TEAMS)] == ["payments"]
    assert (await caller.read(f"{MEMBERS}{tomas}/"))["teams"] == ["payments"]
    assert (await caller.read("/projects/acme/web/teams/")) == []
    assert (await caller.read(f"/organizations/acme/issues/{issue['id']}/"))["assignedTo"] is None
    assert (await caller.send("POST", TEAMS, {"slug": "storefront"})).status_code == 201
