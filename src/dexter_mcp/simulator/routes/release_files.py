"""Routes about the artifacts of releases; there is nothing to download here."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.releases import Artifact
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.routes.releases import asked_release
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about artifacts."""
    places = ("/organizations/{org}/releases/", "/projects/{org}/{project}/releases/")
    files = [f"{place}{{version}}/files/" for place in places]
    return [
        *(endpoint(world, path, "release", GET=_listing) for path in files),
        *(endpoint(world, f"{path}{{file}}/", "release", GET=_details) for path in files),
    ]


def _listing(call: Call) -> Response:
    wanted, sums = call.query.getlist("query"), call.query.getlist("checksum")
    found = [
        file
        for file in _files(call)
        if (not wanted or any(text.lower() in file.name.lower() for text in wanted))
        and (not sums or file.sha1 in sums)
    ]
    page = paging.by_offset(call.request, found)
    return JSONResponse([_shape(file) for file in page.items], headers=page.headers)


def _details(call: Call) -> Response:
    wanted = call.part("file")
    found = next((file for file in _files(call) if str(file.id) == wanted), None)
    if found is None or call.query.get("download"):
        raise not_found()
    return JSONResponse(_shape(found))


def _files(call: Call) -> list[Artifact]:
    release = asked_release(call)
    return call.world.shipping.artifacts_of(release.org, release.version)


def _shape(file: Artifact) -> Json:
    return {
        "id": str(file.id),
        "name": file.name,
        "dist": file.dist or None,
        "headers": {"Content-Type": "application/octet-stream"},
        "size": file.size,
        "sha1": file.sha1,
        "dateCreated": iso(file.created),
    }
