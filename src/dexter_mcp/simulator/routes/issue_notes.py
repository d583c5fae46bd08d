"""What people say about issues. Unpublished; Sentry's own pages use it."""

from datetime import timedelta

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.intake.loose import text
from dexter_mcp.simulator.memory.records import Activity
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request, forbidden, not_found
from dexter_mcp.simulator.routes.writing import body, gone, require
from dexter_mcp.simulator.shapes.issues import activity_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_AGAIN = timedelta(hours=1)
"""How long the same words from the same person are taken for a slip."""


def routes(world: World) -> list[BaseRoute]:
    """Serve the notes on the issues of `world`."""
    notes = "/organizations/{org}/issues/{issue}/notes/"
    return [
        endpoint(world, notes, "event", GET=_listing, POST=_add),
        endpoint(world, f"{notes}{{note}}/", "event", PUT=_edit, DELETE=_remove),
    ]


def _listing(call: Call) -> Response:
    notes = [entry for entry in reversed(call.issue.activity) if entry.type == "note"]
    page = paging.by_offset(call.request, notes)
    return JSONResponse([_shown(call, entry) for entry in page.items], headers=page.headers)


def _add(call: Call) -> Response:
    issue, told = call.issue, _told(call)
    since = call.world.now() - _AGAIN
    if any(entry.data == told and entry.at >= since for entry in _own(call)):
        raise bad_request("You have already posted that comment.")
    issue.subscribed_by.setdefault(call.token.user, "comment")
    call.world.note(issue, "note", user=call.token.user, data=told)
    return JSONResponse(_shown(call, issue.activity[-1]), 201)


def _edit(call: Call) -> Response:
    entry, told = _found(call), _told(call)
    entry.data = told
    return JSONResponse(_shown(call, entry))


def _remove(call: Call) -> Response:
    call.issue.activity.remove(_found(call))
    return gone()


def _shown(call: Call, entry: Activity) -> Json:
    return activity_json(call, call.issue, entry)


def _told(call: Call) -> Json:
    """Read the words of the body; only a person can say something."""
    if call.member is None:
        raise forbidden()
    told = body(call)
    require(told, "text")
    return {"text": text(told["text"])}


def _own(call: Call) -> list[Activity]:
    own = (entry for entry in call.issue.activity if entry.user == call.token.user)
    return [entry for entry in own if entry.type == "note"]


def _found(call: Call) -> Activity:
    """Find the note of the path, if the caller wrote it."""
    found = next((entry for entry in _own(call) if entry.id == call.part("note")), None)
    if found is None:
        raise not_found()
    return found
