"""A team on one page, and the lists of teams and members however they are narrowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from dexter_mcp.insights import facets, missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.facets import Facet
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.members import Member
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.teams import Team
from dexter_mcp.views import members as people
from dexter_mcp.views import teams as view
from dexter_mcp.views.answer import Answer

TeamPart = Literal["members", "projects", "external"]
_USUAL: Final[tuple[TeamPart, ...]] = ("members", "projects", "external")
_ROWS: Final = 50


async def read_team(
    desk: Desk, *, org: str, team: str, include: Sequence[TeamPart] = (), cursor: str = ""
) -> Answer:
    """Answer with a team and its parts; `cursor` goes on with one asked for alone.

    Raises:
        Invalid: A cursor came without a single part.
        SentryError: The team itself did not come.
    """
    facets.alone(include, cursor)
    home, now = await desk.org(org), desk.now()
    found = await desk.sentry.teams.resolve(home, team, expand=("externalTeams",))
    return await facets.answer(
        desk,
        view.heading(found, org=home, now=now),
        {
            "members": Facet(
                lambda: desk.sentry.teams.members(home, found.slug, per_page=_ROWS, cursor=cursor),
                lambda page: view.members(page, now),
            ),
            "projects": Facet(
                lambda: desk.sentry.projects.of_team(
                    home, found.slug, per_page=_ROWS, cursor=cursor
                ),
                view.projects,
            ),
            "external": Facet(lambda: _itself(found), view.external),
        },
        include or _USUAL,
        thing=("team", found),
    )


@dataclass(frozen=True)
class Narrowing:
    """What a list of teams or members is narrowed to, as it was asked for; empty is all."""

    org: str
    query: str = ""
    role: str = ""
    team: str = ""
    project: str = ""
    mine: bool = False

    def told(self, org: str) -> dict[str, str]:
        """Repeat what was asked, of the organization that was meant."""
        asked = {"query": self.query, "role": self.role, "team": self.team, "project": self.project}
        said = {"org": org, **asked, "mine": "yes" if self.mine else ""}
        return {key: value for key, value in said.items() if value}


async def list_teams(desk: Desk, asked: Narrowing, *, limit: int, cursor: str) -> Answer:
    """List all teams, the token user's own, or those of a project.

    Raises:
        Invalid: The ways to narrow it don't go together.
    """
    if bool(asked.query) + asked.mine + bool(asked.project) > 1:
        raise Invalid("Give one of `query`, `mine` and `project`: they can't be combined.")
    home, teams = await desk.org(asked.org), desk.sentry.teams
    if asked.project:
        slug = (await desk.sentry.projects.resolve(home, asked.project)).slug
        page = await teams.of_project(home, slug, per_page=limit, cursor=cursor)
        return view.listing(page, asked=asked.told(home))
    with missing.organization(home):
        if asked.mine:
            page = Page[Team](items=list(await teams.mine(home)))
        else:
            page = await teams.list(home, query=asked.query, per_page=limit, cursor=cursor)
    return view.listing(page, asked=asked.told(home))


async def list_members(desk: Desk, asked: Narrowing, *, limit: int, cursor: str) -> Answer:
    """List an organization's members, or those of a team or a project.

    Raises:
        Invalid: The ways to narrow it don't go together.
    """
    if bool(asked.query or asked.role) + bool(asked.team) + bool(asked.project) > 1:
        raise Invalid("Give `team` or `project` alone: they can't be combined with anything.")
    home = await desk.org(asked.org)
    if asked.team:
        page = await _of_team(desk, home, asked.team, limit, cursor)
    elif asked.project:
        slug = (await desk.sentry.projects.resolve(home, asked.project)).slug
        page = Page[Member](items=list(await desk.sentry.members.of_project(home, slug)))
    else:
        query = " ".join(filter(None, [asked.query, f"role:{asked.role}" if asked.role else ""]))
        with missing.organization(home):
            page = await desk.sentry.members.list(home, query=query, per_page=limit, cursor=cursor)
    return people.listing(page, asked=asked.told(home), now=desk.now())


async def _of_team(desk: Desk, org: str, team: str, limit: int, cursor: str) -> Page[Member]:
    slug = (await desk.sentry.teams.resolve(org, team)).slug
    page = await desk.sentry.teams.members(org, slug, per_page=limit, cursor=cursor)
    return Page(items=list(page.items), next_cursor=page.next_cursor)


async def _itself(it: Team) -> Team:
    return it
