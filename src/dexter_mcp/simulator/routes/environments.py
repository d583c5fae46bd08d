"""Routes about environments: of an organization, and of a project, which may hide some."""

from zlib import crc32

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_VISIBILITIES = ("all", "hidden", "visible")


def routes(world: World) -> list[BaseRoute]:
    """Serve the environments that `world` has seen."""
    of_project = "/projects/{org}/{project}/environments/"
    return [
        endpoint(world, "/organizations/{org}/environments/", "organization", GET=_of_org),
        endpoint(world, of_project, "project", GET=_of_project),
        endpoint(world, f"{of_project}{{environment:path}}/", "project", GET=_details),
    ]


def _of_org(call: Call) -> Response:
    visibility = _visibility(call)
    shown = {
        name
        for project in call.world.projects_of(call.org.slug)
        for name in project.environments
        if _is_shown(call, project, name, visibility)
    }
    return JSONResponse([_shape(name) for name in sorted(shown)])


def _of_project(call: Call) -> Response:
    project, visibility = call.project, _visibility(call)
    return JSONResponse(
        [
            _whole(call, project, name)
            for name in sorted(project.environments)
            if _is_shown(call, project, name, visibility)
        ]
    )


def _details(call: Call) -> Response:
    project, name = call.project, call.part("environment")
    if name not in project.environments:
        raise not_found()
    return JSONResponse(_whole(call, project, name))


def _visibility(call: Call) -> str:
    asked = call.query.get("visibility", "visible")
    if asked not in _VISIBILITIES:
        known = ", ".join(map(repr, _VISIBILITIES))
        raise bad_request(f"Invalid value for 'visibility', valid values are: [{known}]")
    return asked


def _is_shown(call: Call, project: Project, name: str, visibility: str) -> bool:
    hidden = (project.id, name) in call.world.settings.hidden
    return visibility == "all" or hidden is (visibility == "hidden")


def _whole(call: Call, project: Project, name: str) -> Json:
    return _shape(name) | {"isHidden": (project.id, name) in call.world.settings.hidden}


def _shape(name: str) -> Json:
    return {"id": str(crc32(name.encode())), "name": name}
