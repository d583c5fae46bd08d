"""Writing alerts as they are today.

https://docs.sentry.io/api/monitors/create-an-alert-for-an-organization/
"""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.alerts import Alert
from dexter_mcp.simulator.routes import alert_bodies as bodies
from dexter_mcp.simulator.routes import alert_conditions as conditions
from dexter_mcp.simulator.routes import fields, paging, people
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.finding_alerts import (
    alert_named,
    alerts_asked,
    every_monitor,
    numbers,
)
from dexter_mcp.simulator.routes.refusals import forbidden
from dexter_mcp.simulator.routes.writing import gone, invalid, require
from dexter_mcp.simulator.shapes.alerts import workflow_json
from dexter_mcp.simulator.telling.story import Json

_LONGEST_NAME = 256
_FREQUENCIES = (0, 5, 10, 30, 60, 180, 720, 1440)
_USUAL = 30
_NO_ENVIRONMENT = "Environment is not part of this organization"


def create(call: Call) -> Response:
    """Make an alert."""
    told = bodies.told(call)
    label = bodies.name(told, _LONGEST_NAME)
    require(told, "triggers")
    alert = bodies.new_alert(call, label, **_read(call, told))
    call.world.alerts.add_alert(alert)
    return JSONResponse(workflow_json(call, alert), 201)


def replace_one(call: Call) -> Response:
    """Put another alert in the place of one; what the body leaves out is no more."""
    told, old = bodies.told(call), alert_named(call)
    label = bodies.name(told, _LONGEST_NAME)
    alert = replace(old, name=label, updated=call.world.now(), **_read(call, told))
    call.world.alerts.add_alert(alert)
    return JSONResponse(workflow_json(call, alert))


def remove(call: Call) -> Response:
    """Delete an alert."""
    del call.world.alerts.alerts[alert_named(call).id]
    return gone()


def switch_all(call: Call) -> Response:
    """Switch alerts on or off, those that the query string selects."""
    bodies.must_ask(call)
    enabled, found = bodies.switched(call), _meant(call)
    if not found:
        return JSONResponse({"detail": "No workflows found."})
    for alert in found:
        alert.enabled, alert.updated = enabled, call.world.now()
    page = paging.by_offset(call.request, found)
    return JSONResponse([workflow_json(call, alert) for alert in page.items], headers=page.headers)


def remove_all(call: Call) -> Response:
    """Delete alerts, those that the query string selects."""
    bodies.must_ask(call)
    found = _meant(call)
    if not found:
        return JSONResponse({"detail": "No workflows found."})
    for alert in found:
        del call.world.alerts.alerts[alert.id]
    return gone()


def _meant(call: Call) -> list[Alert]:
    """Find the alerts to change; with one id too many, none of those that were found may be."""
    found = alerts_asked(call)
    if found and (wanted := numbers(call)) and len(found) != len(wanted):
        raise forbidden()
    return found


def _read(call: Call, told: Json) -> dict[str, Any]:
    if told.get("triggers", ...) is None:
        raise invalid(triggers="This field may not be null.")
    with bodies.within("triggers"):
        logic, triggers = _triggers(bodies.mapping(told, "triggers"))
    with bodies.within("actionFilters"):
        filters = [conditions.filters(call, each) for each in _filters(told)]
    return {
        "enabled": fields.truth(told, "enabled", usual=True),
        "frequency": _frequency(bodies.mapping(told, "config")),
        "logic": logic,
        "triggers": [kind for kind, _ in triggers],
        "filters": filters,
        "monitors": _monitors(call, told),
        "environment": bodies.environment(call, told, _NO_ENVIRONMENT),
        "owner": people.owner(call, told),
    }


def _triggers(told: Json) -> tuple[str, list[tuple[str, object]]]:
    return conditions.group(told, conditions.TRIGGERS) if told else ("", [])


def _filters(told: Json) -> list[Json]:
    return bodies.objects(told, "actionFilters")


def _frequency(config: Json) -> int:
    if unknown := sorted(config.keys() - {"frequency"}):
        found = f"Additional properties are not allowed ('{unknown[0]}' was unexpected)"
        raise invalid(config=found)
    frequency = config.get("frequency", _USUAL)
    if isinstance(frequency, bool) or frequency not in _FREQUENCIES:
        raise invalid(config=f"{frequency!r} is not one of {list(_FREQUENCIES)}")
    return frequency


def _monitors(call: Call, told: Json) -> list[int]:
    wanted = bodies.ids(told, "detectorIds")
    if missing := set(wanted) - {monitor.id for monitor in every_monitor(call)}:
        raise invalid(detectorIds=f"Some detectors do not exist: {missing}")
    return list(dict.fromkeys(wanted))
