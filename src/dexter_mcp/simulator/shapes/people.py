"""Members, their user accounts and teams in the shapes of Sentry's API."""

from dexter_mcp.simulator.memory.records import Member, Team
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

AVATAR: Json = {"avatarType": "letter_avatar", "avatarUuid": None, "avatarUrl": None}


def user_json(member: Member) -> Json:
    """Shape the account of a member."""
    return {
        "id": member.user_id,
        "name": member.name,
        "username": member.email,
        "email": member.email,
        "avatarUrl": f"https://avatars.test/{member.user_id}",
        "isActive": True,
        "isSuspended": False,
        "hasPasswordAuth": True,
        "isManaged": False,
        "dateJoined": iso(member.created),
        "lastLogin": None,
        "has2fa": True,
        "lastActive": None,
        "isSuperuser": False,
        "isStaff": False,
        "experiments": {},
        "emails": [{"id": member.user_id, "email": member.email, "is_verified": True}],
        "avatar": AVATAR,
    }


def user_or_none(world: World, org: str, email: str) -> Json | None:
    """Shape the account behind an e-mail, if it belongs to a member."""
    member = world.member(org, email)
    return user_json(member) if member else None


def team_brief(team: Team) -> Json:
    """Shape a team as it stands inside other things."""
    return {"id": team.id, "slug": team.slug, "name": team.name}


def actor_json(world: World, org: str, owner: str) -> Json | None:
    """Shape `user:<e-mail>` or `team:<slug>` as an assignee; None for nobody."""
    kind, _, name = owner.partition(":")
    if kind == "team" and (team := world.team(org, name)):
        return {"type": "team", "id": team.id, "name": team.slug}
    if kind == "user" and (member := world.member(org, name)):
        return {
            "type": "user",
            "id": member.user_id,
            "name": member.name,
            "email": member.email,
        }
    return None
