"""How the routes about alerts find what a request is about, and on which servers they are there."""

from starlette.responses import Response

from dexter_mcp.simulator.memory.alerts import (
    ERRORS,
    ISSUES,
    METRIC,
    Alert,
    Monitor,
    built_in,
    built_in_id,
)
from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes.endpoint import Call, Handler
from dexter_mcp.simulator.routes.refusals import Refusal, not_found
from dexter_mcp.simulator.routes.selection import projects

_ALIASES = {
    "metric": "metric_issue",
    "uptime": "uptime_domain_failure",
    "cron": "monitor_check_in_failure",
}
_SINCE = "2026-05-14T00:00:00.000000Z"


def of_today(handler: Handler) -> Handler:
    """Let a route be unknown to an older server: 404, without a word."""

    def serve(call: Call) -> Response:
        if not call.world.alerts.has_workflows:
            raise Refusal(404, None)
        return handler(call)

    return serve


def deprecated(handler: Handler, replacement: str) -> Handler:
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


def numbers(call: Call, name: str = "id") -> set[int]:
    """Read the ids asked for."""
    try:
        return {int(text) for text in call.query.getlist(name)}
    except ValueError:
        raise Refusal(400, {name: ["Invalid ID format"]}) from None


def alerts_asked(call: Call) -> list[Alert]:
    """List the alerts that a request asks for by ids, projects and a query."""
    return [alert for alert in call.world.alerts.of(call.org.slug) if _is_alert(call, alert)]


def alert_named(call: Call) -> Alert:
    """Find the alert of the path."""
    number = call.part("workflow")
    alert = call.world.alerts.alerts.get(int(number)) if number.isdecimal() else None
    if alert is None or alert.org != call.org.slug:
        raise not_found()
    return alert


def _is_alert(call: Call, alert: Alert) -> bool:
    """Sentry lists what watches nothing whatever the projects asked for; an id beats them all."""
    if ids := numbers(call):
        return alert.id in ids
    chosen = {project.id for project in projects(call)}
    watched = {call.world.alerts.project_of(number) for number in alert.monitors}
    return (not watched or bool(watched & chosen)) and _matches(call, alert)


def _matches(call: Call, alert: Alert) -> bool:
    terms, text = _asked_text(call, "name", "action")
    kinds = [action["type"] for filters in alert.filters for action in filters.actions]
    name = alert.name.lower()
    return (
        terms.get("name", "") in name
        and ("action" not in terms or terms["action"] in kinds)
        and (text in name or any(text in kind for kind in kinds))
    )


def _asked_text(call: Call, *keys: str) -> tuple[dict[str, str], str]:
    """Part a query into terms of the given keys and the text that is left."""
    terms: dict[str, str] = {}
    words: list[str] = []
    for word in call.query.get("query", "").split():
        key, colon, value = word.partition(":")
        if colon and key in keys:
            terms[key] = value.strip('"').lower()
        else:
            words.append(word.strip('"').lower())
    return terms, " ".join(words)


def monitors_of(call: Call, chosen: tuple[Project, ...]) -> list[Monitor]:
    """List the monitors of some projects, those included that nobody added.

    One of those is remembered like any other once somebody changed it.
    """
    known, ids = call.world.alerts.monitors, {project.id for project in chosen}
    added = [one for one in known.values() if one.project in ids]
    native = [one for p in chosen for one in built_in(p.org, p.id, p.created)]
    return [*added, *(one for one in native if one.id not in known)]


def every_monitor(call: Call) -> list[Monitor]:
    """List the monitors of all projects."""
    return monitors_of(call, tuple(call.world.projects_of(call.org.slug)))


def monitors_asked(call: Call) -> list[Monitor]:
    """List the monitors that a request asks for; an id is looked for everywhere."""
    if ids := numbers(call):
        return [monitor for monitor in every_monitor(call) if monitor.id in ids]
    return [one for one in monitors_of(call, projects(call)) if _is_monitor(call, one)]


def monitor_named(call: Call) -> Monitor:
    """Find the monitor of the path."""
    number = call.part("detector")
    found = next((one for one in every_monitor(call) if str(one.id) == number), None)
    if found is None:
        raise not_found()
    return found


def _is_monitor(call: Call, monitor: Monitor) -> bool:
    terms, text = _asked_text(call, "name", "type", "assignee")
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


def rules_of(call: Call) -> list[Alert]:
    """List the alerts that are rules of the project of the path."""
    ids = {built_in_id(kind, call.project.id) for kind in (ERRORS, ISSUES)}
    return [one for one in call.world.alerts.of(call.org.slug) if not ids.isdisjoint(one.monitors)]


def rule_named(call: Call) -> Alert:
    """Find the issue alert rule of the path."""
    found = next((one for one in rules_of(call) if str(one.id) == call.part("rule")), None)
    if found is None:
        raise not_found()
    return found


def metrics_of(call: Call) -> list[Monitor]:
    """List the monitors that are metric alert rules."""
    chosen = {p.id for p in projects(call)} if "project" in call.query else None
    return [
        monitor
        for monitor in call.world.alerts.monitors.values()
        if monitor.org == call.org.slug
        and monitor.type == METRIC
        and monitor.source
        and monitor.project in call.world.projects
        and (chosen is None or monitor.project in chosen)
    ]


def metric_named(call: Call) -> Monitor:
    """Find the metric alert rule of the path."""
    found = next((one for one in metrics_of(call) if str(one.id) == call.part("rule")), None)
    if found is None:
        raise not_found()
    return found
