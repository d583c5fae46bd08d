"""Routes about dashboards."""

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.dashboards import Dashboard
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.shapes.dashboards import dashboard_brief, dashboard_json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve the dashboards of `world`."""
    listed = "/organizations/{org}/dashboards/"
    return [
        endpoint(world, listed, "organization", GET=_listing),
        endpoint(world, f"{listed}{{dashboard}}/", "organization", GET=_details),
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
    for each in call.world.dashboards.of(call.org.slug):
        if str(each.id) == call.part("dashboard"):
            return JSONResponse(dashboard_json(call.world, each))
    raise not_found()


_SORTS: Mapping[str, Callable[[Dashboard], str]] = {
    "title": lambda each: each.title.lower(),
    "dateCreated": lambda each: each.created.isoformat(),
}
