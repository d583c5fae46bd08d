"""Routes about dashboards."""

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.dashboards import Dashboard
from dexter_mcp.simulator.routes import dashboards_writes as writes
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.shapes.dashboards import dashboard_brief, dashboard_json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve the dashboards of `world`."""
    listed = "/organizations/{org}/dashboards/"
    return [
        endpoint(world, listed, "notebook", GET=_listing, POST=writes.create),
        endpoint(
            world,
            f"{listed}{{dashboard}}/",
            "notebook",
            GET=_details,
            PUT=writes.update,
            DELETE=writes.remove,
        ),
    ]


def _listing(call: Call) -> Response:
    wanted = call.query.get("query", "").lower()
    found = [
        each for each in call.world.dashboards.of(call.org.slug) if wanted in each.title.lower()
    ]
    sort = call.query.get("sort") or "title"
    by = _SORTS.get(sort.removeprefix("-"), _SORTS["title"])
    found.sort(key=by, reverse=sort.startswith("-"))
    page = paging.by_offset(call.request, found)
    shown = [dashboard_brief(call.world, each) for each in page.items]
    return JSONResponse(shown, headers=page.headers)


def _details(call: Call) -> Response:
    return JSONResponse(dashboard_json(call.world, writes.found(call)))


_SORTS: Mapping[str, Callable[[Dashboard], str]] = {
    "title": lambda each: each.title.lower(),
    "dateCreated": lambda each: each.created.isoformat(),
}
