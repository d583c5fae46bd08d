"""What end users reported about errors, in the older form."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.intake.loose import text
from dexter_mcp.simulator.memory.store import Event, Where
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.events import within_project
from dexter_mcp.simulator.routes.writing import body, conflict, invalid, require
from dexter_mcp.simulator.shapes.issues import counts_json, issue_base
from dexter_mcp.simulator.shapes.times import from_epoch
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_SUBMITTING = timedelta(minutes=30)
"""How long after an event something can be said about it."""

_MENDING = timedelta(minutes=5)
_LONGEST: Mapping[str, int] = {"name": 128, "email": 75, "comments": 4096}


def routes(world: World) -> list[BaseRoute]:
    """Serve the reports on a project's events and, unpublished, on an issue's."""
    of_project = "/projects/{org}/{project}/user-feedback/"
    of_issue = "/organizations/{org}/issues/{issue}/user-reports/"
    return [
        endpoint(world, of_project, "user feedback", GET=_of_project, POST=_submit),
        endpoint(world, of_issue, "event", GET=_of_issue),
    ]


def _of_project(call: Call) -> Response:
    """List reports. https://docs.sentry.io/api/projects/list-a-projects-user-feedback/."""
    return _listing(call, within_project(call.project))


def _of_issue(call: Call) -> Response:
    return _listing(call, call.world.events_of(call.issue))


def _submit(call: Call) -> Response:
    """Take a report; it may be mended for some minutes, if the event is not too old.

    https://docs.sentry.io/api/projects/submit-user-feedback/
    """
    project, told = call.project, body(call)
    require(told, "event_id", "name", "email", "comments")
    event_id = _checked(told)
    event = call.world.store.find(within_project(project) & Where("id = ?", (event_id,))).first()
    before = call.world.reports.get(event_id)
    now = call.world.now()
    too_late = (before is not None and now - _made(before) > _MENDING) or (
        event is not None and now - from_epoch(event.received) > _SUBMITTING
    )
    if too_late:
        raise conflict("Feedback for this event cannot be modified.")
    said = {name: text(told[name]) for name in ("name", "email", "comments")}
    call.world.report(event_id, **said)
    report = call.world.reports[event_id]
    bare = report | {"event": {"id": None, "eventID": event_id}, "issue": None, "user": None}
    return JSONResponse(_shape(call, event) if event else bare)


def _checked(told: Json) -> str:
    for name, most in _LONGEST.items():
        if len(text(told[name])) > most:
            raise invalid(**{name: f"Ensure this field has no more than {most} characters."})
    if "@" not in text(told["email"]):
        raise invalid(email="Enter a valid email address.")
    event_id = text(told["event_id"]).replace("-", "").lower()
    if not re.fullmatch(r"[0-9a-f]{32}", event_id):
        raise invalid(event_id="Invalid event ID")
    return event_id


def _made(report: Json) -> datetime:
    return datetime.fromisoformat(report["dateCreated"])


def _listing(call: Call, where: Where) -> Response:
    reports = call.world.reports
    events = call.world.store.find(where & Where.among("id", reports))
    newest = sorted(events, key=lambda event: reports[event.id]["dateCreated"], reverse=True)
    page = paging.by_offset(call.request, newest)
    shown = [_shape(call, event) for event in page.items]
    return JSONResponse(shown, headers=page.headers)


def _shape(call: Call, event: Event) -> Json:
    report = call.world.reports[event.id]
    return {
        **report,
        "event": {"id": None, "eventID": event.id},
        "issue": _issue(call, event),
        "user": _user(call, event, report),
    }


def _issue(call: Call, event: Event) -> Json | None:
    issue = call.world.issues.get(event.issue or 0)
    if issue is None:
        return None
    totals = call.world.store.lifetime(call.world.events_of(issue))
    return issue_base(call, issue) | (counts_json(totals) if totals else {})


def _user(call: Call, event: Event, report: Json) -> Json | None:
    if not event.user:
        return None
    known = call.world.store.user(event.user)
    return {**known, "name": report["name"] or None, "avatarUrl": None}
