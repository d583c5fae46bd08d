"""Routes about installed integrations, those that could be, and where projects' code is."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.integrations import Integration
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.routes.writing import gone
from dexter_mcp.simulator.shapes.integrations import (
    PROVIDERS,
    catalogue_json,
    channel_json,
    code_mapping_json,
    integration_json,
)
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_CHATS = ("slack", "msteams", "discord")


def routes(world: World) -> list[BaseRoute]:
    """Serve the integrations of `world`."""
    org = "/organizations/{org}/"
    one = f"{org}integrations/{{integration}}/"
    return [
        endpoint(world, f"{org}integrations/", "integration", GET=_listing),
        endpoint(world, one, "integration", GET=_details, DELETE=_uninstall),
        endpoint(world, f"{one}channels/", "integration", GET=_channels),
        endpoint(world, f"{org}config/integrations/", "organization", GET=_providers),
        endpoint(world, f"{org}code-mappings/", "integration", GET=_code_mappings),
    ]


def integration_of(call: Call) -> Integration:
    """Find the integration of the path."""
    found = call.world.integrations.get(call.org.slug, call.part("integration"))
    if found is None:
        raise not_found()
    return found


def _listing(call: Call) -> Response:
    wanted = call.query.get("providerKey") or call.query.get("provider_key")
    features = {each.replace("_", "-") for each in call.query.getlist("features")}
    found = [
        each
        for each in call.world.integrations.of(call.org.slug)
        if wanted in {None, each.provider}
        and (not features or not features.isdisjoint(PROVIDERS[each.provider].features))
    ]
    page = paging.by_offset(call.request, found)
    with_config = call.query.get("includeConfig") != "0"
    shown = [integration_json(call.world, each, with_config=with_config) for each in page.items]
    return JSONResponse(shown, headers=page.headers)


def _details(call: Call) -> Response:
    return JSONResponse(integration_json(call.world, integration_of(call)))


def _channels(call: Call) -> Response:
    """List the channels of a chat, which older servers do not."""
    if call.world.self_hosted or not call.world.alerts.has_workflows:
        raise not_found()
    found = integration_of(call)
    if found.provider not in _CHATS:
        warning = f"Channel listing not supported for provider '{found.provider}'."
        return JSONResponse({"results": [], "warning": warning})
    return JSONResponse({"results": [channel_json(it, found.provider) for it in found.channels]})


def _uninstall(call: Call) -> Response:
    """Forget an integration, and what people and teams are called there."""
    found, settings = integration_of(call), call.world.settings
    call.world.integrations.uninstall(found)
    settings.external = [each for each in settings.external if each.integration != found.id]
    return gone()


def _providers(call: Call) -> Response:
    wanted = call.query.get("providerKey") or call.query.get("provider_key")
    if wanted and wanted not in PROVIDERS:
        raise not_found("Providers do not exist")
    keys = [key for key in PROVIDERS if wanted in {None, key}]
    return JSONResponse({"providers": [catalogue_json(key) for key in keys]})


def _code_mappings(call: Call) -> Response:
    page = paging.by_offset(call.request, list(_mapped(call)))
    return JSONResponse(page.items, headers=page.headers)


def _mapped(call: Call) -> list[Json]:
    integration, projects = call.query.get("integrationId"), call.query.getlist("project")
    kept, org = call.world.integrations, call.org.slug
    pairs = ((each, kept.repository(org, each.repository)) for each in kept.code_mappings)
    return [
        code_mapping_json(call.world, mapping, repository)
        for mapping, repository in pairs
        if repository
        and integration in {None, repository.integration}
        and (not projects or projects == ["-1"] or str(mapping.project) in projects)
    ]
