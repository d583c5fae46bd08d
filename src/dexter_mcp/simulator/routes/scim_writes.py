"""What a provisioner of accounts may change: people by their memberships, teams as groups."""

import json
import re
from typing import Any

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.intake.loose import is_list, mapping, mappings
from dexter_mcp.simulator.memory import departures
from dexter_mcp.simulator.memory.departures import Someone
from dexter_mcp.simulator.memory.records import Team
from dexter_mcp.simulator.routes import bounds
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.members_writes import ONLY_OWNER, add_invitation, vacant_address
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.scim_finding import group, person, persons, require_scim
from dexter_mcp.simulator.routes.teams_writes import found, rename
from dexter_mcp.simulator.routes.writing import body, gone, require
from dexter_mcp.simulator.shapes.members import is_only_owner
from dexter_mcp.simulator.shapes.scim import group_json, refusal, user_json
from dexter_mcp.simulator.telling.story import Json

_MOST = 100
_ROLES = ("billing", "member", "admin", "manager")
"""Provisioners make nobody an owner."""
_BRACKETS = re.compile(r'members\[value eq "([^"]*)"\]', re.IGNORECASE)


def create_user(call: Call) -> Response:
    """Invite somebody on behalf of the identity provider."""
    require_scim(call)
    told = body(call)
    role = _role(told.get("sentryOrgRole") or "member")
    address = _address(call, told)
    made = add_invitation(call, address, role, (), provisioned=True)
    return JSONResponse(user_json(made), 201)


def patch_user(call: Call) -> Response:
    """Change somebody's role, or let them go: no longer active is no longer a member."""
    it = person(call)
    for kind, path, value in _operations(call):
        wanted = {path: value} if path else mapping(value)
        if kind != "replace" or not {"active", "sentryOrgRole"} & set(wanted):
            raise refusal(400, "Invalid Patch Operation.")
        if str(wanted.get("active", True)).lower() == "false":
            return _remove(call, it)
        if "sentryOrgRole" in wanted:
            it.role = _role(wanted["sentryOrgRole"])
    return gone()


def delete_user(call: Call) -> Response:
    """Let somebody go."""
    return _remove(call, person(call))


def create_group(call: Call) -> Response:
    """Found a team that the identity provider looks after; it has nobody in it."""
    require_scim(call)
    told = body(call)
    require(told, "displayName")
    name = str(told["displayName"])
    made = found(call, bounds.slugified(name), name, provisioned=True)
    return JSONResponse(group_json(call.world, made), 201)


def patch_group(call: Call) -> Response:
    """Rename a team, or change who is in it; from now on the identity provider looks after it."""
    it, steps = group(call), _operations(call)
    it.provisioned = True
    for kind, path, value in steps:
        if kind == "replace" and path != "members":
            _rename(call, it, path, value)
        elif kind == "add" and path == "members":
            _let_in(it, _named(call, value))
        elif kind == "remove" and path.startswith("members"):
            _let_out(call, it, _named(call, _bracketed(path, value)))
        elif kind == "replace":
            kept = _named(call, value)
            _let_out(call, it, [each for each in persons(call) if each not in kept])
            _let_in(it, kept)
    return gone()


def delete_group(call: Call) -> Response:
    """Dissolve a team."""
    departures.remove_team(call.world, group(call))
    return gone()


def _role(value: object) -> str:
    role = str(value).lower()
    if role not in _ROLES:
        raise refusal(400, "Invalid organization role.")
    return role


def _address(call: Call, told: Json) -> str:
    """Read the address as an invitation does, and complain about it in the words of SCIM."""
    try:
        require(told, "userName")
        return vacant_address(call, told, "userName")
    except Refusal as why:
        said = json.dumps({"email": (why.body or {})["userName"]})
        if "already" in said:
            raise refusal(409, "User already exists in the database.") from None
        raise refusal(400, said) from None


def _remove(call: Call, it: Someone) -> Response:
    if is_only_owner(call.world, it):
        raise Refusal(403, {"detail": ONLY_OWNER})
    departures.remove(call.world, it)
    return gone()


def _operations(call: Call) -> list[tuple[str, str, Any]]:
    """Read the steps of a PATCH: what to do, to what, and with which value."""
    told = body(call)
    steps = told.get("Operations")
    if not is_list(steps):
        raise refusal(400, json.dumps({"operations": ["This field is required."]}))
    if len(steps) > _MOST:
        raise refusal(400, f"Too many patch ops sent, limit is {_MOST}.")
    read = [mapping(step) for step in steps]
    if any("op" not in step for step in read):
        raise refusal(400, json.dumps({"operations": [{"op": ["This field is required."]}]}))
    return [
        (str(each["op"]).lower(), str(each.get("path") or ""), each.get("value")) for each in read
    ]


def _rename(call: Call, it: Team, path: str, value: object) -> None:
    if path not in {"", "displayName"}:
        said = "Invalid Replace attr. Only displayName and members supported."
        raise refusal(400, said)
    name = str(value if path else mapping(value).get("displayName") or "")
    if not bounds.slugified(name):
        raise refusal(400, "Invalid Replace attr. Only displayName and members supported.")
    rename(call, it, bounds.slugified(name))
    it.name = name


def _bracketed(path: str, value: object) -> object:
    """Take whom a path names, such as `members[value eq "501"]`, where no value does."""
    inside = _BRACKETS.fullmatch(path)
    return [{"value": inside[1]}] if inside else value


def _named(call: Call, value: object) -> list[Someone]:
    wanted = [str(each.get("value")) for each in mappings(value)]
    known = {each.id: each for each in persons(call)}
    if any(number not in known for number in wanted):
        raise refusal(404, "User not found.")
    return [known[number] for number in wanted]


def _let_in(it: Team, several: list[Someone]) -> None:
    for each in several:
        if it.slug not in each.teams:
            each.teams.append(it.slug)


def _let_out(call: Call, it: Team, several: list[Someone]) -> None:
    for each in several:
        departures.leave_team(call.world, each, it.slug)
