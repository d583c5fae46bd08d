"""Routes about the apps of the integration platform."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.shapes.integrations import app_json, installation_json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve the apps of `world`."""
    installations = "/organizations/{org}/sentry-app-installations/"
    return [
        endpoint(world, installations, "app installation", GET=_installations),
        endpoint(world, "/organizations/{org}/sentry-apps/", "organization", GET=_owned),
        endpoint(world, "/sentry-apps/{app}/", "app", GET=_details),
    ]


def _installations(call: Call) -> Response:
    found = [each for each in call.world.integrations.apps if call.org.slug in each.installed]
    page = paging.by_offset(call.request, found)
    shown = [installation_json(each, call.org.slug) for each in page.items]
    return JSONResponse(shown, headers=page.headers)


def _owned(call: Call) -> Response:
    own = [each for each in call.world.integrations.apps if each.org == call.org.slug]
    return JSONResponse([app_json(call.world, each) for each in own])


def _details(call: Call) -> Response:
    """Show an app to those who own it, and a published one to everybody."""
    wanted = call.part("app")
    for each in call.world.integrations.apps:
        owner = call.world.organizations.get(each.org)
        is_open = each.status == "published" or (owner is not None and call.may_enter(owner))
        if is_open and wanted in {each.slug, str(each.id)}:
            return JSONResponse(app_json(call.world, each))
    raise not_found()
