"""Routes about the files that came with events."""

import re
from hashlib import sha1

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.intake.attachment import Attachment
from dexter_mcp.simulator.memory.store import Event
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.events import find_event, within_project
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_KIND = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_UNKNOWN = "application/octet-stream"


def routes(world: World) -> list[BaseRoute]:
    """Serve the files that `world` keeps."""
    of_issue = "/organizations/{org}/issues/{issue}/attachments/"
    of_event = "/projects/{org}/{project}/events/{event}/attachments/"
    return [
        endpoint(world, of_issue, "event", GET=_of_issue),
        endpoint(world, of_event, "project", GET=_of_event),
        endpoint(world, f"{of_event}{{attachment}}/", "project", GET=_one),
    ]


def _of_issue(call: Call) -> Response:
    events = call.world.store.find(call.world.events_of(call.issue))
    return _listing(call, [shape for event in events for shape in _shapes(call, event)])


def _of_event(call: Call) -> Response:
    query = call.query.get("query", "").lower()
    found = _shapes(call, find_event(call, within_project(call.project)))
    return _listing(call, [shape for shape in found if query in shape["name"].lower()])


def _listing(call: Call, shapes: list[Json]) -> Response:
    page = paging.by_offset(call.request, shapes)
    return JSONResponse(list(page.items), headers=page.headers)


def _one(call: Call) -> Response:
    event = find_event(call, within_project(call.project))
    for number, attachment in call.world.attachments.get(event.id, []):
        if str(number) == call.part("attachment"):
            if "download" in call.query:
                return _download(attachment)
            return JSONResponse(_shape(event, number, attachment))
    raise not_found()


def _download(attachment: Attachment) -> Response:
    name = attachment.name.replace('"', "").encode("ascii", "replace").decode()
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    kind = attachment.mimetype if _KIND.fullmatch(attachment.mimetype) else _UNKNOWN
    return Response(attachment.content, headers=headers, media_type=kind)


def _shapes(call: Call, event: Event) -> list[Json]:
    files = call.world.attachments.get(event.id, [])
    return [_shape(event, number, attachment) for number, attachment in files]


def _shape(event: Event, number: int, attachment: Attachment) -> Json:
    return {
        "id": str(number),
        "event_id": event.id,
        "type": attachment.kind,
        "name": attachment.name,
        "mimetype": attachment.mimetype,
        "dateCreated": iso(from_epoch(event.received)),
        "size": len(attachment.content),
        "headers": {"Content-Type": attachment.mimetype},
        "sha1": sha1(attachment.content, usedforsecurity=False).hexdigest(),
    }
