"""Routes about environments: of an organization, and of a project, which may hide some."""

from collections.abc import Iterable
from zlib import crc32

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.partial import changes, flag, texts
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.routes.writing import body, invalid, require
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_MOST_NAMES = 1_000
_VISIBILITIES = ("all", "hidden", "visible")


def routes(world: World) -> list[BaseRoute]:
    """Serve the environments that `world` has seen."""
    of_project = "/projects/{org}/{project}/environments/"
    return [
        endpoint(world, "/organizations/{org}/environments/", "organization", GET=_of_org),
        endpoint(world, of_project, "project", GET=_of_project, PUT=_update_many),
        endpoint(world, f"{of_project}{{environment:path}}/", "project", GET=_details, PUT=_update),
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


def _update(call: Call) -> Response:
    project, name = call.project, call.part("environment")
    if name not in project.environments:
        raise not_found()
    _show(call, project, [name], changes(_told(call, "isHidden"), {"isHidden": flag}))
    return JSONResponse(_whole(call, project, name))


def _update_many(call: Call) -> Response:
    """Hide or show all of some environments, or none of them if one is unknown."""
    project = call.project
    told = _told(call, "environmentNames", "isHidden")
    read = changes(told, {"environmentNames": texts(), "isHidden": flag})
    names: list[str] = list(dict.fromkeys(read["environmentNames"]))
    if not names:
        raise invalid(environmentNames="This list may not be empty.")
    if len(names) > _MOST_NAMES:
        said = f"Ensure this field has no more than {_MOST_NAMES} elements."
        raise invalid(environmentNames=said)
    if strange := sorted(set(names) - set(project.environments)):
        raise invalid(environmentNames=f"Environments not found: {', '.join(strange)}")
    _show(call, project, names, read)
    return JSONResponse([_whole(call, project, name) for name in names])


def _told(call: Call, *required: str) -> Json:
    told = body(call)
    require(told, *required)
    return told


def _show(call: Call, project: Project, names: Iterable[str], read: Json) -> None:
    hidden, places = call.world.settings.hidden, {(project.id, name) for name in names}
    if read["isHidden"]:
        hidden |= places
    else:
        hidden -= places


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
