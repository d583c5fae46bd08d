"""Routes about projects."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes import project_writes as writes
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.shapes.issues import Series
from dexter_mcp.simulator.shapes.projects import project_details, project_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_HOUR, _DAY = 3_600, 86_400

_SLOTS: Mapping[str, tuple[int, int]] = {
    "1h": (60, 60),
    "24h": (24, _HOUR),
    "7d": (7, _DAY),
    "14d": (14, _DAY),
    "30d": (30, _DAY),
    "90d": (90, _DAY),
}
"""How many slots a series has, and how many seconds each is wide."""


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about projects."""
    return [
        endpoint(
            world,
            "/organizations/{org}/projects/",
            "projects",
            GET=_listing,
            POST=writes.create_of_org,
        ),
        endpoint(
            world,
            "/projects/{org}/{project}/",
            "project by field",
            GET=_details,
            PUT=writes.update,
            DELETE=writes.delete,
        ),
        endpoint(
            world,
            "/projects/{org}/{project}/teams/{team}/",
            "project teams",
            POST=writes.add_team,
            DELETE=writes.remove_team,
        ),
    ]


def _listing(call: Call) -> Response:
    found = [
        project
        for project in call.world.projects_of(call.org.slug)
        if _matches(project, call.query.get("query", ""))
    ]
    if call.query.get("all_projects") == "1":
        return JSONResponse([_shape(call, project) for project in found])
    page = paging.by_number(call.request, found)
    return JSONResponse([_shape(call, project) for project in page.items], headers=page.headers)


def _shape(call: Call, project: Project) -> Json:
    period = call.query.get("statsPeriod", "")
    if not period:
        return project_json(call, project)
    return project_json(call, project) | {"stats": _stats(call, project, period)}


def _stats(call: Call, project: Project, period: str) -> list[list[int]]:
    """Count what a project took in, as pairs of epoch seconds and a count."""
    if period not in _SLOTS:
        choices = ", ".join(map(repr, _SLOTS))
        raise bad_request(f"Invalid stats_period. Valid choices are '', {choices}")
    slots, width = _SLOTS[period]
    now = call.world.now()
    series = Series(now - timedelta(seconds=(slots - 1) * width), now, width)
    lies = Where("project = ? AND at >= ?", (project.id, series.start.timestamp()))
    total: Counter[int] = Counter()
    for counts in call.world.store.buckets(lies, width).values():
        total.update(counts)
    return series.pairs(total)


def _matches(project: Project, query: str) -> bool:
    """Apply `slug:` and `id:` terms as they are, every other word to the slug and the name."""
    slugs: list[str] = []
    ids: list[str] = []
    for word in query.lower().split():
        key, _, value = word.partition(":")
        if key == "slug" and value:
            slugs.append(value)
        elif key == "id" and value:
            ids.append(value)
        elif word not in project.slug and word not in project.name.lower():
            return False
    named = project.slug in slugs or str(project.id) in ids
    return named or not (slugs or ids)


def _details(call: Call) -> Response:
    return JSONResponse(project_details(call, call.project))
