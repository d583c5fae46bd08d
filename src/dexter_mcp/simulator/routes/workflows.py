"""Routes about alerts as they are today; a server may be too old for them."""

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.alerts import Alert, Firing
from dexter_mcp.simulator.routes import paging, workflows_writes
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.finding_alerts import alert_named, alerts_asked, of_today
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.selection import span
from dexter_mcp.simulator.shapes.alerts import firings_json, workflow_json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about alerts."""
    workflows = "/organizations/{org}/workflows/"
    one = f"{workflows}{{workflow}}/"
    return [
        endpoint(
            world,
            workflows,
            "alert",
            GET=of_today(_listing),
            POST=of_today(workflows_writes.create),
            PUT=of_today(workflows_writes.switch_all),
            DELETE=of_today(workflows_writes.remove_all),
        ),
        endpoint(
            world,
            one,
            "alert",
            GET=of_today(_details),
            PUT=of_today(workflows_writes.replace_one),
            DELETE=of_today(workflows_writes.remove),
        ),
        endpoint(world, f"{one}group-history/", "alert", GET=of_today(_firings)),
    ]


def _listing(call: Call) -> Response:
    found = alerts_asked(call)
    sort = call.query.get("sortBy") or "id"
    by = _SORTS.get(sort.lstrip("-"))
    if by is None:
        raise Refusal(400, {"sortBy": ["Invalid sort field"]})
    found.sort(key=by, reverse=sort.startswith("-"))
    page = paging.by_offset(call.request, found)
    return JSONResponse([workflow_json(call, alert) for alert in page.items], headers=page.headers)


def _details(call: Call) -> Response:
    return JSONResponse(workflow_json(call, alert_named(call)))


def _firings(call: Call) -> Response:
    start, end = span(call)
    by_issue: dict[int, list[Firing]] = {}
    for firing in sorted(alert_named(call).firings, key=lambda one: one.at, reverse=True):
        if start <= firing.at <= end:
            by_issue.setdefault(firing.issue, []).append(firing)
    groups = sorted(by_issue.values(), key=lambda one: (-len(one), -one[0].at.timestamp()))
    page = paging.by_offset(call.request, groups)
    return JSONResponse([firings_json(call, one) for one in page.items], headers=page.headers)


_SORTS: Mapping[str, Callable[[Alert], tuple[float | str, int]]] = {
    "id": lambda alert: (0, alert.id),
    "name": lambda alert: (alert.name.lower(), alert.id),
    "dateCreated": lambda alert: (alert.created.timestamp(), alert.id),
    "dateUpdated": lambda alert: ((alert.updated or alert.created).timestamp(), alert.id),
    "connectedDetectors": lambda alert: (len(alert.monitors), alert.id),
    "actions": lambda alert: (sum(len(one.actions) for one in alert.filters), alert.id),
    "lastTriggered": lambda alert: (
        alert.last_fired.timestamp() if alert.last_fired else 0,
        alert.id,
    ),
}
