"""Routes about alerts as they are today; a server may be too old for them."""

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.alerts import Alert, Firing
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, Handler, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, not_found
from dexter_mcp.simulator.routes.selection import projects, span
from dexter_mcp.simulator.shapes.alerts import firings_json, workflow_json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about alerts."""
    workflows = "/organizations/{org}/workflows/"
    one = f"{workflows}{{workflow}}/"
    return [
        endpoint(world, workflows, "alert", GET=of_today(_listing)),
        endpoint(world, one, "alert", GET=of_today(_details)),
        endpoint(world, f"{one}group-history/", "alert", GET=of_today(_firings)),
    ]


def of_today(handler: Handler) -> Handler:
    """Let a route be unknown to an older server: 404, without a word."""

    def serve(call: Call) -> Response:
        if not call.world.alerts.has_workflows:
            raise Refusal(404, None)
        return handler(call)

    return serve


def numbers(call: Call, name: str = "id") -> set[int]:
    """Read the ids asked for."""
    try:
        return {int(text) for text in call.query.getlist(name)}
    except ValueError:
        raise Refusal(400, {name: ["Invalid ID format"]}) from None


def asked_text(call: Call, *keys: str) -> tuple[dict[str, str], str]:
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


def _listing(call: Call) -> Response:
    found = [alert for alert in call.world.alerts.of(call.org.slug) if _wanted(call, alert)]
    sort = call.query.get("sortBy") or "id"
    by = _SORTS.get(sort.lstrip("-"))
    if by is None:
        raise Refusal(400, {"sortBy": ["Invalid sort field"]})
    found.sort(key=by, reverse=sort.startswith("-"))
    page = paging.by_offset(call.request, found)
    return JSONResponse([workflow_json(call, alert) for alert in page.items], headers=page.headers)


def _wanted(call: Call, alert: Alert) -> bool:
    """Sentry lists what watches nothing whatever the projects asked for; an id beats them all."""
    if ids := numbers(call):
        return alert.id in ids
    chosen = {project.id for project in projects(call)}
    watched = {call.world.alerts.project_of(number) for number in alert.monitors}
    return (not watched or bool(watched & chosen)) and _matches(call, alert)


def _matches(call: Call, alert: Alert) -> bool:
    terms, text = asked_text(call, "name", "action")
    kinds = [action["type"] for filters in alert.filters for action in filters.actions]
    name = alert.name.lower()
    return (
        terms.get("name", "") in name
        and ("action" not in terms or terms["action"] in kinds)
        and (text in name or any(text in kind for kind in kinds))
    )


def _found(call: Call) -> Alert:
    number = call.part("workflow")
    alert = call.world.alerts.alerts.get(int(number)) if number.isdecimal() else None
    if alert is None or alert.org != call.org.slug:
        raise not_found()
    return alert


def _details(call: Call) -> Response:
    return JSONResponse(workflow_json(call, _found(call)))


def _firings(call: Call) -> Response:
    start, end = span(call)
    by_issue: dict[int, list[Firing]] = {}
    for firing in sorted(_found(call).firings, key=lambda one: one.at, reverse=True):
        if start <= firing.at <= end:
            by_issue.setdefault(firing.issue, []).append(firing)
    groups = sorted(by_issue.values(), key=lambda one: (-len(one), -one[0].at.timestamp()))
    page = paging.by_offset(call.request, groups)
    return JSONResponse([firings_json(call, one) for one in page.items], headers=page.headers)


_SORTS: Mapping[str, Callable[[Alert], tuple[float | str, int]]] = {
    "id": lambda alert: (0, alert.id),
    "name": lambda alert: (alert.name.lower(), alert.id),
    "dateCreated": lambda alert: (alert.created.timestamp(), alert.id),
    "dateUpdated": lambda alert: (alert.created.timestamp(), alert.id),
    "connectedDetectors": lambda alert: (len(alert.monitors), alert.id),
    "actions": lambda alert: (sum(len(one.actions) for one in alert.filters), alert.id),
    "lastTriggered": lambda alert: (
        alert.last_fired.timestamp() if alert.last_fired else 0,
        alert.id,
    ),
}
