"""Tools that change teams and members."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.changes.plan import Proposal
from dexter_mcp.changes.proposals import members, teams
from dexter_mcp.changes.proposals.members import OrgRole
from dexter_mcp.changes.proposals.teams import TeamRole
from dexter_mcp.insights.desk import Desk
from dexter_mcp.tools.params import Names, Org
from dexter_mcp.tools.toolset import Toolset

toolset = Toolset("team_changes")

Name = Annotated[str, Field(description="As people see it.")]
Slug = Annotated[str, Field(description="Lower case, unique.")]
Team = Annotated[str, Field(min_length=1, description="Slug or id.")]
Teams = Annotated[Names, Field(description="Slugs or ids.")]
People = Annotated[Names, Field(description="E-mails, names or ids.")]
RoleThere = Annotated[TeamRole, Field(description="Of those in `add`; needs it.")]
Email = Annotated[str, Field(min_length=1, description="Address.")]
Role = Annotated[OrgRole, Field(description="In the organization.")]
Resend = Annotated[bool, Field(description="Send an open or expired invitation again.")]
Member = Annotated[str, Field(min_length=1, description="E-mail, name or id.")]


@toolset.create
async def create_team(desk: Desk, *, name: Name = "", slug: Slug = "", org: Org = "") -> Proposal:
    """Create a team, which you join; a slug is made of the name."""
    return await teams.create(desk, org=org, called=name, slug=slug)


@toolset.update
async def update_team(
    desk: Desk,
    *,
    team: Team,
    name: Name = "",
    slug: Slug = "",
    add: People = (),
    remove: People = (),
    role: RoleThere = "",
    org: Org = "",
) -> Proposal:
    """Rename a team, add or remove members, change their role in it."""
    return await teams.update(
        desk, org=org, team=team, called=name, slug=slug, add=add, remove=remove, role=role
    )


@toolset.delete
async def delete_team(desk: Desk, *, team: Team, org: Org = "") -> Proposal:
    """Delete a team; its members and projects stay."""
    return await teams.delete(desk, org=org, team=team)


@toolset.create
async def invite_member(
    desk: Desk,
    *,
    email: Email,
    role: Role = "",
    teams: Teams = (),
    resend: Resend = False,
    org: Org = "",
) -> Proposal:
    """Invite somebody by e-mail, usually as member; never twice."""
    return await members.invite(desk, org=org, email=email, role=role, teams=teams, resend=resend)


@toolset.update
async def update_member(
    desk: Desk,
    *,
    member: Member,
    role: Role = "",
    add_teams: Teams = (),
    remove_teams: Teams = (),
    org: Org = "",
) -> Proposal:
    """Change a member's role and teams; all else stays."""
    return await members.update(
        desk, org=org, member=member, role=role, add_teams=add_teams, remove_teams=remove_teams
    )


@toolset.delete
async def delete_member(desk: Desk, *, member: Member, org: Org = "") -> Proposal:
    """Remove a member, or withdraw an invitation."""
    return await members.delete(desk, org=org, member=member)
