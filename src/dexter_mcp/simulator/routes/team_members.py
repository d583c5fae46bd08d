"""Taking people into teams and out of them, and what they may do there."""

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory import departures
from dexter_mcp.simulator.memory.records import Team
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.people import some_team, someone
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request, not_found
from dexter_mcp.simulator.routes.writing import body, choose, gone
from dexter_mcp.simulator.shapes.members import TEAM_ROLES, team_json, team_role

PROVISIONED = "This team is managed through your organization's identity provider."

_ELEVATED = frozenset({"org:write", "org:admin", "team:write", "team:admin", "member:write"})
_LEADERS = ("admin", "manager", "owner")
"""Who is a team's admin by their role in the organization."""


def add(call: Call) -> Response:
    """Take somebody into a team: membership is open, so nobody has to be asked."""
    it, into = someone(call), some_team(call)
    if it.role == "billing":
        said = f"The user with a '{it.role}' role cannot have team-level permissions."
        raise Refusal(403, {"detail": said})
    if into.slug in it.teams:
        return gone()
    _check_provisioned(into)
    it.teams.append(into.slug)
    return JSONResponse(team_json(call, into), 201)


def update(call: Call) -> Response:
    """Say what somebody may do in their team; what their role brings anyway is not kept."""
    it, inside = someone(call), some_team(call)
    if inside.slug not in it.teams:
        raise not_found()
    told = body(call)
    choose(told, "teamRole", TEAM_ROLES)
    if "teamRole" in told:
        _check_rank(call)
        admins = call.world.settings.team_admins
        admins.discard((inside.slug, it.email))
        if told["teamRole"] == "admin" and it.role not in _LEADERS:
            admins.add((inside.slug, it.email))
    role = team_role(call.world, inside.slug, it.email)
    return JSONResponse({"isActive": True, "teamRole": role})


def remove(call: Call) -> Response:
    """Take somebody out of a team, in which they need not have been."""
    it, out_of = someone(call), some_team(call)
    if it is not call.member:
        _check_rank(call)
    _check_provisioned(out_of)
    departures.leave_team(call.world, it, out_of.slug)
    return JSONResponse(team_json(call, out_of))


def _check_rank(call: Call) -> None:
    """Refuse those who may only read, though their scopes open the route."""
    if call.token.scopes.isdisjoint(_ELEVATED):
        raise bad_request("You do not have permission to edit that user's membership.")


def _check_provisioned(of: Team) -> None:
    if of.provisioned:
        raise Refusal(403, {"detail": PROVISIONED})
