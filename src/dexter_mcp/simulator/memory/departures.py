"""What becomes of all that was in the hands of a team or a person, when they leave or are renamed.

An actor is `user:<e-mail>` or `team:<slug>`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dexter_mcp.simulator.memory.records import Member, Team
from dexter_mcp.simulator.memory.settings import Invitation

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

Someone = Member | Invitation


def remove(world: "World", someone: Someone) -> None:
    """Let somebody go, with the invitations that they sent and nobody took up yet."""
    invitations = world.settings.invitations
    if isinstance(someone, Invitation):
        invitations.remove(someone)
        return
    world.members.remove(someone)
    invitations[:] = [
        each for each in invitations if (each.org, each.inviter) != (someone.org, someone.name)
    ]
    for team in someone.teams:
        world.settings.team_admins.discard((team, someone.email))
    _hand_over(world, someone.org, f"user:{someone.email}", "")


def leave_team(world: "World", someone: Someone, team: str) -> None:
    """Take somebody out of a team; what they own stays theirs."""
    if team in someone.teams:
        someone.teams.remove(team)
        world.settings.team_admins.discard((team, someone.email))


def rename_team(world: "World", team: Team, slug: str) -> None:
    """Give a team another slug, and all that names it."""
    old, team.slug = team.slug, slug
    for named in _rosters(world, team.org):
        named[:] = [slug if each == old else each for each in named]
    admins = world.settings.team_admins
    led = {(name, email) for name, email in admins if name == old}
    admins -= led
    admins |= {(slug, email) for _, email in led}
    _hand_over(world, team.org, f"team:{old}", f"team:{slug}")


def remove_team(world: "World", team: Team) -> None:
    """Dissolve a team: its projects and its people stay."""
    world.teams.remove(team)
    for named in _rosters(world, team.org):
        named[:] = [each for each in named if each != team.slug]
    admins = world.settings.team_admins
    admins -= {(name, email) for name, email in admins if name == team.slug}
    _hand_over(world, team.org, f"team:{team.slug}", "")


def _rosters(world: "World", org: str) -> Iterator[list[str]]:
    """Go through all lists of teams."""
    yield from (each.teams for each in world.members if each.org == org)
    yield from (each.teams for each in world.settings.invitations if each.org == org)
    yield from (each.teams for each in world.projects.values() if each.org == org)


def _hand_over(world: "World", org: str, old: str, new: str) -> None:
    """Let one actor own what another did; an empty one is nobody."""
    for issue in world.issues.values():
        if (issue.org, issue.assigned_to) == (org, old):
            issue.assigned_to = new
    owned = (
        *world.monitors.jobs,
        *world.monitors.probes,
        *world.alerts.alerts.values(),
        *world.alerts.monitors.values(),
        *world.settings.external,
    )
    for each in owned:
        if (each.org, each.owner) == (org, old):
            each.owner = new
    external = world.settings.external
    external[:] = [each for each in external if each.owner]
