"""Who is to look after issues: named by people, settled as Sentry takes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import Invalid, NotFound, SentryError
from dexter_mcp.sentry.members import Member, MemberDetails
from dexter_mcp.views.untrusted import name

NOBODY: Final = frozenset({"none", "nobody", "unassigned"})
_MOST: Final = 100
_CLOSE: Final = 3
_PROJECTS: Final = 5
"""Projects that are looked at for whether an assignee is on one of their teams."""


@dataclass(frozen=True)
class Assignee:
    """A member, a team, or nobody: `actor` is what Sentry takes, `teams` where they are."""

    actor: str
    called: str
    teams: frozenset[str] = frozenset()

    @property
    def words(self) -> Mapping[str, str]:
        """Say what people call what stands for them."""
        return {self.actor: self.called} if self.actor else {}


async def assignee(desk: Desk, org: str, named: str) -> Assignee:
    """Settle who is meant: `none`, `me`, `#team`, `team:7`, or a name, an address, an id.

    Raises:
        Invalid: It could be several, or is an invitation that nobody took up yet.
        NotFound: There is none; the message names those that come close.
    """
    wanted = named.strip()
    if wanted.lower() in NOBODY:
        return Assignee("", "nobody")
    if wanted.startswith(("#", "team:")):
        team = await desk.sentry.teams.resolve(org, wanted.removeprefix("team:"))
        return Assignee(f"team:{team.id}", f"#{team.slug}", frozenset({team.slug}))
    member = await _member(desk, org, wanted)
    if member.user is None:
        raise Invalid(f"{name(member.called)} was invited, and has not joined yet. Name another.")
    return Assignee(f"user:{member.user.id}", name(member.called), frozenset(member.teams))


async def _member(desk: Desk, org: str, named: str) -> MemberDetails:
    them = desk.sentry.members
    try:
        return await them.resolve(org, named)
    except NotFound as error:
        known = {
            word.lower(): m
            for m in (await them.list(org, per_page=_MOST)).items
            for word in _words(m)
        }
        close = get_close_matches(named.lower(), known, n=_CLOSE)
        people = dict.fromkeys(
            f"{name(known[each].called)} ({known[each].email})" for each in close
        )
        hint = f" Did you mean {' or '.join(people)}?" if people else ""
        nobody = NotFound(f"{error.args[0]}{hint}")
        nobody.advice = error.advice
        raise nobody from error


def _words(member: Member) -> Iterable[str]:
    return filter(
        None, (member.email, member.email.partition("@")[0], *member.name.split(), member.name)
    )


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
                f"{who.called} is on no team of {project}: Sentry refuses that, unless everybody "
                "may join teams"
                if who.actor.startswith("user:")
                else f"{who.called} has no access to {project}: Sentry refuses that"
            )
    return told
