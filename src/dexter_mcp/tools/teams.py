"""Tools about teams, members, and who should own what."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from dexter_mcp.insights import owners
from dexter_mcp.insights import teams as insight
from dexter_mcp.insights.teams import Narrowing, TeamPart
from dexter_mcp.tools.params import Cursor, Issue, Limit, OneProject, Org, listed
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import members as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("teams")

Query = Annotated[str, Field(description="Part of a name, slug or address.")]
Team = Annotated[str, Field(min_length=1, description="Slug or id.")]
OfTeam = Annotated[str, Field(description="Only of this team.")]
Mine = Annotated[bool, Field(description="Only those of the token's user.")]
Member = Annotated[str, Field(min_length=1, description="E-mail, name or id; me for yourself.")]
Role = Annotated[
    Literal["", "billing", "member", "admin", "manager", "owner"],
    Field(description="Only with this role."),
]
Include = Annotated[
    tuple[TeamPart, ...], BeforeValidator(listed), Field(description="Parts; empty for all.")
]


@toolset.read
async def list_teams(
    desk: DeskDep,
    *,
    org: Org = "",
    query: Query = "",
    mine: Mine = False,
    project: OneProject = (),
    limit: Limit = 25,
    cursor: Cursor = "",
) -> Answer:
    """List teams: how many members, which projects, whether you are in it."""
    asked = Narrowing(org, query, project="".join(project), mine=mine)
    return await insight.list_teams(desk, asked, limit=limit, cursor=cursor)


@toolset.read
async def get_team(
    desk: DeskDep, *, team: Team, org: Org = "", include: Include = (), cursor: Cursor = ""
) -> Answer:
    """Read a team: members with their roles, projects, what it is called in other systems."""
    return await insight.read_team(desk, org=org, team=team, include=include, cursor=cursor)


@toolset.read
async def list_members(
    desk: DeskDep,
    *,
    org: Org = "",
    query: Query = "",
    role: Role = "",
    team: OfTeam = "",
    project: OneProject = (),
    limit: Limit = 25,
    cursor: Cursor = "",
) -> Answer:
    """List members and open invitations: role, last seen, second factor."""
    asked = Narrowing(org, query, role, team, "".join(project))
    return await insight.list_members(desk, asked, limit=limit, cursor=cursor)


@toolset.read
async def get_member(desk: DeskDep, *, member: Member = "me", org: Org = "") -> Answer:
    """Read a member: teams, roles, last seen, names in other systems."""
    home = await desk.org(org)
    found = await desk.sentry.members.resolve(home, member)
    return view.one(found, org=home, now=desk.now())


@toolset.read
async def find_owner(desk: DeskDep, *, issue: Issue, org: Org = "") -> Answer:
    """Find who should own an issue, and why.

    Weighs ownership rules that match, suspect commits, history, similar issues and teams.
    """
    return await owners.find_owner(desk, issue=issue, org=org)
