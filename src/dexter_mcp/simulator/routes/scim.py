"""Routes for provisioners of accounts (SCIM): the only paths without a slash at their end."""

import re
from collections.abc import Sequence
from typing import TypeVar

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Member, Team
from dexter_mcp.simulator.memory.settings import Invitation
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import forbidden
from dexter_mcp.simulator.shapes.scim import group_json, list_json, refusal, user_json
from dexter_mcp.simulator.world import World

T = TypeVar("T")

_FILTER = re.compile(r'(?P<key>\w+)\s+eq\s+"(?P<value>[^"]*)"', re.IGNORECASE)
_LARGEST = 100


def routes(world: World) -> list[BaseRoute]:
    """Serve the members and teams of `world` to provisioners."""
    scim = "/organizations/{org}/scim/v2/"
    return [
        endpoint(world, f"{scim}Users", "member", GET=_users),
        endpoint(world, f"{scim}Users/{{member}}", "member", GET=_user),
        endpoint(world, f"{scim}Groups", "team", GET=_groups),
        endpoint(world, f"{scim}Groups/{{team}}", "team", GET=_group),
    ]


def _users(call: Call) -> Response:
    wanted = _filter(call, "userName")
    found = [each for each in _people(call) if wanted in {None, each.email.lower()}]
    shown, start = _shown(call, found)
    told = [user_json(each) for each in shown]
    return JSONResponse(list_json(told, total=len(found), start=start))


def _user(call: Call) -> Response:
    for each in _people(call):
        if each.id == call.part("member"):
            return JSONResponse(user_json(each))
    raise refusal(404, "User not found.")


def _groups(call: Call) -> Response:
    wanted = _filter(call, "displayName")
    found = [each for each in _teams(call) if wanted in {None, each.slug.lower()}]
    shown, start = _shown(call, found)
    whole = "members" not in call.query.getlist("excludedAttributes")
    told = [group_json(call.world, each, with_members=whole) for each in shown]
    return JSONResponse(list_json(told, total=len(found), start=start))


def _group(call: Call) -> Response:
    for each in _teams(call):
        if call.part("team") in {each.id, each.slug}:
            return JSONResponse(group_json(call.world, each))
    raise refusal(404, "Group not found.")


def _filter(call: Call, key: str) -> str | None:
    """Read the one kind of filter that Sentry understands: an attribute and its exact value."""
    text = call.query.get("filter")
    if text is None:
        return None
    found = _FILTER.fullmatch(text.strip())
    if found is None or found["key"] != key:
        raise refusal(400, "Invalid filter.", "invalidFilter")
    return found["value"].lower()


def _shown(call: Call, found: Sequence[T]) -> tuple[Sequence[T], int]:
    start, size = _number(call, "startIndex", 1, 1), _number(call, "count", _LARGEST, 0)
    first = start - 1
    return found[first : first + min(size, _LARGEST)], start


def _number(call: Call, name: str, usual: int, least: int) -> int:
    text = call.query.get(name, str(usual))
    if not text.isdecimal() or int(text) < least:
        raise refusal(400, f"Ensure that {name} is a number of at least {least}.", "invalidValue")
    return int(text)


def _people(call: Call) -> list[Member | Invitation]:
    _check_switched_on(call)
    everybody = (*call.world.members, *call.world.settings.invitations)
    own = (each for each in everybody if each.org == call.org.slug)
    return sorted(own, key=lambda each: int(each.id))


def _teams(call: Call) -> list[Team]:
    _check_switched_on(call)
    own = (each for each in call.world.teams if each.org == call.org.slug)
    return sorted(own, key=lambda each: each.slug)


def _check_switched_on(call: Call) -> None:
    if call.org.slug in call.world.integrations.without_scim:
        raise forbidden()
