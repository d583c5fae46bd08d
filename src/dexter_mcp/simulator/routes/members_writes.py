"""Inviting people, changing what they may do, and letting them go."""

from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory import departures
from dexter_mcp.simulator.memory.departures import Someone
from dexter_mcp.simulator.memory.records import Member
from dexter_mcp.simulator.memory.settings import Invitation
from dexter_mcp.simulator.routes import bounds, fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.people import everybody, someone
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request, forbidden
from dexter_mcp.simulator.routes.writing import body, choose, gone, invalid, require
from dexter_mcp.simulator.shapes.members import (
    ROLES,
    TEAM_ROLES,
    invitation_json,
    is_only_owner,
    member_details,
)
from dexter_mcp.simulator.telling.story import Json

ONLY_OWNER = "You cannot remove the only remaining owner of the organization."
PROVISIONED = "This user is managed through your organization's identity provider."

_ADMIN = "member:admin"
_SENT_BY_OTHERS = "You cannot modify invitations sent by someone else."


def invite(call: Call) -> Response:
    """Invite somebody. What they are to be in their teams is not kept, as on real servers."""
    told = body(call)
    require(told, "email")
    told = {"orgRole": told.get("role") or "member"} | told
    address = vacant_address(call, told, "email")
    role = _role(told, _assignable(call, inviting=True))
    teams = [slug for slug, _ in _team_roles(call, told)]
    if teams and role == "billing":
        said = f"The user with a '{role}' role cannot have team-level permissions."
        raise Refusal(400, {"email": said})
    return JSONResponse(invitation_json(add_invitation(call, address, role, teams)), 201)


def vacant_address(call: Call, told: Json, name: str) -> str:
    """Read an e-mail that nobody in the organization has."""
    address = bounds.email(told, name)
    for each in everybody(call):
        if each.email == address:
            state = "is already a member"
            if isinstance(each, Invitation):
                state = "has already been invited"
            raise invalid(**{name: f"The user {address} {state}"})
    return address


def add_invitation(
    call: Call, address: str, role: str, teams: Sequence[str], *, provisioned: bool = False
) -> Invitation:
    """Write an invitation down, which comes from the caller, unless that is a program."""
    made = Invitation(
        str(call.world.next_id(500)),
        call.org.slug,
        address,
        role,
        list(teams),
        call.member.name if call.member else "",
        call.world.now(),
        provisioned=provisioned,
    )
    call.world.settings.invitations.append(made)
    return made


def update(call: Call) -> Response:
    """Change roles, or send an invitation once more.

    A body that names no teams takes somebody out of all of them, as on real servers.
    """
    it, told = someone(call), body(call)
    roles = _assignable(call)
    role = _role(told, roles) if told.get("orgRole", told.get("role")) is not None else it.role
    teams = _team_roles(call, told)
    again = fields.truth(told, "reinvite", usual=False)
    _check_scope(call, it, reinviting=set(told) <= {"reinvite", "regenerate"})
    if again:
        _send_again(call, it, told)
    else:
        _place(call, it, role, teams)
        _promote(call, it, role, roles)
    return JSONResponse(member_details(call, it))


def remove(call: Call) -> Response:
    """Let somebody go; everybody may go by themselves."""
    it = someone(call)
    if it is not call.member:
        _check_removal(call, it)
    if is_only_owner(call.world, it):
        raise Refusal(403, {"detail": ONLY_OWNER})
    if isinstance(it, Invitation) and it.provisioned:
        raise Refusal(403, {"detail": PROVISIONED})
    departures.remove(call.world, it)
    return gone()


def _check_removal(call: Call, it: Someone) -> None:
    if _ADMIN not in call.token.scopes:
        may_invite = "member:invite" in call.token.scopes and isinstance(it, Invitation)
        if not may_invite:
            raise bad_request("You are missing the member:admin scope.")
        if not _is_inviter(call, it):
            raise bad_request(_SENT_BY_OTHERS)
    elif call.token.kind == "user" and it.role not in _assignable(call):
        raise bad_request("You cannot remove a member who has more access than you.")


def _assignable(call: Call, *, inviting: bool = False) -> Sequence[str]:
    """Name the roles that the caller may give and take: those up to their own."""
    if call.member is None:
        return ("member",) if inviting else ()
    if not inviting and _ADMIN not in call.token.scopes:
        return ()
    return ROLES[: ROLES.index(call.member.role) + 1]


def _role(told: Json, assignable: Sequence[str]) -> str:
    choose(told, "orgRole", ROLES)
    choose(told, "role", ROLES)
    role = str(told.get("orgRole") or told["role"])
    if role not in assignable:
        raise invalid(orgRole="You do not have permission to set that org-level role")
    return role


def _team_roles(call: Call, told: Json) -> list[tuple[str, str]]:
    """Read `teamRoles`, or the bare `teams` of older clients."""
    rows = fields.each(told, "teamRoles", dict)
    if any(row.get("role") not in {None, *TEAM_ROLES} for row in rows):
        raise invalid(teamRoles="Invalid team-role")
    named = [(str(row.get("teamSlug")), str(row.get("role") or "")) for row in rows]
    named = named or [(str(slug), "") for slug in fields.items(told, "teams")]
    known = {team.slug for team in call.world.teams if team.org == call.org.slug}
    if any(slug not in known for slug, _ in named):
        raise invalid(**{"teamRoles" if rows else "teams": "Invalid teams"})
    return named


def _check_scope(call: Call, it: Someone, *, reinviting: bool) -> None:
    """Let those who may invite, and no more, send their own invitations again."""
    if _ADMIN in call.token.scopes or "member:invite" not in call.token.scopes:
        return
    if not (reinviting and isinstance(it, Invitation)):
        raise forbidden()
    if not _is_inviter(call, it):
        raise Refusal(403, {"detail": _SENT_BY_OTHERS})


def _is_inviter(call: Call, it: Someone) -> bool:
    return isinstance(it, Invitation) and call.member is not None and it.inviter == call.member.name


def _send_again(call: Call, it: Someone, told: Json) -> None:
    if set(told) - {"reinvite", "regenerate"}:
        said = "You cannot modify member details when resending an invitation."
        raise Refusal(403, {"detail": f"{said} Separate requests are required."})
    if isinstance(it, Member):
        said = "You cannot send an invitation to a user who is already a full member."
        raise bad_request(said)
    if fields.truth(told, "regenerate", usual=False):
        if _ADMIN not in call.token.scopes:
            raise bad_request("You are missing the member:admin scope.")
        it.expired = False
    if it.expired:
        said = "You cannot resend an expired invitation without regenerating the token."
        raise bad_request(said)


def _place(call: Call, it: Someone, role: str, teams: Sequence[tuple[str, str]]) -> None:
    if teams and role == "billing":
        said = f"The user with a '{role}' role cannot have team-level permissions."
        raise bad_request(said)
    admins = call.world.settings.team_admins
    for slug in list(it.teams):
        departures.leave_team(call.world, it, slug)
    it.teams += [slug for slug, _ in teams]
    admins |= {(slug, it.email) for slug, kind in teams if kind == "admin"}


def _promote(call: Call, it: Someone, role: str, assignable: Sequence[str]) -> None:
    if role == it.role:
        return
    if it.role not in assignable:
        said = "You do not have permission to assign a role to the given user."
        raise Refusal(403, {"role": said})
    if it is call.member:
        raise bad_request("You cannot make changes to your own role.")
    it.role = role
