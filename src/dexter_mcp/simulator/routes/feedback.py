"""What end users reported about errors, in the older form."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.store import Event, Where
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.events import within_project
from dexter_mcp.simulator.shapes.issues import counts_json, issue_base
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve the reports on a project's events and, unpublished, on an issue's."""
    of_project = "/projects/{org}/{project}/user-feedback/"
    of_issue = "/organizations/{org}/issues/{issue}/user-reports/"
    return [
        endpoint(world, of_project, "project", GET=_of_project),
        endpoint(world, of_issue, "event", GET=_of_issue),
    ]


def _of_project(call: Call) -> Response:
    """List reports. https://docs.sentry.io/api/projects/list-a-projects-user-feedback/."""
    return _listing(call, within_project(call.project))


def _of_issue(call: Call) -> Response:
    return _listing(call, call.world.events_of(call.issue))


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
