"""Writing metric alert rules, in whose place there are monitors and alerts today.

https://docs.sentry.io/api/alerts/create-a-metric-alert-rule-for-an-organization/
"""

from collections.abc import Iterator, Sequence

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.alerts import METRIC, Filters, Monitor
from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes import alert_bodies as bodies
from dexter_mcp.simulator.routes import fields, metric_bodies, people
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.finding_alerts import metric_named
from dexter_mcp.simulator.routes.writing import accepted, choose, invalid, require
from dexter_mcp.simulator.shapes.alert_rules import metric_rule_json
from dexter_mcp.simulator.telling.story import Json

_LONGEST_NAME = 256
_ABOVE, _BELOW = 0, 1
_MINUTE = 60
_RESULTS = {"critical": 75, "warning": 50}
_CRITICAL, _WARNING = _RESULTS
_MOST = 2
_TYPES = ("email", "slack", "msteams", "pagerduty", "opsgenie", "sentry_app", "discord")
_TARGETS = ("user", "team", "specific", "sentry_app")
_EVENT_TYPES = {"events": ["error", "default"], "metrics": []}


def create(call: Call) -> Response:
    """Make a rule: a monitor, and an alert that does what its triggers say."""
    told = bodies.told(call)
    label = bodies.name(told, _LONGEST_NAME)
    project = _project(call, told)
    number, now = call.world.next_id(1_000), call.world.now()
    monitor = Monitor(number, call.org.slug, project.id, label, METRIC, now)
    monitor.created_by, monitor.source_type = bodies.creator(call), "snuba_query_subscription"
    _write(call, monitor, told)
    return JSONResponse(metric_rule_json(call, monitor), 201)


def replace_one(call: Call) -> Response:
    """Put another rule in the place of one; what the body leaves out is no more."""
    told, monitor = bodies.told(call), metric_named(call)
    label = bodies.name(told, _LONGEST_NAME)
    project = _project(call, told)
    _write(call, monitor, told)
    monitor.name, monitor.project, monitor.updated = label, project.id, call.world.now()
    return JSONResponse(metric_rule_json(call, monitor))


def remove(call: Call) -> Response:
    """Delete a rule, and the alert that was made with it."""
    monitor = metric_named(call)
    call.world.alerts.remove_monitor(monitor.id)
    _forget(call, monitor)
    return accepted()


def _project(call: Call, told: Json) -> Project:
    require(told, "projects")
    named = [call.world.project(call.org.slug, str(one)) for one in fields.items(told, "projects")]
    if len(named) > 1:
        raise invalid(projects="Ensure this field has no more than 1 elements.")
    if not named or named[0] is None:
        raise invalid(projects="Invalid project")
    return named[0]


def _write(call: Call, monitor: Monitor, told: Json) -> None:
    require(told, "aggregate", "timeWindow", "thresholdType", "triggers")
    choose(told, "thresholdType", (_ABOVE, _BELOW))
    choose(told, "timeWindow", metric_bodies.MINUTES)
    choose(told, "detectionType", (*metric_bodies.KINDS, None))
    if "query" not in told:
        require(told, "query")
    triggers = bodies.objects(told, "triggers")
    _check_triggers(triggers, told)
    actions = [_actions(call, each) for each in triggers]
    source = metric_bodies.source(call, monitor, _counted(told))
    owner = people.owner(call, told)
    monitor.source, monitor.owner, monitor.config = source, owner, _config(told)
    monitor.conditions = list(_conditions(triggers, told))
    call.world.alerts.add_monitor(monitor)
    _act(call, monitor, list(zip(triggers, actions, strict=True)))


def _counted(told: Json) -> Json:
    """Say it as monitors do, whose windows are in seconds."""
    dataset = fields.text(told, "dataset") or "events"
    return {
        "dataset": dataset,
        "aggregate": told["aggregate"],
        "query": told["query"],
        "timeWindow": told["timeWindow"] * _MINUTE,
        "environment": told.get("environment"),
        "eventTypes": told.get("eventTypes") or _EVENT_TYPES.get(dataset, ["transaction"]),
    }


def _config(told: Json) -> Json:
    if not (delta := fields.number(told, "comparisonDelta")):
        return {"detectionType": told.get("detectionType") or "static"}
    return {"detectionType": "percent", "comparisonDelta": delta * _MINUTE}


def _check_triggers(triggers: Sequence[Json], told: Json) -> None:
    if not triggers:
        raise bodies.whole("Must include at least one trigger")
    if len(triggers) > _MOST:
        raise bodies.whole(
            "Must send 1 or 2 triggers - A critical trigger, and an optional warning trigger"
        )
    labels = [each.get("label") for each in triggers]
    if labels == [labels[0]] and labels[0] != _CRITICAL:
        raise bodies.whole(f'First trigger must be labeled "{_CRITICAL}"')
    if len(labels) > 1 and labels != [_CRITICAL, _WARNING]:
        raise bodies.whole(
            f'First trigger must be labeled "{_CRITICAL}", '
            f'second trigger must be labeled "{_WARNING}"'
        )
    for each in triggers:
        require(each, "alertThreshold")
        bodies.amount(each, "alertThreshold")
    _check_sides(triggers, told)


def _check_sides(triggers: Sequence[Json], told: Json) -> None:
    """Refuse a warning beyond the critical threshold, or a resolution beyond either."""
    below = told["thresholdType"] == _BELOW
    side, sign = ("below", -1) if below else ("above", 1)
    limits = [_held(told, each["alertThreshold"], below=below) * sign for each in triggers]
    if limits[0] < limits[-1]:
        raise bodies.whole(f"Critical trigger must have an alert threshold {side} warning trigger")
    resolve = bodies.amount(told, "resolveThreshold")
    for trigger, limit in zip(triggers, limits, strict=True):
        if resolve is not None and limit < _held(told, resolve, below=below) * sign:
            label = str(trigger["label"]).title()
            raise bodies.whole(f"{label} alert threshold must be {side} resolution threshold")


def _conditions(triggers: Sequence[Json], told: Json) -> Iterator[tuple[str, object, int]]:
    below = told["thresholdType"] == _BELOW
    beyond, within = ("lt", "gte") if below else ("gt", "lte")
    for each in triggers:
        yield beyond, _held(told, each["alertThreshold"], below=below), _RESULTS[each["label"]]
    if (resolve := told.get("resolveThreshold")) is not None:
        yield within, _held(told, resolve, below=below), 0


def _held(told: Json, limit: float, *, below: bool) -> float:
    """Hold a change as what it leaves, in percent of what was."""
    if not told.get("comparisonDelta"):
        return limit
    return 100 - limit if below else 100 + limit


def _actions(call: Call, trigger: Json) -> list[Json]:
    with bodies.within("triggers"):
        return [_action(call, each) for each in bodies.objects(trigger, "actions")]


def _action(call: Call, told: Json) -> Json:
    require(told, "type", "targetType")
    choose(told, "type", _TYPES)
    choose(told, "targetType", _TARGETS)
    whom, integration = told.get("targetIdentifier"), told.get("integrationId")
    if told["type"] not in {"email", "sentry_app"}:
        if call.world.integrations.get(call.org.slug, str(integration)) is None:
            raise invalid(integration="Integration must be provided for this action type")
    elif told["targetType"] in {"user", "team"}:
        people.owner(call, {"targetIdentifier": f"{told['targetType']}:{whom}"}, "targetIdentifier")
    named = told["targetType"] == "specific"
    config = {
        "targetType": told["targetType"],
        "targetIdentifier": told.get("inputChannelId") if named else str(whom or "") or None,
        "targetDisplay": whom if named else None,
    }
    number = None if integration is None else str(integration)
    return {"type": told["type"], "integrationId": number, "config": config, "data": {}}


def _act(call: Call, monitor: Monitor, told: Sequence[tuple[Json, list[Json]]]) -> None:
    """Let one alert alone listen to the monitor: the one that does what the triggers say."""
    _forget(call, monitor)
    for alert in call.world.alerts.of(monitor.org):
        alert.monitors = [one for one in alert.monitors if one != monitor.id]
    filters = [
        Filters("all", [("issue_priority_greater_or_equal", _RESULTS[each["label"]])], actions)
        for each, actions in told
        if actions
    ]
    if filters:
        made = bodies.new_alert(call, monitor.name, filters=filters, monitors=[monitor.id])
        made.frequency, made.owner, made.acts_for = 0, monitor.owner, monitor.id
        call.world.alerts.add_alert(made)


def _forget(call: Call, monitor: Monitor) -> None:
    for alert in call.world.alerts.of(monitor.org):
        if alert.acts_for == monitor.id:
            del call.world.alerts.alerts[alert.id]
