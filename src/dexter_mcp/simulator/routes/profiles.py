"""Routes about profiles: of one transaction, of many, of a profiler that runs all the time."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.discover.catalogue import DATASETS
from dexter_mcp.simulator.discover.table import table
from dexter_mcp.simulator.memory.spans import Span
from dexter_mcp.simulator.memory.store import Value
from dexter_mcp.simulator.routes.discover import scope_of
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request, not_found
from dexter_mcp.simulator.routes.selection import select
from dexter_mcp.simulator.search.values import SearchError
from dexter_mcp.simulator.shapes.profiles import chunk_json, flamegraph_json, profile_json
from dexter_mcp.simulator.world import World

_MOST: Final = 50
"""Transactions that a flame graph is made of."""
_FEW: Final = 10
"""Tasks that a chunk shows."""

_Whole = tuple[Span, Sequence[Span]]
"""A transaction and the spans inside."""


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about profiles."""
    org = "/organizations/{org}/profiling"
    one = "/projects/{org}/{project}/profiling/profiles/{profile}/"
    return [
        endpoint(world, f"{org}/flamegraph/", "organization", GET=_flamegraph),
        endpoint(world, f"{org}/chunks/", "organization", GET=_chunks),
        endpoint(world, one, "project", GET=_profile),
    ]


def _profile(call: Call) -> Response:
    wanted = call.part("profile").replace("-", "").lower()
    project = call.project.id
    found = _wholes(
        call, "project = ? AND json_extract(attributes, ?) = ?", _of("profile", wanted, project)
    )
    if not found:
        raise not_found()
    return JSONResponse(profile_json(*found[0], wanted, project))


def _chunks(call: Call) -> Response:
    wanted = call.query.get("profiler_id", "").replace("-", "").lower()
    if not wanted:
        raise bad_request("profiler_id must be specified.")
    chosen = select(call)
    if len(chosen.projects) != 1:
        raise bad_request("one project_id must be specified.")
    project = chosen.projects[0].id
    condition = "project = ? AND json_extract(attributes, ?) = ? AND at BETWEEN ? AND ?"
    times = (chosen.start.timestamp(), chosen.end.timestamp())
    found = _wholes(call, condition, (*_of("profiler", wanted, project), *times))
    if not found:
        raise not_found()
    return JSONResponse(chunk_json(found[:_FEW], wanted, project))


def _of(kind: str, wanted: str, project: int) -> tuple[Value, ...]:
    return project, f'$."{kind}.id"', wanted


def _flamegraph(call: Call) -> Response:
    chosen = select(call)
    if not chosen.projects:
        raise Refusal(404, None)
    query = f"{call.query.get('query', '')} has:profile.id is_transaction:true".strip()
    try:
        rows = table(scope_of(call, DATASETS["spans"], chosen), ["id"], query, []).rows
    except SearchError as error:
        raise bad_request(str(error)) from error
    ids = [row["id"] for row in rows[:_MOST]]
    found = _wholes(call, f"id IN ({', '.join('?' * len(ids))})", ids)
    return JSONResponse(flamegraph_json(found, chosen.projects[0].id))


def _wholes(call: Call, condition: str, values: Sequence[Value]) -> list[_Whole]:
    """Read transactions with the spans inside, oldest first."""
    roots = _spans(call, f"is_transaction AND {condition}", values)
    segments = [root.segment for root in roots]
    marks = ", ".join("?" * len(segments))
    inside = defaultdict[str, list[Span]](list)
    for span in _spans(call, f"NOT is_transaction AND segment IN ({marks})", segments):
        inside[span.segment].append(span)
    return [(root, inside[root.segment]) for root in roots]


def _spans(call: Call, condition: str, values: Sequence[Value]) -> list[Span]:
    sql = f"SELECT * FROM spans WHERE {condition} ORDER BY at, id"  # noqa: S608 - values are bound
    return [Span(*row) for row in call.world.telemetry.rows(sql, values)]
