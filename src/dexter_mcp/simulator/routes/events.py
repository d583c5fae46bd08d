"""Routes about events, by issue and by project."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.memory.store import NEWEST, OLDEST, Event, Where
from dexter_mcp.simulator.routes import paging, selection, unmerge
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.search.event_terms import events_where
from dexter_mcp.simulator.search.grammar import SearchError, parse_event_query
from dexter_mcp.simulator.shapes.events import event_details, event_summary
from dexter_mcp.simulator.shapes.releases import release_json
from dexter_mcp.simulator.shapes.times import from_epoch
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_NAMED = {"latest": NEWEST, "recommended": NEWEST, "oldest": OLDEST}
_SHUFFLED = "substr(id, 3)"
_MISSING = (
    "Event not found. The event ID may be incorrect, or its age exceeded the retention period."
)


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about events."""
    issue = "/organizations/{org}/issues/{issue}/"
    project = "/projects/{org}/{project}/"
    return [
        endpoint(world, f"{issue}events/", "event", GET=_of_issue),
        endpoint(world, f"{issue}events/{{event}}/", "event", GET=_one_of_issue),
        endpoint(
            world, f"{issue}hashes/", "event", GET=_hashes, PUT=unmerge.part, DELETE=unmerge.part
        ),
        endpoint(world, "/organizations/{org}/eventids/{event}/", "organization", GET=_lookup),
        endpoint(world, f"{project}events/", "project", GET=_of_project),
        endpoint(world, f"{project}events/{{event}}/", "project", GET=_one_of_project),
    ]


def find_event(call: Call, within: Where) -> Event:
    """Find the event of the path among some events."""
    wanted = call.part("event").replace("-", "").lower()
    chosen = within if wanted in _NAMED else within & Where("id = ?", (wanted,))
    event = call.world.store.find(chosen, order=_NAMED.get(wanted, NEWEST)).first()
    if event is None:
        raise not_found(_MISSING)
    return event


def within_project(project: Project) -> Where:
    """Select the events of one project."""
    return Where("project = ?", (project.id,))


def _of_issue(call: Call) -> Response:
    where = selection.issue_events(call, call.issue)
    projects = (call.world.projects[call.issue.project],)
    try:
        terms = parse_event_query(call.query.get("query", ""))
    except SearchError as error:
        raise bad_request(str(error)) from error
    return _listing(call, where & events_where(call.world, projects, terms))


def _of_project(call: Call) -> Response:
    start, end = selection.span(call)
    lies = Where("at BETWEEN ? AND ?", (start.timestamp(), end.timestamp()))
    errors = Where("issue IS NOT NULL")
    return _listing(call, within_project(call.project) & errors & lies)


def _listing(call: Call, where: Where) -> Response:
    sampled = call.query.get("sample") in {"1", "true"}
    events = call.world.store.find(where, order=_SHUFFLED if sampled else NEWEST)
    page = paging.by_offset(call.request, events)
    shape = _details if call.query.get("full") in {"1", "true"} else _summary
    return JSONResponse([shape(call, event) for event in page.items], headers=page.headers)


def _one_of_issue(call: Call) -> Response:
    names = selection.environments_where(selection.environments(call))
    within = call.world.events_of(call.issue) & names
    event = find_event(call, within)
    return JSONResponse(_details(call, event, within))


def _one_of_project(call: Call) -> Response:
    return JSONResponse(_details(call, find_event(call, within_project(call.project))))


def _lookup(call: Call) -> Response:
    ids = (project.id for project in call.world.projects_of(call.org.slug))
    event = find_event(call, Where.among("project", ids))
    return JSONResponse(
        {
            "organizationSlug": call.org.slug,
            "projectSlug": call.world.projects[event.project].slug,
            "groupId": str(event.issue or ""),
            "eventId": event.id,
            "event": _details(call, event),
        }
    )


def _hashes(call: Call) -> Response:
    """List the grouping hashes; a merged issue has one for each that it has taken over."""
    latest = call.world.store.find(call.world.events_of(call.issue)).first()
    full = call.query.get("full", "true") in {"1", "true"}
    shape = _details if full else _summary
    event = shape(call, latest) if latest else None
    rows = [
        {"id": digest, "latestEvent": event, "mergedBySeer": False, "seerMatchDistance": None}
        for digest in call.issue.hashes
    ]
    page = paging.by_offset(call.request, rows)
    return JSONResponse(list(page.items), headers=page.headers)


def _summary(call: Call, event: Event) -> Json:
    return event_summary(
        call.world.payload(event),
        issue_id=str(event.issue or ""),
        project_id=str(event.project),
        tags=call.world.store.tags(event),
        received=from_epoch(event.received),
    )


def _details(call: Call, event: Event, within: Where | None = None) -> Json:
    same = within or Where("issue = ?", (event.issue,))
    earlier = same & Where("(at, id) < (?, ?)", (event.at, event.id))
    later = same & Where("(at, id) > (?, ?)", (event.at, event.id))
    before = call.world.store.find(earlier).first()
    after = call.world.store.find(later, order=OLDEST).first()
    release = call.world.release(call.org.slug, event.release)
    return event_details(
        call.world.payload(event),
        issue_id=str(event.issue or ""),
        project_id=str(event.project),
        tags=call.world.store.tags(event),
        received=from_epoch(event.received),
        previous=before.id if before else None,
        next=after.id if after else None,
        release=release_json(call.world, release) if release else None,
        report=call.world.reports.get(event.id),
    )
