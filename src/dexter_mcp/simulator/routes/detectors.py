"""Routes about monitors as they are today, and the times when what they found was open."""

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.alerts import Monitor
from dexter_mcp.simulator.routes import detectors_writes, paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.finding_alerts import (
    every_monitor,
    monitor_named,
    monitors_asked,
    of_today,
)
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request
from dexter_mcp.simulator.shapes.alerts import detector_json, is_open, period_json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about monitors."""
    detectors = "/organizations/{org}/detectors/"
    periods = "/organizations/{org}/open-periods/"
    return [
        endpoint(
            world,
            detectors,
            "detector",
            GET=of_today(_listing),
            PUT=of_today(detectors_writes.switch_all),
            DELETE=of_today(detectors_writes.remove_all),
        ),
        endpoint(
            world,
            f"{detectors}{{detector}}/",
            "detector",
            GET=of_today(_details),
            PUT=of_today(detectors_writes.update),
            DELETE=of_today(detectors_writes.remove),
        ),
        endpoint(
            world,
            "/organizations/{org}/projects/{project}/detectors/",
            "alert rule",
            POST=of_today(detectors_writes.create),
        ),
        endpoint(world, periods, "alert", GET=of_today(_periods)),
    ]


def _listing(call: Call) -> Response:
    found = monitors_asked(call)
    sort = call.query.get("sortBy") or "id"
    by = _SORTS.get(sort.lstrip("-"))
    if by is None:
        raise Refusal(400, {"sortBy": ["Invalid sort field"]})
    found.sort(key=lambda monitor: (by(call, monitor), monitor.id), reverse=sort.startswith("-"))
    page = paging.by_offset(call.request, found)
    return JSONResponse([detector_json(call, one) for one in page.items], headers=page.headers)


def _details(call: Call) -> Response:
    return JSONResponse(detector_json(call, monitor_named(call)))


def _periods(call: Call) -> Response:
    detector, issue = call.query.get("detectorId"), call.query.get("groupId")
    if not (detector or issue):
        raise bad_request("Must provide either detectorId or groupId")
    everything = every_monitor(call)
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
