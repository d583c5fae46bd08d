"""Routes about monitors as they are today, and the times when what they found was open."""

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.alerts import Monitor, built_in
from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request, not_found
from dexter_mcp.simulator.routes.selection import projects
from dexter_mcp.simulator.routes.workflows import asked_text, numbers, of_today
from dexter_mcp.simulator.shapes.alerts import detector_json, is_open, period_json
from dexter_mcp.simulator.world import World

_ALIASES = {
    "metric": "metric_issue",
    "uptime": "uptime_domain_failure",
    "cron": "monitor_check_in_failure",
}


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about monitors."""
    detectors = "/organizations/{org}/detectors/"
    periods = "/organizations/{org}/open-periods/"
    return [
        endpoint(world, detectors, "alert", GET=of_today(_listing)),
        endpoint(world, f"{detectors}{{detector}}/", "alert", GET=of_today(_details)),
        endpoint(world, periods, "alert", GET=of_today(_periods)),
    ]


def monitors_of(call: Call, chosen: tuple[Project, ...]) -> list[Monitor]:
    """List the monitors of some projects, those included that nobody added."""
    ids = {project.id for project in chosen}
    added = [one for one in call.world.alerts.monitors.values() if one.project in ids]
    native = [one for p in chosen for one in built_in(p.org, p.id, p.created)]
    return [*added, *native]


def _listing(call: Call) -> Response:
    found = [monitor for monitor in monitors_of(call, _chosen(call)) if _wanted(call, monitor)]
    sort = call.query.get("sortBy") or "id"
    by = _SORTS.get(sort.lstrip("-"))
    if by is None:
        raise Refusal(400, {"sortBy": ["Invalid sort field"]})
    found.sort(key=lambda monitor: (by(call, monitor), monitor.id), reverse=sort.startswith("-"))
    page = paging.by_offset(call.request, found)
    return JSONResponse([detector_json(call, one) for one in page.items], headers=page.headers)


def _chosen(call: Call) -> tuple[Project, ...]:
    """Look everywhere for what is asked for by its id."""
    if numbers(call):
        return tuple(call.world.projects_of(call.org.slug))
    return projects(call)


def _wanted(call: Call, monitor: Monitor) -> bool:
    if ids := numbers(call):
        return monitor.id in ids
    terms, text = asked_text(call, "name", "type", "assignee")
    kind = terms.get("type", "")
    said = f"{monitor.name} {monitor.description} {monitor.type}".lower()
    return (
        terms.get("name", "") in monitor.name.lower()
        and (not kind or _ALIASES.get(kind, kind) == monitor.type)
        and _is_owned(call, monitor, terms.get("assignee", ""))
        and text in said
    )


def _is_owned(call: Call, monitor: Monitor, wanted: str) -> bool:
    name = monitor.owner.partition(":")[2]
    me = call.member
    meant = me.email if wanted == "me" and me else wanted.removeprefix("#")
    return not wanted or name == ("" if wanted == "none" else meant)


def _details(call: Call) -> Response:
    return JSONResponse(detector_json(call, _found(call, call.part("detector"))))


def _found(call: Call, number: str) -> Monitor:
    everything = monitors_of(call, tuple(call.world.projects_of(call.org.slug)))
    found = next((monitor for monitor in everything if str(monitor.id) == number), None)
    if found is None:
        raise not_found()
    return found


def _periods(call: Call) -> Response:
    detector, issue = call.query.get("detectorId"), call.query.get("groupId")
    if not (detector or issue):
        raise bad_request("Must provide either detectorId or groupId")
    everything = monitors_of(call, tuple(call.world.projects_of(call.org.slug)))
    meant = [one for one in everything if detector == str(one.id) or issue == str(one.issue)]
    if not meant:
        raise Refusal(400, {"detectorId": "Detector not found"})
    found = sorted(meant[0].periods, key=lambda period: period.start, reverse=True)
    numbered = [(meant[0].id * 100 + len(found) - at, period) for at, period in enumerate(found)]
    page = paging.by_offset(call.request, numbered)
    shapes = [period_json(number, period) for number, period in page.items]
    return JSONResponse(shapes, headers=page.headers)


_SORTS: Mapping[str, Callable[[Call, Monitor], float | str]] = {
    "id": lambda _, monitor: monitor.id,
    "name": lambda _, monitor: monitor.name.lower(),
    "type": lambda _, monitor: monitor.type,
    "connectedWorkflows": lambda call, monitor: sum(
        monitor.id in alert.monitors for alert in call.world.alerts.of(monitor.org)
    ),
    "latestGroup": lambda _, monitor: max(
        (period.start.timestamp() for period in monitor.periods), default=0
    ),
    "openIssues": lambda call, monitor: int(is_open(call, monitor)),
}
