"""Routes about projects."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.shapes.projects import project_details, project_json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about projects."""
    return [
        endpoint(world, "/organizations/{org}/projects/", "organization", GET=_listing),
        endpoint(world, "/projects/{org}/{project}/", "project", GET=_details),
    ]


def _listing(call: Call) -> Response:
    found = [
        project
        for project in call.world.projects_of(call.org.slug)
        if _matches(project, call.query.get("query", ""))
    ]
    if call.query.get("all_projects") == "1":
        return JSONResponse([project_json(call, project) for project in found])
    page = paging.by_number(call.request, found)
    return JSONResponse(
        [project_json(call, project) for project in page.items], headers=page.headers
    )


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
