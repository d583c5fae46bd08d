"""How many issues each of several queries finds."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.selection import select
from dexter_mcp.simulator.search.issues import search
from dexter_mcp.simulator.world import World

_MOST = 100
"""A count that reaches it means at least so many."""


def routes(world: World) -> list[BaseRoute]:
    """Serve counts. Unpublished; Sentry's own pages use it."""
    return [endpoint(world, "/organizations/{org}/issues-count/", "event", GET=_counts)]


def _counts(call: Call) -> Response:
    chosen = select(call, prefix="")
    queries = dict.fromkeys(call.query.getlist("query"))
    if not chosen.projects:
        return JSONResponse(dict.fromkeys(queries, 0))
    found = {query: len(search(call, chosen, query)) for query in queries}
    return JSONResponse({query: min(count, _MOST) for query, count in found.items()})
