"""Routes about the attributes of spans, logs and metrics: which there are, and their values."""

from collections.abc import Iterator

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.discover.attributes import Attribute, attributes, distributions
from dexter_mcp.simulator.discover.catalogue import DATASETS
from dexter_mcp.simulator.discover.columns import Dataset
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.discover import scope_of
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request
from dexter_mcp.simulator.routes.selection import select
from dexter_mcp.simulator.search.values import SearchError
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_ITEMS = ("spans", "logs", "tracemetrics")
_OTHER_ITEMS = ("preprod", "processing_errors")
_TYPES = ("string", "number", "boolean")


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about attributes."""
    items = "/organizations/{org}/trace-items"
    return [
        endpoint(world, f"{items}/attributes/", "organization", GET=_listing),
        endpoint(world, f"{items}/stats/", "organization", GET=_stats),
    ]


def _listing(call: Call) -> Response:
    asked = _asked(call)
    types = call.query.getlist("attributeType") or _TYPES
    wanted = call.query.get("substringMatch", "").lower()
    chosen = select(call)
    found = attributes(scope_of(call, asked, chosen)) if asked and chosen.projects else []
    kept = [one for one in found if one.type in types and wanted in one.name.lower()]
    page = paging.by_offset(call.request, kept)
    return JSONResponse([_shape(one) for one in page.items], headers=page.headers)


def _asked(call: Call) -> Dataset | None:
    """Find the kind of items; of some that Sentry knows there are none here."""
    name = call.query.get("itemType") or call.query.get("dataset") or "spans"
    if name in _OTHER_ITEMS:
        return None
    if name not in _ITEMS:
        raise Refusal(400, {"itemType": [f'"{name}" is not a valid choice.']})
    return DATASETS[name]


def _shape(one: Attribute) -> Json:
    return {
        "key": one.key,
        "name": one.name,
        "attributeType": one.type,
        "attributeSource": {"source_type": "sentry" if one.known else "user"},
        "secondaryAliases": [],
    }


def _stats(call: Call) -> Response:
    if call.query.getlist("statsType") != ["attributeDistributions"]:
        raise Refusal(400, {"statsType": ["This field is required."]})
    asked = DATASETS["errors" if call.query.get("itemType") == "occurrences" else "spans"]
    chosen = select(call)
    if not chosen.projects:
        return JSONResponse({"data": []})
    wanted = call.query.get("substringMatch", "").lower()
    try:
        found = distributions(scope_of(call, asked, chosen), call.query.get("query", ""), wanted)
    except SearchError as error:
        raise bad_request(str(error)) from error
    page = paging.by_offset(call.request, list(_pairs(found)))
    shown = {"attributeDistributions": {"data": dict(page.items)}}
    return JSONResponse({"data": [shown]}, headers=page.headers)


def _pairs(found: dict[str, list[tuple[str, int]]]) -> Iterator[tuple[str, list[Json]]]:
    for name, values in found.items():
        yield name, [{"label": label, "value": count} for label, count in values]
