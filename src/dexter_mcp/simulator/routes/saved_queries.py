"""Routes about what was saved in Discover and in Explore."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.saved_queries import Place, SavedQuery
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes import saved_queries_writes as writes
from dexter_mcp.simulator.routes.endpoint import Call, Handler, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.shapes.saved_queries import discover_json, explore_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_Shape = Callable[[World, SavedQuery], Json]
_WRITES: Mapping[str, tuple[Mapping[str, Handler], Mapping[str, Handler]]] = MappingProxyType(
    {"discover": ({"POST": writes.create}, {"PUT": writes.update, "DELETE": writes.remove})}
)
"""By place: what is done to all of them, and to one."""


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about saved queries."""
    found: list[BaseRoute] = []
    shapes: Mapping[Place, _Shape] = {"discover": discover_json, "explore": explore_json}
    for place, shape in shapes.items():
        listed = f"/organizations/{{org}}/{place}/saved/"
        many, one = _WRITES.get(place, ({}, {}))
        found += [
            endpoint(world, listed, "notebook", GET=_listing(place, shape), **many),
            endpoint(world, f"{listed}{{query}}/", "notebook", GET=_one(place, shape), **one),
        ]
    return found


def _listing(place: Place, shape: _Shape) -> Handler:
    def handle(call: Call) -> Response:
        wanted = call.query.get("query", "").removeprefix("name:").strip('"').lower()
        found = [
            one
            for one in call.world.saved_queries.of(call.org.slug, place)
            if wanted in one.name.lower()
        ]
        _sort(found, call.query.get("sortBy", ""), call.token.user)
        page = paging.by_offset(call.request, found)
        shown = [shape(call.world, one) for one in page.items]
        return JSONResponse(shown, headers=page.headers)

    return handle


def _sort(found: list[SavedQuery], by: str, me: str) -> None:
    """Sort as asked, newest first by default; a minus turns the order around."""
    keys: Mapping[str, Callable[[SavedQuery], object]] = {
        "name": lambda one: one.name.lower(),
        "dateCreated": lambda one: one.created.timestamp(),
        "dateUpdated": lambda one: one.updated.timestamp(),
    }
    if by == "myqueries":
        found.sort(key=lambda one: (one.author != me, one.name.lower()))
        return
    name = by.removeprefix("-")
    key = keys.get(name, keys["dateUpdated"])
    falls = by.startswith("-") or name not in keys
    found.sort(key=lambda one: str(key(one)), reverse=falls)


def _one(place: Place, shape: _Shape) -> Handler:
    def handle(call: Call) -> Response:
        saved = call.world.saved_queries.of(call.org.slug, place)
        found = next((one for one in saved if one.id == call.part("query")), None)
        if found is None:
            raise not_found()
        return JSONResponse(shape(call.world, found))

    return handle
