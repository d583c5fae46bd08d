"""Teams are founded, renamed, joined and left."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.simulator import Simulator
from orders import people
from small_world import Clock, small_world
from world_state import state_of
from writing import attempted, change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio

TEAMS = "/api/0/organizations/acme/teams/"


@pytest.fixture
def simulator() -> Simulator:
    world = small_world(Clock())
    people.settle(world)
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    async with writing(simulator, tmp_path) as client:
        yield client


def teams_of(simulator: Simulator, email: str) -> list[str]:
    found = simulator.world.member("acme", email)
    assert found
    return sorted(found.teams)


async def refused(client: Client, tool: str, **arguments: object) -> str:
    result = await attempted(client, tool, **arguments)
    assert result.is_error, text_of(result)
    return text_of(result)


async def test_a_team_is_founded_once(client: Client, simulator: Simulator) -> None:
    said = await done(client, "create_team", name="Growth", slug="growth")
    assert "team Growth: there: name Growth, slug growth" in said
    again = await done(client, "create_team", name="Growth", slug="growth")
    assert again.startswith("Nothing to do")
    assert writes_of(simulator) == [f"POST {TEAMS}"]


async def test_a_renamed_team_is_still_found(client: Client, simulator: Simulator) -> None:
    before = state_of(simulator.world)
    said = await done(client, "update_team", team="#storefront", slug="shop", name="Shop")
    assert "slug storefront → shop" in said
    assert teams_of(simulator, "tomas@acme.test") == ["payments", "shop"]
    await done(client, "undo_change", change=change_in(said))
    assert state_of(simulator.world) == before


async def test_people_come_and_go_in_one_change(client: Client, simulator: Simulator) -> None:
    said = await done(
        client,
        "update_team",
        team="storefront",
        add=["mira@acme.test"],
        remove=["Tomás Lind"],
        name="Shop",
    )
    assert said.startswith("Done, 3 changed")
    assert "Mira Voss in storefront: inside no → yes" in said
    assert "Tomás Lind in storefront: inside yes → no" in said
    assert teams_of(simulator, "mira@acme.test") == ["payments", "storefront"]
    assert teams_of(simulator, "tomas@acme.test") == ["payments"]


async def test_who_comes_with_a_role_keeps_their_other_teams(
    client: Client, simulator: Simulator
) -> None:
    invited = simulator.world.settings.invitations[0]
    said = await done(
        client,
        "update_team",
        team="storefront",
        add=[invited.email, "tomas@acme.test"],
        role="admin",
    )
    assert said.startswith("Done, 2 changed")
    assert "teams payments → payments, storefront (admin)" in said
    assert "teamRole contributor → admin" in said
    assert invited.teams == ["payments", "storefront"]
    admins = simulator.world.settings.team_admins
    assert {("payments", "tomas@acme.test"), ("storefront", "tomas@acme.test")} <= admins


async def test_a_lost_role_is_foretold(simulator: Simulator, tmp_path: Path) -> None:
    async with writing(simulator, tmp_path, writes="ask") as client:
        arguments = {"team": "payments", "remove": ["tomas@acme.test"]}
        plan = text_of(await client.call_tool("update_team", arguments))
    assert "warning: Tomás Lind is admin of the team, and would come back without that" in plan
    assert writes_of(simulator) == []


async def test_a_team_of_the_identity_provider_is_not_changed_here(
    client: Client, simulator: Simulator
) -> None:
    team = simulator.world.team("acme", "storefront")
    assert team
    team.provisioned = True
    result = await client.call_tool("delete_team", {"team": "storefront"})
    assert "warning: The identity provider looks after this" in text_of(result)
    said = await refused(client, "update_team", team="storefront", name="Shop")
    assert "managed through your organization's identity provider" in said
    assert team.name == "Storefront"


async def test_a_dissolved_team_leaves_its_projects(client: Client, simulator: Simulator) -> None:
    result = await client.call_tool("delete_team", {"team": "storefront"})
    plan = text_of(result)
    assert "warning: Its projects stay, without this team: web" in plan
    assert "can't be undone" in plan
    assert 'name="storefront"' in plan
    assert "team storefront: gone" in await done(client, "delete_team", team="storefront")
    project = simulator.world.project("acme", "web")
    assert project
    assert project.teams == []


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("create_team", {}, "needs a `name` or a `slug`"),
        ("create_team", {"slug": "Big Team"}, "lower-case"),
        ("create_team", {"name": "x" * 65}, "64 characters"),
        ("update_team", {"team": "payments"}, "Nothing to change"),
        ("update_team", {"team": "paymants", "name": "P"}, "Did you mean payments"),
        ("update_team", {"team": "payments", "role": "admin"}, "for those in `add`"),
        ("update_team", {"team": "payments", "add": ["nobody@acme.test"]}, "No member"),
        (
            "update_team",
            {"team": "payments", "add": ["mira@acme.test"], "remove": ["Mira Voss"]},
            "in both",
        ),
    ],
)
async def test_what_can_t_be_is_refused_before_anything_is_sent(
    client: Client, simulator: Simulator, tool: str, arguments: dict[str, object], said: str
) -> None:
    assert said in (await refused(client, tool, **arguments)).replace("`list_teams`", "")
    assert writes_of(simulator) == []
