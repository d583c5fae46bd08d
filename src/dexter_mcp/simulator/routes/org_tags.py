"""Routes about tags across issues: of an organization, and of a project."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.events import within_project
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.routes.selection import select
from dexter_mcp.simulator.routes.tags import tag_name, tag_value
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_DATASETS = ("", "discover", "events", "search_issues")
_WITHOUT_TAGS = ("replays",)
_MOST_VALUES = 1000


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about the tags of many issues."""
    values = "/projects/{org}/{project}/tags/{key}/values/"
    return [
        endpoint(world, "/organizations/{org}/tags/", "organization", GET=_listing),
        endpoint(world, values, "project", GET=_values),
    ]


def _listing(call: Call) -> Response:
    wanted = call.query.get("dataset", "")
    if wanted not in (*_DATASETS, *_WITHOUT_TAGS):
        offered = ", ".join((*_DATASETS[1:], *_WITHOUT_TAGS))
        raise bad_request(f"Invalid dataset parameter. Must be one of: {offered}")
    chosen = select(call)
    none = not chosen.projects or wanted in _WITHOUT_TAGS
    return JSONResponse([] if none else _counted(call, chosen.where))


def _counted(call: Call, where: Where) -> list[Json]:
    rows = call.world.telemetry.rows(
        f"SELECT key, count(*) FROM facets WHERE tag AND {where.sql} GROUP BY key ORDER BY key",  # noqa: S608 - values are bound
        where.values,
    )
    return [{"key": key, "name": tag_name(key), "totalValues": count} for key, count in rows]


def _values(call: Call) -> Response:
    key = call.part("key")
    found = call.world.store.tag_values(within_project(call.project), key).get(key)
    if found is None:
        raise not_found()
    wanted = call.query.get("query", "").lower()
    kept = [value for value in found if wanted in value.value.lower()][:_MOST_VALUES]
    page = paging.by_offset(call.request, kept)
    return JSONResponse([tag_value(call, key, value) for value in page.items], headers=page.headers)
