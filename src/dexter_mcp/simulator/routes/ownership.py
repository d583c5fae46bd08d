"""Routes about ownership rules: who owns the code that an event came from."""

from collections.abc import Iterator

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.settings import Ownership
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.search.ownership import rules
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_BY_DEFAULT: Json = {
    "raw": None,
    "schema": None,
    "fallthrough": True,
    "dateCreated": None,
    "lastUpdated": None,
    "isActive": True,
    "autoAssignment": "Auto Assign to Issue Owner",
    "codeownersAutoSync": True,
}


def routes(world: World) -> list[BaseRoute]:
    """Serve the ownership rules of `world`."""
    return [endpoint(world, "/projects/{org}/{project}/ownership/", "project", GET=_details)]


def _details(call: Call) -> Response:
    kept = call.world.settings.ownership.get(call.project.id)
    return JSONResponse(_BY_DEFAULT | (_shape(call, kept) if kept else {}))


def _shape(call: Call, kept: Ownership) -> Json:
    return {
        "raw": kept.raw,
        "schema": {"$version": 1, "rules": list(_rules(call, kept.raw))},
        "fallthrough": kept.fallthrough,
        "dateCreated": iso(kept.created),
        "lastUpdated": iso(kept.updated),
        "isActive": kept.active,
        "autoAssignment": kept.auto_assignment,
    }


def _rules(call: Call, raw: str) -> Iterator[Json]:
    for rule in rules(raw):
        yield {
            "matcher": {"type": rule.kind, "pattern": rule.pattern},
            "owners": [_owner(call, owner) for owner in rule.owners],
        }


def _owner(call: Call, named: str) -> Json:
    org, name = call.org.slug, named.removeprefix("#")
    if named.startswith("#"):
        team = call.world.team(org, name)
        return {"type": "team", "name": name, **({"id": team.id} if team else {})}
    member = call.world.member(org, name)
    return {"type": "user", "name": name, **({"id": member.user_id} if member else {})}
