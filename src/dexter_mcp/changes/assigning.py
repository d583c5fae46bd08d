"""Who is to look after issues: named by people, settled as Sentry takes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import Invalid, SentryError
from dexter_mcp.views.untrusted import name

NOBODY: Final = "none"
_PROJECTS: Final = 5
"""Projects that are looked at for whether an assignee is on one of their teams."""


@dataclass(frozen=True)
class Assignee:
    """A member, a team, or nobody: `actor` is what Sentry takes, `teams` where they are."""

    actor: str
    called: str
    teams: frozenset[str] = frozenset()


async def assignee(desk: Desk, org: str, named: str) -> Assignee:
    """Settle who is meant: `none`, `me`, `#team`, `team:7`, or a name, an address, an id.

    Raises:
        Invalid: It could be several, or is an invitation that nobody took up yet.
        NotFound: There is none; the message names those that come close.
    """
    wanted = named.strip()
    if wanted.lower() == NOBODY:
        return Assignee("", "nobody")
    if wanted.startswith(("#", "team:")):
        team = await desk.sentry.teams.resolve(org, wanted.removeprefix("team:"))
        return Assignee(f"team:{team.id}", f"#{team.slug}", frozenset({team.slug}))
    member = await desk.sentry.members.resolve(org, wanted)
    if member.user is None:
        raise Invalid(f"{name(member.called)} was invited, and has not joined yet. Name another.")
    return Assignee(f"user:{member.user.id}", name(member.called), frozenset(member.teams))


async def strangers(desk: Desk, org: str, who: Assignee, projects: Iterable[str]) -> Sequence[str]:
    """Warn of the projects on none of whose teams an assignee is."""
    told = list[str]()
    for project in sorted(set(projects))[:_PROJECTS] if who.actor else ():
        try:
            teams = (await desk.sentry.teams.of_project(org, project)).items
        except SentryError:
            continue
        if who.teams.isdisjoint(team.slug for team in teams):
            told.append(
                f"{who.called} is on no team of {project}: Sentry may refuse that, and nobody of "
                "its team may hear of it"
            )
    return told
