"""Routes for provisioners of accounts (SCIM): the only paths without a slash at their end."""

import re
from collections.abc import Sequence
from typing import TypeVar

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.routes import scim_writes as writes
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.scim_finding import group, groups, person, persons
from dexter_mcp.simulator.shapes.scim import group_json, list_json, refusal, user_json
from dexter_mcp.simulator.world import World

T = TypeVar("T")

_FILTER = re.compile(r'(?P<key>\w+)\s+eq\s+"(?P<value>[^"]*)"', re.IGNORECASE)
_LARGEST = 100


def routes(world: World) -> list[BaseRoute]:
    """Serve the members and teams of `world` to provisioners."""
    scim = "/organizations/{org}/scim/v2/"
    return [
        endpoint(world, f"{scim}Users", "scim member", GET=_users, POST=writes.create_user),
        endpoint(
            world,
            f"{scim}Users/{{member}}",
            "scim member",
            GET=_user,
            PATCH=writes.patch_user,
            DELETE=writes.delete_user,
        ),
        endpoint(world, f"{scim}Groups", "team", GET=_groups, POST=writes.create_group),
        endpoint(
            world,
            f"{scim}Groups/{{team}}",
            "team",
            GET=_group,
            PATCH=writes.patch_group,
            DELETE=writes.delete_group,
        ),
    ]


def _users(call: Call) -> Response:
    wanted = _filter(call, "userName")
    found = [each for each in persons(call) if wanted in {None, each.email.lower()}]
    shown, start = _shown(call, found)
    told = [user_json(each) for each in shown]
    return JSONResponse(list_json(told, total=len(found), start=start))


def _user(call: Call) -> Response:
    return JSONResponse(user_json(person(call)))


def _groups(call: Call) -> Response:
    wanted = _filter(call, "displayName")
    found = [each for each in groups(call) if wanted in {None, each.slug.lower()}]
    shown, start = _shown(call, found)
    whole = "members" not in call.query.getlist("excludedAttributes")
    told = [group_json(call.world, each, with_members=whole) for each in shown]
    return JSONResponse(list_json(told, total=len(found), start=start))


def _group(call: Call) -> Response:
    return JSONResponse(group_json(call.world, group(call)))


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
