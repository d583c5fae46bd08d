"""Members are invited, moved between teams and roles, and let go."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.changes.recipes import recipe_for
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.simulator import Simulator
from orders import people
from small_world import Clock, small_world
from world_state import state_of
from writing import attempted, change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio

TOMAS, LENA = "tomas@acme.test", "lena@acme.test"


@pytest.fixture
def simulator() -> Simulator:
    world = small_world(Clock())
    people.settle(world)
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    async with writing(simulator, tmp_path) as client:
        yield client


def roles(simulator: Simulator) -> set[tuple[str, str]]:
    return set(simulator.world.settings.team_admins)


async def test_somebody_is_invited_and_never_twice(client: Client, simulator: Simulator) -> None:
    arguments = {"email": "noor@acme.test", "role": "admin", "teams": ["#payments"]}
    said = await done(client, "invite_member", **arguments)
    assert "there: email noor@acme.test, orgRole admin, teams payments" in said
    assert (await done(client, "invite_member", **arguments)).startswith("Nothing to do")
    assert len(writes_of(simulator)) == 1
    await done(client, "undo_change", change=change_in(said))
    assert [each.email for each in simulator.world.settings.invitations] == [LENA]


async def test_an_invitation_is_sent_again(client: Client, simulator: Simulator) -> None:
    said = await done(client, "invite_member", email=LENA, resend=True)
    assert said.startswith("Done: Send the invitation of lena@acme.test to acme again")
    assert len(writes_of(simulator)) == 1


async def test_one_that_has_expired_gets_a_new_link(client: Client, simulator: Simulator) -> None:
    simulator.world.settings.invitations[0].expired = True
    result = await attempted(client, "invite_member", email=LENA)
    assert "has expired" in text_of(result)
    said = await done(client, "invite_member", email=LENA, resend=True)
    assert "expired yes → no" in said
    assert not simulator.world.settings.invitations[0].expired


async def test_another_role_leaves_the_teams_alone(client: Client, simulator: Simulator) -> None:
    before = state_of(simulator.world)
    said = await done(client, "update_member", member=TOMAS, role="manager")
    assert "orgRole member → manager" in said
    member = simulator.world.member("acme", TOMAS)
    assert member
    assert (member.role, sorted(member.teams)) == ("manager", ["payments", "storefront"])
    assert roles(simulator) == {("payments", TOMAS)}
    await done(client, "undo_change", change=change_in(said))
    assert state_of(simulator.world) == before


def test_who_is_in_teams_without_roles_stays_in_them() -> None:
    order = Order("update_member", {"org": "acme", "member": "7"}, {}, {"orgRole": "admin"})
    state = {"id": "7", "orgRole": "member", "teams": ["payments", "web"]}
    teams = recipe_for(order).complete(order, state).told["teamRoles"]
    assert [each["teamSlug"] for each in teams] == ["payments", "web"]


async def test_teams_are_added_and_removed_and_brought_back(
    client: Client, simulator: Simulator
) -> None:
    simulator.world.add_team("acme", "data", "Data")
    said = await done(
        client, "update_member", member=TOMAS, add_teams=["data"], remove_teams=["payments"]
    )
    assert "teams payments (admin), storefront → data, storefront" in said
    assert roles(simulator) == set()
    await done(client, "undo_change", change=change_in(said))
    assert roles(simulator) == {("payments", TOMAS)}


async def test_a_team_that_was_joined_meanwhile_is_not_lost(
    simulator: Simulator, tmp_path: Path
) -> None:
    simulator.world.add_team("acme", "data", "Data")
    member = simulator.world.member("acme", TOMAS)
    assert member
    async with writing(simulator, tmp_path, writes="ask") as client:
        arguments = {"member": TOMAS, "role": "manager"}
        plan = text_of(await client.call_tool("update_member", arguments))
        member.teams.append("data")
        handle = plan.rpartition("change=")[2]
        said = text_of(await client.call_tool("apply_change", {"change": handle}))
    assert said.startswith("Done")
    assert "data" in member.teams


async def test_whoever_is_let_go_has_to_be_named(client: Client, simulator: Simulator) -> None:
    plan = text_of(await client.call_tool("delete_member", {"member": "Tomás Lind"}))
    assert f'name="{TOMAS}"' in plan
    assert "belongs to nobody afterwards" in plan
    assert writes_of(simulator) == []
    said = await done(client, "delete_member", member=TOMAS)
    assert said.startswith(f"Done: Remove the member {TOMAS}")
    assert simulator.world.member("acme", TOMAS) is None


async def test_an_invitation_is_withdrawn(client: Client, simulator: Simulator) -> None:
    said = await done(client, "delete_member", member=LENA)
    assert said.startswith(f"Done: Withdraw the invitation of {LENA}")
    assert simulator.world.settings.invitations == []


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("invite_member", {"email": "noor"}, "no e-mail address"),
        ("invite_member", {"email": TOMAS}, "a member already"),
        ("invite_member", {"email": LENA, "role": "owner"}, "is open already"),
        ("invite_member", {"email": "a@b.test", "teams": ["paymants"]}, "Did you mean payments"),
        (
            "invite_member",
            {"email": "a@b.test", "role": "billing", "teams": ["payments"]},
            "can't be in a team",
        ),
        ("update_member", {"member": TOMAS}, "Nothing to change"),
        ("update_member", {"member": TOMAS, "role": "billing"}, "can't be in a team"),
        ("update_member", {"member": "me", "role": "member"}, "the only owner"),
        ("update_member", {"member": LENA, "remove_teams": ["storefront"]}, "but in payments"),
        ("delete_member", {"member": "me"}, "the only owner"),
    ],
)
async def test_what_can_t_be_is_refused_before_anything_is_sent(
    client: Client, simulator: Simulator, tool: str, arguments: dict[str, object], said: str
) -> None:
    result = await attempted(client, tool, **arguments)
    assert result.is_error
    assert said in text_of(result)
    assert writes_of(simulator) == []


async def test_nobody_changes_their_own_role(client: Client, simulator: Simulator) -> None:
    simulator.world.add_member("acme", "ines@acme.test", "Inês", role="owner")
    result = await attempted(client, "update_member", member="me", role="manager")
    assert "Nobody can change their own role" in text_of(result)
    assert writes_of(simulator) == []
