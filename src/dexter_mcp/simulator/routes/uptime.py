"""Routes about uptime checks. Unpublished; Sentry's own pages use them."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.monitors import Probe
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.routes.selection import environments, projects, span
from dexter_mcp.simulator.shapes.monitors import check_json, probe_json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve the uptime monitors of `world`."""
    listed, one = "/organizations/{org}/uptime/", "/projects/{org}/{project}/uptime/{probe}/"
    return [
        endpoint(world, listed, "alert", GET=_listing),
        endpoint(world, one, "alert rule", GET=_details),
        endpoint(world, f"{one}checks/", "alert rule", GET=_checks),
    ]


def _listing(call: Call) -> Response:
    _check_known(call)
    chosen = {project.id for project in projects(call)}
    places, text = environments(call), call.query.get("query", "").lower()
    found = [
        probe
        for probe in call.world.monitors.probes
        if probe.org == call.org.slug
        and probe.project in chosen
        and (not places or probe.environment in places)
        and text in f"{probe.name} {probe.url}".lower()
    ]
    page = paging.by_offset(call.request, found)
    return JSONResponse([probe_json(call, probe) for probe in page.items], headers=page.headers)


def _details(call: Call) -> Response:
    return JSONResponse(probe_json(call, _probe(call)))


def _checks(call: Call) -> Response:
    probe, (start, end) = _probe(call), span(call)
    found = [check for check in probe.checks if start <= check.at <= end]
    page = paging.by_offset(call.request, found)
    return JSONResponse([check_json(probe, check) for check in page.items], headers=page.headers)


def _probe(call: Call) -> Probe:
    _check_known(call)
    project, wanted = call.project.id, call.part("probe")
    for probe in call.world.monitors.probes:
        if (probe.project, probe.id) == (project, wanted):
            return probe
    raise not_found()


def _check_known(call: Call) -> None:
    if not call.world.monitors.has_uptime:
        raise not_found()
