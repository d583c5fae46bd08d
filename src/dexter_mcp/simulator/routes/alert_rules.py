"""Routes about alerts as older servers know them, deprecated where there are workflows too."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.routes import alert_rules_writes as rules_writes
from dexter_mcp.simulator.routes import metric_rules_writes as metrics_writes
from dexter_mcp.simulator.routes import paging, snoozes
from dexter_mcp.simulator.routes.endpoint import Call, Handler, endpoint
from dexter_mcp.simulator.routes.finding_alerts import (
    deprecated,
    metric_named,
    metrics_of,
    rule_named,
    rules_of,
)
from dexter_mcp.simulator.shapes.alert_rules import incident_json, metric_rule_json, rule_json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about alerts in the words of old."""
    project, org = "/projects/{org}/{project}/", "/organizations/{org}/"
    rules, metrics = f"{project}rules/", f"{org}alert-rules/"
    alerts, alert = "workflows/", "workflows/:workflow_id/"
    monitors, monitor = "detectors/", "detectors/:detector_id/"
    return [
        _old(world, rules, "alert rule", alerts, GET=_rules, POST=rules_writes.create),
        _old(
            world,
            f"{rules}{{rule}}/",
            "alert rule",
            alert,
            GET=_rule,
            PUT=rules_writes.replace_one,
            DELETE=rules_writes.remove,
        ),
        _old(
            world,
            f"{rules}{{rule}}/snooze/",
            "alert rule",
            alert,
            POST=snoozes.mute_rule,
            DELETE=snoozes.unmute_rule,
        ),
        _old(world, metrics, "metric rule", monitors, GET=_metrics, POST=metrics_writes.create),
        _old(
            world,
            f"{metrics}{{rule}}/",
            "metric rule",
            monitor,
            GET=_metric,
            PUT=metrics_writes.replace_one,
            DELETE=metrics_writes.remove,
        ),
        _old(
            world,
            f"{project}alert-rules/{{rule}}/snooze/",
            "alert rule",
            monitor,
            POST=snoozes.mute_metric,
            DELETE=snoozes.unmute_metric,
        ),
        _old(world, f"{org}incidents/", "alert", "open-periods/", GET=_incidents),
    ]


def _old(world: World, path: str, resource: str, instead: str, /, **handlers: Handler) -> BaseRoute:
    retired = {method: deprecated(handler, instead) for method, handler in handlers.items()}
    return endpoint(world, path, resource, **retired)


def _rules(call: Call) -> Response:
    page = paging.by_offset(call.request, rules_of(call))
    shapes = [rule_json(call, alert, call.project, expanded=False) for alert in page.items]
    return JSONResponse(shapes, headers=page.headers)


def _rule(call: Call) -> Response:
    expanded = "lastTriggered" in call.query.getlist("expand")
    return JSONResponse(rule_json(call, rule_named(call), call.project, expanded=expanded))


def _metrics(call: Call) -> Response:
    page = paging.by_offset(call.request, metrics_of(call))
    return JSONResponse([metric_rule_json(call, one) for one in page.items], headers=page.headers)


def _metric(call: Call) -> Response:
    return JSONResponse(metric_rule_json(call, metric_named(call)))


def _incidents(call: Call) -> Response:
    wanted = call.query.get("alertRule", "")
    told = [
        (monitor, period)
        for monitor in metrics_of(call)
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
