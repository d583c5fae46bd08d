"""Routes about the caller and the organizations that it reaches."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dexter_mcp.simulator.memory.records import Organization
from dexter_mcp.simulator.routes import auth, paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.organization_writes import update
from dexter_mcp.simulator.routes.refusals import forbidden
from dexter_mcp.simulator.shapes.organizations import organization_details, organization_json
from dexter_mcp.simulator.shapes.people import user_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about organizations."""

    async def root(request: Request) -> Response:
        if "authorization" not in request.headers:
            return JSONResponse({"version": "0", "auth": None, "user": None})
        token = auth.authenticate(request, world.tokens)
        return JSONResponse(
            {
                "version": "0",
                "auth": {"scopes": sorted(token.scopes)},
                "user": _account(world, token.user),
            }
        )

    return [
        Route("/api/0/", root),
        endpoint(world, "/users/me/regions/", GET=_regions),
        endpoint(world, "/organizations/", "organization", GET=_listing),
        endpoint(world, "/organizations/{org}/", "organization", GET=_details, PUT=update),
        endpoint(world, "/organizations/{org}/relay_usage/", "organization", GET=_relays),
    ]


def _account(world: World, email: str) -> Json | None:
    return next((user_json(member) for member in world.members if member.email == email), None)


def _regions(call: Call) -> Response:
    if call.token.kind != "user":
        raise forbidden()
    regions = [{"name": name, "url": url or call.base} for name, url in call.world.regions.items()]
    return JSONResponse({"regions": regions})


def _listing(call: Call) -> Response:
    query = call.query.get("query", "").lower()
    found = [
        org
        for org in sorted(call.world.organizations.values(), key=lambda org: org.slug)
        if _is_shown(call, org) and (query in org.slug or query in org.name.lower())
    ]
    page = paging.by_number(call.request, found)
    return JSONResponse([organization_json(call, org) for org in page.items], headers=page.headers)


def _is_shown(call: Call, org: Organization) -> bool:
    """A cell knows its own organizations only; the front door answers for the first region."""
    regions = call.world.regions
    hosts = {urlsplit(url).netloc: name for name, url in regions.items()}
    asked = hosts.get(call.host, next(iter(regions)))
    return call.may_enter(org) and (len(regions) == 1 or org.region == asked)


def _details(call: Call) -> Response:
    shape = organization_json if call.query.get("detailed") == "0" else organization_details
    return JSONResponse(shape(call, call.org))


def _relays(call: Call) -> Response:
    return JSONResponse(call.world.settings.relays[call.org.slug])
