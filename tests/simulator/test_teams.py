"""Teams and members as the simulated Sentry serves them."""

from datetime import timedelta

import pytest

from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.settings import Account, External, Invitation
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from small_world import BORN, Caller, connected

pytestmark = pytest.mark.anyio

TEAMS = "/organizations/acme/teams/"
MEMBERS = "/organizations/acme/members/"


async def test_teams_come_with_their_projects_unless_told_otherwise(caller: Caller) -> None:
    whole = await caller.read(TEAMS)
    assert [(t["slug"], [p["slug"] for p in t["projects"]]) for t in whole] == [
        ("payments", ["checkout"]),
        ("storefront", ["web"]),
    ]
    assert "projects" not in (await caller.read(TEAMS, detailed="0"))[0]


@pytest.mark.parametrize(
    ("query", "slugs"),
    [("pay", ["payments"]), ("slug:storefront", ["storefront"]), ("slug:store", []), ("x", [])],
)
async def test_teams_can_be_searched(caller: Caller, query: str, slugs: list[str]) -> None:
    assert [team["slug"] for team in await caller.read(TEAMS, query=query)] == slugs


async def test_a_team_tells_more_when_it_is_asked_to(world: World, caller: Caller) -> None:
    world.settings.external.append(External("1", "acme", "team:payments", "github", "@p", "9"))
    plain = await caller.read("/teams/acme/payments/")
    assert plain["organization"]["slug"] == "acme"
    assert not {"projects", "externalTeams"} & set(plain)
    whole = await caller.read(
        "/teams/acme/payments/", expand=["projects", "externalTeams"], collapse="organization"
    )
    assert [p["slug"] for p in whole["projects"]] == ["checkout"]
    assert whole["externalTeams"][0]["externalName"] == "@p"
    assert "organization" not in whole


async def test_a_team_has_members_with_roles_and_projects(world: World, caller: Caller) -> None:
    world.settings.team_admins.add(("payments", "mira@acme.test"))
    (member,) = await caller.read("/teams/acme/payments/members/")
    assert (member["email"], member["teamRole"]) == ("mira@acme.test", "admin")
    (project,) = await caller.read("/teams/acme/storefront/projects/")
    assert (project["slug"], project["isMember"]) == ("web", False)


@pytest.mark.parametrize("path", ["/teams/acme/nobody/", "/teams/acme/nobody/members/"])
async def test_an_unknown_team_is_not_found(caller: Caller, path: str) -> None:
    assert (await caller.refusal(path))[0] == 404


async def test_only_users_have_teams_of_their_own(
    world: World, simulator: Simulator, caller: Caller
) -> None:
    mine = await caller.read("/organizations/acme/user-teams/")
    assert [team["slug"] for team in mine] == ["payments"]
    world.add_token("sntryi_x", user="", scopes=ALL_SCOPES, kind="integration", org="acme")
    async with connected(simulator, "sntryi_x") as http:
        assert (await Caller(http).ask("/organizations/acme/user-teams/")).status_code == 403


@pytest.fixture
def invited(world: World) -> Invitation:
    since = BORN - timedelta(days=2)
    made = Invitation("901", "acme", "priya@acme.test", "member", ["storefront"], "Mira", since)
    world.settings.invitations.append(made)
    return made


async def test_who_is_only_invited_is_pending(invited: Invitation, caller: Caller) -> None:
    mira, priya = await caller.read(MEMBERS)
    assert (mira["pending"], mira["user"]["email"]) == (False, "mira@acme.test")
    assert (priya["pending"], priya["user"], priya["inviterName"]) == (True, None, "Mira")
    details = await caller.read(f"{MEMBERS}{invited.id}/")
    assert details["teams"] == ["storefront"]
    assert details["invite_link"]


@pytest.mark.usefixtures("invited")
@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("mira", ["mira@acme.test"]),
        ("voss", ["mira@acme.test"]),
        ("role:owner", ["mira@acme.test"]),
        ("isInvited:true", ["priya@acme.test"]),
        ("email:priya@acme.test", ["priya@acme.test"]),
        ("has2fa:false", []),
        ("ssoLinked:true", []),
        ("colour:red", []),
        ("acme role:member", ["priya@acme.test"]),
    ],
)
async def test_members_can_be_searched(caller: Caller, query: str, people: list[str]) -> None:
    assert [member["email"] for member in await caller.read(MEMBERS, query=query)] == people


async def test_me_is_the_tokens_user(world: World, caller: Caller) -> None:
    world.settings.accounts["mira@acme.test"] = Account(BORN, has_2fa=False)
    me = await caller.read(f"{MEMBERS}me/")
    assert (me["email"], me["isOnlyOwner"], me["user"]["has2fa"]) == ("mira@acme.test", True, False)
    assert me["user"]["lastActive"] == "2026-08-12T09:30:00Z"
    assert (await caller.refusal(f"{MEMBERS}999/"))[0] == 404


async def test_members_need_a_scope_of_their_own(world: World, simulator: Simulator) -> None:
    world.add_token("sntryu_small", user="mira@acme.test", scopes=["org:read", "project:read"])
    async with connected(simulator, "sntryu_small") as http:
        caller = Caller(http)
        assert (await caller.ask(MEMBERS)).status_code == 403
        assert (await caller.ask("/projects/acme/checkout/members/")).status_code == 200
        assert (await caller.ask("/teams/acme/payments/")).status_code == 403
        assert (await caller.ask(TEAMS)).status_code == 200
