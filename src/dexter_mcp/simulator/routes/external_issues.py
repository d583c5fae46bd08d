"""Routes about what issues are linked to elsewhere, and the forms that make such links."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.routes import external_issues_writes as writes
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.integrations import integration_of
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.ticket_forms import to_create, to_link, tracks
from dexter_mcp.simulator.shapes.integrations import app_ticket_json, base_json, ticket_json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve the tickets of the issues of `world`."""
    issue = "/organizations/{org}/issues/{issue}/"
    of_app = "/sentry-app-installations/{installation}/external-issues/"
    return [
        endpoint(world, f"{issue}external-issues/", "event", GET=_of_apps),
        endpoint(world, f"{issue}integrations/", "event", GET=_of_integrations),
        endpoint(
            world,
            f"{issue}integrations/{{integration}}/",
            "event",
            GET=_form,
            POST=writes.create,
            PUT=writes.link,
            DELETE=writes.unlink,
        ),
        endpoint(world, of_app, "app ticket", POST=writes.save_of_app),
        endpoint(world, f"{of_app}{{ticket}}/", "app ticket", DELETE=writes.remove_of_app),
    ]


def _of_apps(call: Call) -> Response:
    kept, issue = call.world.integrations, call.issue
    found = [each for app in kept.apps for each in kept.tickets_of(issue.number, app.slug)]
    return JSONResponse([app_ticket_json(each) for each in found])


def _of_integrations(call: Call) -> Response:
    kept, issue = call.world.integrations, call.issue
    able = [each for each in kept.of(call.org.slug) if tracks(each) and each.standing == "active"]
    page = paging.by_offset(call.request, able)
    shown = [
        base_json(each)
        | {"externalIssues": [ticket_json(one) for one in kept.tickets_of(issue.number, each.id)]}
        for each in page.items
    ]
    return JSONResponse(shown, headers=page.headers)


def _form(call: Call) -> Response:
    issue, action = call.issue, call.query.get("action")
    if action not in {"create", "link"}:
        raise bad_request("Action is required and should be either link or create")
    it = integration_of(call)
    if not tracks(it):
        raise bad_request("This feature is not supported for this integration.")
    fields = to_create(call, it, issue) if action == "create" else to_link(call, issue)
    return JSONResponse(base_json(it) | {f"{action}IssueConfig": fields})
