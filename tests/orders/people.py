"""Calls that change teams, members, and who is in which team."""

from collections.abc import Mapping
from typing import Final

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.settings import Invitation
from orders.case import Case


def settle(world: World) -> None:
    """Let one more person be in a team, and another one be invited."""
    world.add_member("acme", "tomas@acme.test", "Tomás Lind", teams=["payments", "storefront"])
    world.settings.team_admins.add(("payments", "tomas@acme.test"))
    invited = Invitation(
        "901", "acme", "lena@acme.test", "member", ["payments"], "Mira Voss", world.now()
    )
    world.settings.invitations.append(invited)


def member(world: World, email: str) -> str:
    """Name the membership of somebody."""
    found = world.member("acme", email)
    return f"member={found.id}" if found else ""


def _tomas(*more: str) -> Case:
    return Case(lambda world: (member(world, "tomas@acme.test"), *more))


CASES: Final[Mapping[str, Case]] = {
    "create_team": Case(lambda _: ("name=Data Platform", "slug=data")),
    "update_team": Case(lambda _: ("team=storefront", "slug=shop", "name=Shop")),
    "delete_team": Case(lambda _: ("team=storefront",)),
    "invite_member": Case(
        lambda _: ("email=noor@acme.test", 'teamRoles:=[{"teamSlug":"payments","role":null}]')
    ),
    "update_member": _tomas("orgRole=manager"),
    "delete_member": _tomas(),
    "add_member_to_team": Case(lambda _: ("member=901", "team=storefront")),
    "remove_member_from_team": _tomas("team=storefront"),
    "update_member_team_role": _tomas("team=storefront", "teamRole=admin"),
}
