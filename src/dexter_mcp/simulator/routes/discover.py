"""Routes of Discover and Explore: tables of events, spans, logs and metrics."""

from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.discover.catalogue import DEFAULT, dataset
from dexter_mcp.simulator.discover.columns import Dataset
from dexter_mcp.simulator.discover.conditions import Surroundings
from dexter_mcp.simulator.discover.fragments import from_where
from dexter_mcp.simulator.discover.table import Scope, Table, table
from dexter_mcp.simulator.discover.validation import judge_fields, judge_query, judge_sorts
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.selection import Selection, select
from dexter_mcp.simulator.search.values import SearchError
from dexter_mcp.simulator.shapes.discover import (
    NO_PROJECTS,
    judgement_json,
    table_meta,
    verdict_json,
)
from dexter_mcp.simulator.world import World

_NOT_JUDGED = (
    "This dataset is not compatible with the validate endpoint, your request may still be valid"
)


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about events, as tables."""
    return [
        endpoint(world, "/organizations/{org}/events/", "organization", GET=_table),
        endpoint(world, "/organizations/{org}/events/validate/", "organization", GET=_validate),
    ]


def dataset_of(call: Call) -> Dataset:
    """Find the dataset that a request names."""
    try:
        return dataset(call.query.get("dataset") or DEFAULT, call.world.datasets)
    except SearchError as error:
        raise bad_request(str(error)) from error


def scope_of(call: Call, asked: Dataset, chosen: Selection) -> Scope:
    """Narrow a dataset down to what a request selects."""
    world = call.world
    newest = (world.releases_of(project)[:1] for project in chosen.projects)
    around = Surroundings(
        dataset=asked,
        now=world.now(),
        seconds=(chosen.end - chosen.start).total_seconds(),
        projects=frozenset(project.slug for project in chosen.projects),
        newest=tuple(release.version for some in newest for release in some),
    )
    return Scope(world.telemetry, around, from_where(chosen.where))


def sorts_of(call: Call) -> list[str]:
    """Read what to sort by; `orderby` is the old name."""
    return call.query.getlist("sort") or call.query.getlist("orderby")


def _table(call: Call) -> Response:
    asked = dataset_of(call)
    chosen = select(call)
    if not chosen.projects:
        return JSONResponse(NO_PROJECTS)
    try:
        found = _asked(call, scope_of(call, asked, chosen))
    except SearchError as error:
        raise bad_request(str(error)) from error
    page = paging.by_offset(call.request, found.rows, asked.largest_page)
    body = {"data": list(page.items), "meta": table_meta(asked, found, len(page.items))}
    return JSONResponse(body, headers=page.headers)


def _asked(call: Call, scope: Scope) -> Table:
    return table(scope, _fields(call), call.query.get("query", ""), sorts_of(call))


def _fields(call: Call) -> list[str]:
    return [field for field in call.query.getlist("field") if field]


def _validate(call: Call) -> Response:
    """Judge a question. Unpublished; Sentry's own pages use it."""
    try:
        asked = dataset(call.query.get("dataset") or DEFAULT, call.world.datasets)
    except SearchError as error:
        return _judged(dataset=[{"valid": False, "error": str(error)}])
    chosen = select(call)
    if not chosen.projects:
        error = "At least one valid project is required to query"
        return _judged(projects=[{"valid": False, "error": error}])
    if not asked.items:
        return _judged(dataset=[{"valid": True, "error": _NOT_JUDGED}])
    scope, fields = scope_of(call, asked, chosen), _fields(call)
    wrong, keys = judge_query(scope, call.query.get("query", ""))
    return _judged(
        field=[verdict_json(one) for one in judge_fields(scope, fields)],
        orderby=[verdict_json(one) for one in judge_sorts(scope, fields, sorts_of(call))],
        query={
            "valid": wrong is None and all(key.valid for key in keys),
            "error": wrong,
            "fields": [verdict_json(key) for key in keys],
        },
    )


def _judged(**parts: Any) -> Response:
    shown = judgement_json(**parts)
    return JSONResponse(shown, 200 if shown["valid"] else 400)
