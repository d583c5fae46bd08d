"""Members, invitations and teams in full, in the shapes of Sentry's API."""

from collections.abc import Sequence

from dexter_mcp.simulator.memory.records import Member, Team
from dexter_mcp.simulator.memory.settings import Account, External, Invitation
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.shapes.people import AVATAR, user_json
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

ROLES = ("billing", "member", "admin", "manager", "owner")

TEAM_ROLES = ("contributor", "admin")

_FLAGS: Json = {
    "idp:provisioned": False,
    "idp:role-restricted": False,
    "sso:linked": False,
    "sso:invalid": False,
    "member-limit:restricted": False,
    "partnership:restricted": False,
}


def member_json(world: World, member: Member) -> Json:
    """Shape a membership as lists show it.

    https://docs.sentry.io/api/organizations/list-an-organizations-members/
    """
    account = world.settings.accounts.get(member.email, Account())
    seen = iso(account.last_active) if account.last_active else None
    user = user_json(member) | {
        "has2fa": account.has_2fa,
        "lastActive": seen,
        "lastLogin": seen,
    }
    return {
        "id": member.id,
        "email": member.email,
        "name": member.name,
        "user": user,
        "orgRole": member.role,
        "pending": False,
        "expired": False,
        "flags": _FLAGS,
        "dateCreated": iso(member.created),
        "inviteStatus": "approved",
        "inviterName": None,
        "externalUsers": externals_json(world, member.org, f"user:{member.email}"),
    }


def invitation_json(invitation: Invitation) -> Json:
    """Shape somebody who has not joined yet as lists show them."""
    return {
        "id": invitation.id,
        "email": invitation.email,
        "name": invitation.email,
        "user": None,
        "orgRole": invitation.role,
        "pending": True,
        "expired": invitation.expired,
        "flags": _FLAGS | {"idp:provisioned": invitation.provisioned},
        "dateCreated": iso(invitation.created),
        "inviteStatus": "approved",
        "inviterName": invitation.inviter or None,
        "externalUsers": [],
    }


def member_details(call: Call, member: Member | Invitation) -> Json:
    """Shape a membership with its teams and what could be made of it.

    https://docs.sentry.io/api/organizations/retrieve-an-organization-member/
    """
    world = call.world
    joined = isinstance(member, Member)
    shape = member_json(world, member) if joined else invitation_json(member)
    return shape | {
        "role": member.role,
        "roleName": member.role.title(),
        "teams": member.teams,
        "teamRoles": [
            {"teamSlug": team, "role": team_role(world, team, member.email)}
            for team in member.teams
        ],
        "invite_link": None if joined else f"{call.base}/accept/{member.id}/simulated/",
        "isOnlyOwner": is_only_owner(world, member),
        **role_lists(),
    }


def is_only_owner(world: World, member: Member | Invitation) -> bool:
    """Tell whether nobody but this member owns the organization."""
    owners = [each for each in world.members if (each.org, each.role) == (member.org, "owner")]
    return owners == [member]


def team_role(world: World, team: str, email: str) -> str | None:
    """Name what somebody may do in a team beyond what everybody may."""
    return "admin" if (team, email) in world.settings.team_admins else None


def team_json(call: Call, team: Team) -> Json:
    """Shape a team as lists show it, without its projects.

    https://docs.sentry.io/api/teams/list-an-organizations-teams/
    """
    me = call.member
    mine = me is not None and team.slug in me.teams
    return {
        "id": team.id,
        "slug": team.slug,
        "name": team.name,
        "dateCreated": iso(team.created),
        "isMember": mine,
        "teamRole": team_role(call.world, team.slug, me.email) if me and mine else None,
        "flags": {"idp:provisioned": team.provisioned},
        "access": sorted(call.token.scopes),
        "hasAccess": True,
        "isPending": False,
        "memberCount": len(members_of(call.world, team)),
        "avatar": AVATAR,
    }


def members_of(world: World, team: Team) -> Sequence[Member]:
    """List who is in a team."""
    return [each for each in world.members if each.org == team.org and team.slug in each.teams]


def externals_json(world: World, org: str, owner: str) -> list[Json]:
    """Shape what a team or a person is called elsewhere."""
    found = (each for each in world.settings.external if (each.org, each.owner) == (org, owner))
    return [external_json(world, each) for each in found]


def external_json(world: World, external: External) -> Json:
    """Shape one name that a team or a person has elsewhere.

    https://docs.sentry.io/api/integrations/create-an-external-user/
    """
    kind, _, name = external.owner.partition(":")
    whose: Json = {}
    if kind == "team" and (team := world.team(external.org, name)):
        whose = {"teamId": team.id}
    if kind == "user" and (member := world.member(external.org, name)):
        whose = {"userId": member.user_id}
    return {
        "id": external.id,
        "provider": external.provider,
        "externalName": external.name,
        "integrationId": external.integration,
        **({"externalId": external.number} if external.number else {}),
        **whose,
    }


def role_lists() -> Json:
    """Shape the roles that there are, in an organization and in a team."""
    return {
        "orgRoleList": [_org_role(role) for role in ROLES],
        "teamRoleList": [_team_role(role) for role in TEAM_ROLES],
    }


def _org_role(role: str) -> Json:
    is_global = role in {"manager", "owner"}
    return {
        "id": role,
        "name": role.title(),
        "desc": f"What a {role} may do.",
        "scopes": ["org:read"],
        "allowed": True,
        "isAllowed": True,
        "isRetired": False,
        "isTeamRolesAllowed": role != "billing",
        "is_global": is_global,
        "isGlobal": is_global,
        "minimumTeamRole": "admin" if is_global else "contributor",
    }


def _team_role(role: str) -> Json:
    return {
        "id": role,
        "name": role.title(),
        "desc": f"What a team's {role} may do.",
        "scopes": ["team:read"],
        "allowed": True,
        "isAllowed": True,
        "isRetired": False,
        "isTeamRolesAllowed": True,
        "isMinimumRoleFor": "manager" if role == "admin" else None,
    }
