"""Routes about the artifacts of releases; there is nothing to download here."""

import re
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha1

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.releases import Artifact
from dexter_mcp.simulator.routes import fields, paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.forms import form
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.routes.release_search import asked_release
from dexter_mcp.simulator.routes.writing import body, conflict, gone, require
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_SPECIAL = re.compile(r"[\n\t\r\f\v\\]")


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about artifacts."""
    places = ("/organizations/{org}/releases/", "/projects/{org}/{project}/releases/")
    files = [f"{place}{{version}}/files/" for place in places]
    return [
        *(endpoint(world, path, "release", GET=_listing, POST=_upload) for path in files),
        *(
            endpoint(
                world, f"{path}{{file}}/", "release", GET=_details, PUT=_rename, DELETE=_delete
            )
            for path in files
        ),
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
    found = _asked(call)
    if call.query.get("download"):
        raise not_found()
    return JSONResponse(_shape(found))


def _upload(call: Call) -> Response:
    """Keep a file under the name that the form says, or its own."""
    release, told = asked_release(call), form(call)
    upload = told.files.get("file")
    if upload is None:
        raise bad_request("Missing uploaded file")
    name, dist = told.get("name") or upload.name, told.get("dist")
    if name in {"", "file"}:
        raise bad_request("File name must be specified")
    if _SPECIAL.search(name.rpartition("/")[2]):
        raise bad_request("File name must not contain special whitespace characters")
    _refuse_twice(call, name, dist)
    headers = {"Content-Type": upload.content_type, **_headers(told.all("header"))}
    made = Artifact(
        id=call.world.next_id(9_001),
        name=name,
        size=len(upload.content),
        created=call.world.now(),
        dist=dist,
        headers=tuple(headers.items()),
        digest=sha1(upload.content, usedforsecurity=False).hexdigest(),
    )
    return JSONResponse(_shape(call.world.shipping.keep(release.org, release.version, made)), 201)


def _rename(call: Call) -> Response:
    release, file, told = asked_release(call), _asked(call), body(call)
    require(told, "name")
    name = fields.text(told, "name", longest=200)
    if name != file.name:
        _refuse_twice(call, name, file.dist)
    renamed = replace(file, name=name, digest=file.sha1)
    call.world.shipping.keep(release.org, release.version, renamed)
    return JSONResponse(_shape(renamed))


def _delete(call: Call) -> Response:
    release = asked_release(call)
    call.world.shipping.discard(release.org, release.version, _asked(call))
    return gone()


def _refuse_twice(call: Call, name: str, dist: str) -> None:
    if any((file.name, file.dist) == (name, dist) for file in _files(call)):
        raise conflict("A file matching this name already exists for the given release")


def _headers(said: Iterable[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for each in said:
        key, colon, value = each.partition(":")
        if not colon:
            raise bad_request("header value was not formatted correctly")
        if _SPECIAL.search(value):
            raise bad_request("header value must not contain special whitespace characters")
        headers[key] = value.strip()
    return headers


def _asked(call: Call) -> Artifact:
    wanted = call.part("file")
    found = next((file for file in _files(call) if str(file.id) == wanted), None)
    if found is None:
        raise not_found()
    return found


def _files(call: Call) -> list[Artifact]:
    release = asked_release(call)
    return call.world.shipping.artifacts_of(release.org, release.version)


def _shape(file: Artifact) -> Json:
    return {
        "id": str(file.id),
        "name": file.name,
        "dist": file.dist or None,
        "headers": dict(file.headers),
        "size": file.size,
        "sha1": file.sha1,
        "dateCreated": iso(file.created),
    }
