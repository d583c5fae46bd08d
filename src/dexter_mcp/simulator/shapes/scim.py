"""Users and groups in the shapes of SCIM, and its way of saying no."""

from collections.abc import Sequence
from typing import Any

from dexter_mcp.simulator.memory.records import Member, Team
from dexter_mcp.simulator.memory.settings import Invitation
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.shapes.members import members_of
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_CORE = "urn:ietf:params:scim:schemas:core:2.0"
_MESSAGES = "urn:ietf:params:scim:api:messages:2.0"
CONTENT_TYPE = "application/scim+json"


def user_json(member: Member | Invitation) -> Json:
    """Shape a member or somebody invited: Sentry tells provisioners no names.

    https://docs.sentry.io/api/scim/query-an-individual-organization-member/
    """
    return {
        "schemas": [f"{_CORE}:User"],
        "id": member.id,
        "userName": member.email,
        "name": {"givenName": "N/A", "familyName": "N/A"},
        "emails": [{"primary": True, "value": member.email, "type": "work"}],
        "active": True,
        "meta": {"resourceType": "User"},
        "sentryOrgRole": member.role,
    }


def group_json(world: World, team: Team, *, with_members: bool = True) -> Json:
    """Shape a team.

    https://docs.sentry.io/api/scim/query-an-individual-team/
    """
    invited = (
        each
        for each in world.settings.invitations
        if each.org == team.org and team.slug in each.teams
    )
    everybody = (*members_of(world, team), *invited)
    inside = [{"value": each.id, "display": each.email} for each in everybody]
    return {
        "schemas": [f"{_CORE}:Group"],
        "id": team.id,
        "displayName": team.slug,
        "meta": {"resourceType": "Group"},
        **({"members": inside} if with_members else {}),
    }


def list_json(resources: Sequence[Any], *, total: int, start: int) -> Json:
    """Shape some of `total` resources, the first of them the `start`th, counted from 1."""
    return {
        "schemas": [f"{_MESSAGES}:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }


def refusal(status: int, detail: str, kind: str = "") -> Refusal:
    """Refuse in the words of SCIM."""
    body: Json = {"schemas": [f"{_MESSAGES}:Error"], "detail": detail}
    more = {"scimType": kind} if kind else {}
    return Refusal(status, body | more, {"content-type": CONTENT_TYPE})
