"""Routes about alerts as older servers know them, deprecated where there are workflows too."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.alerts import (
    ERRORS,
    ISSUES,
    METRIC,
    Alert,
    Monitor,
    built_in_id,
)
from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, Handler, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, not_found
from dexter_mcp.simulator.routes.selection import projects
from dexter_mcp.simulator.shapes.alert_rules import incident_json, metric_rule_json, rule_json
from dexter_mcp.simulator.world import World

_SINCE = "2026-05-14T00:00:00.000000Z"


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about alerts in the words of old."""
    rules, metrics = "/projects/{org}/{project}/rules/", "/organizations/{org}/alert-rules/"
    incidents = "/organizations/{org}/incidents/"
    return [
        endpoint(world, rules, "alert rule", GET=_deprecated(_rules, "workflows/")),
        endpoint(
            world,
            f"{rules}{{rule}}/",
            "alert rule",
            GET=_deprecated(_rule, "workflows/:workflow_id/"),
        ),
        endpoint(world, metrics, "alert", GET=_deprecated(_metrics, "detectors/")),
        endpoint(
            world,
            f"{metrics}{{rule}}/",
            "alert",
            GET=_deprecated(_metric, "detectors/:detector_id/"),
        ),
        endpoint(world, incidents, "alert", GET=_deprecated(_incidents, "open-periods/")),
    ]


def _deprecated(handler: Handler, replacement: str) -> Handler:
    """Let a route be retired: for good, for the minutes of a brown-out, or by a warning alone.

    A server without workflows is older than that, and says nothing.
    """

    def serve(call: Call) -> Response:
        alerts = call.world.alerts
        if not alerts.has_rules:
            raise Refusal(404, None)
        instead = f"/api/0/organizations/{call.org.slug}/{replacement}"
        warning = {
            "X-Sentry-Deprecation-Date": _SINCE,
            "X-Sentry-Replacement-Endpoint": instead,
        }
        if alerts.brown_out:
            raise Refusal(410, {"message": "This API no longer exists."}, warning)
        response = handler(call)
        if alerts.has_workflows:
            response.headers.update(warning)
        return response

    return serve


def _watched(alert: Alert, project: Project) -> bool:
    ids = {built_in_id(kind, project.id) for kind in (ERRORS, ISSUES)}
    return not ids.isdisjoint(alert.monitors)


def _rules_of(call: Call) -> list[Alert]:
    return [one for one in call.world.alerts.of(call.org.slug) if _watched(one, call.project)]


def _rules(call: Call) -> Response:
    page = paging.by_offset(call.request, _rules_of(call))
    shapes = [rule_json(call, alert, call.project, expanded=False) for alert in page.items]
    return JSONResponse(shapes, headers=page.headers)


def _rule(call: Call) -> Response:
    expanded = "lastTriggered" in call.query.getlist("expand")
    for alert in _rules_of(call):
        if str(alert.id) == call.part("rule"):
            return JSONResponse(rule_json(call, alert, call.project, expanded=expanded))
    raise not_found()


def _metrics_of(call: Call) -> list[Monitor]:
    chosen = {p.id for p in projects(call)} if "project" in call.query else None
    return [
        monitor
        for monitor in call.world.alerts.monitors.values()
        if monitor.org == call.org.slug
        and monitor.type == METRIC
        and monitor.source
        and (chosen is None or monitor.project in chosen)
    ]


def _metric_json(call: Call, monitor: Monitor) -> object:
    listening = [one for one in call.world.alerts.of(call.org.slug) if monitor.id in one.monitors]
    return metric_rule_json(call, monitor, listening)


def _metrics(call: Call) -> Response:
    page = paging.by_offset(call.request, _metrics_of(call))
    return JSONResponse([_metric_json(call, one) for one in page.items], headers=page.headers)


def _metric(call: Call) -> Response:
    for monitor in _metrics_of(call):
        if str(monitor.id) == call.part("rule"):
            return JSONResponse(_metric_json(call, monitor))
    raise not_found()


def _incidents(call: Call) -> Response:
    wanted = call.query.get("alertRule", "")
    told = [
        (monitor, period)
        for monitor in _metrics_of(call)
        if wanted in {"", str(monitor.id)}
        for period in monitor.periods
    ]
    told.sort(key=lambda one: one[1].start)
    numbered = [(number, *one) for number, one in enumerate(told, 1)][::-1]
    page = paging.by_offset(call.request, numbered)
    shapes = [
        incident_json(call, monitor, number, period) for number, monitor, period in page.items
    ]
    return JSONResponse(shapes, headers=page.headers)
