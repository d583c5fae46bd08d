"""Writing monitors as they are today; of them, metric monitors alone can be made here.

https://docs.sentry.io/api/monitors/create-a-monitor-for-a-project/
"""

from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.alerts import ERRORS, ISSUES, METRIC, Monitor
from dexter_mcp.simulator.routes import alert_bodies as bodies
from dexter_mcp.simulator.routes import fields, metric_bodies, paging, people
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.finding_alerts import monitor_named, monitors_asked, numbers
from dexter_mcp.simulator.routes.refusals import bad_request, forbidden
from dexter_mcp.simulator.routes.writing import gone, invalid, require
from dexter_mcp.simulator.shapes.alerts import detector_json
from dexter_mcp.simulator.telling.story import Json

_LONGEST_NAME = 200
_ELSEWHERE = ("monitor_check_in_failure", "uptime_domain_failure")
_NATIVE = (ERRORS, ISSUES)


def create(call: Call) -> Response:
    """Make a metric monitor in the project of the path."""
    told, project = bodies.told(call), call.project
    label = bodies.name(told, _LONGEST_NAME)
    _check_kind(told)
    if not told.get("dataSources"):
        raise invalid(dataSources="This field is required when creating a detector.")
    require(told, "conditionGroup")
    number, now = call.world.next_id(1_000), call.world.now()
    monitor = Monitor(number, project.org, project.id, label, METRIC, now)
    monitor.created_by, monitor.source_type = bodies.creator(call), "snuba_query_subscription"
    _write(call, monitor, {"config": {}, **told})
    call.world.alerts.add_monitor(monitor)
    return JSONResponse(detector_json(call, monitor), 201)


def update(call: Call) -> Response:
    """Change a monitor; of its conditions, those sent replace all."""
    monitor, told = monitor_named(call), bodies.told(call)
    _check_may_edit(call, [monitor])
    if "name" in told:
        bodies.name(told, _LONGEST_NAME)
    if told.get("type", monitor.type) != monitor.type:
        _check_kind(told)
    _write(call, monitor, told)
    monitor.updated = call.world.now()
    call.world.alerts.add_monitor(monitor)
    return JSONResponse(detector_json(call, monitor))


def remove(call: Call) -> Response:
    """Delete a monitor, unless it came with its project."""
    monitor = monitor_named(call)
    _check_may_remove([monitor])
    call.world.alerts.remove_monitor(monitor.id)
    return gone()


def switch_all(call: Call) -> Response:
    """Switch monitors on or off, those that the query string selects."""
    bodies.must_ask(call)
    enabled, found = bodies.switched(call), _meant(call, "update")
    if not found:
        return JSONResponse({"detail": "No detectors found."})
    _check_may_edit(call, found)
    for monitor in found:
        monitor.enabled, monitor.updated = enabled, call.world.now()
        call.world.alerts.add_monitor(monitor)
    page = paging.by_offset(call.request, found)
    return JSONResponse([detector_json(call, one) for one in page.items], headers=page.headers)


def remove_all(call: Call) -> Response:
    """Delete monitors, those that the query string selects."""
    bodies.must_ask(call)
    found = _meant(call, "delete")
    if not found:
        return JSONResponse({"detail": "No detectors found."})
    _check_may_remove(found)
    for monitor in found:
        call.world.alerts.remove_monitor(monitor.id)
    return gone()


def _meant(call: Call, what: str) -> list[Monitor]:
    found = monitors_asked(call)
    if (wanted := numbers(call)) and len(found) != len(wanted):
        raise bad_request(
            f"Some detectors were not found or you do not have permission to {what} them."
        )
    return found


def _check_kind(told: Json) -> None:
    require(told, "type")
    kind, known = told["type"], sorted([METRIC, *_ELSEWHERE])
    if kind in _NATIVE or kind in _ELSEWHERE:
        raise invalid(type="Detector type not compatible with detectors")
    if kind != METRIC:
        raise invalid(type=f"Unknown detector type '{kind}'. Must be one of: {', '.join(known)}")


def _check_may_edit(call: Call, monitors: Sequence[Monitor]) -> None:
    """Let those alone change what came with a project who may write to the organization."""
    native = any(monitor.type in _NATIVE for monitor in monitors)
    if native and call.token.scopes.isdisjoint({"org:write", "org:admin"}):
        raise forbidden()


def _check_may_remove(monitors: Sequence[Monitor]) -> None:
    if any(monitor.type in _NATIVE for monitor in monitors):
        raise forbidden()


def _write(call: Call, monitor: Monitor, told: Json) -> None:
    """Take over what the body says; nothing of it if any of it is refused."""
    owner = people.owner(call, told)
    enabled = fields.truth(told, "enabled", usual=monitor.enabled)
    alerts = _alerts(call, told) if told.get("workflowIds") is not None else None
    if monitor.type == METRIC:
        metric_bodies.write(call, monitor, told)
    monitor.name = str(told.get("name", monitor.name))
    monitor.enabled = enabled
    if "description" in told:
        monitor.description = str(told["description"] or "")
    if "owner" in told:
        monitor.owner = owner
    if alerts is not None:
        _connect(call, monitor, alerts)


def _alerts(call: Call, told: Json) -> list[int]:
    wanted = bodies.ids(told, "workflowIds")
    if missing := set(wanted) - {alert.id for alert in call.world.alerts.of(call.org.slug)}:
        raise invalid(workflowIds=f"Some workflows do not exist: {missing}")
    return wanted


def _connect(call: Call, monitor: Monitor, alerts: Sequence[int]) -> None:
    """Let these alerts alone listen to a monitor."""
    for alert in call.world.alerts.of(call.org.slug):
        others = [one for one in alert.monitors if one != monitor.id]
        listens = monitor.id in alert.monitors
        if listens != (alert.id in alerts):
            alert.monitors = others if listens else [*others, monitor.id]
