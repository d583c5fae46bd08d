"""Routes about single traces: the tree, and what it counts."""

import re
from collections import Counter
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.spans import Span
from dexter_mcp.simulator.memory.store import OLDEST, Value, Where
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.selection import span as time_asked
from dexter_mcp.simulator.shapes.traces import Stumble, trace_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_OLD_NAMES: Mapping[str, str] = {
    "errorsCount": "errors",
    "performanceIssuesCount": "performance_issues",
    "spansCount": "span_count",
    "logsCount": "logs",
    "transactionChildCountMap": "transaction_child_count_map",
    "spansCountMap": "span_count_map",
}
_TRACE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{16}")


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about traces."""
    org = "/organizations/{org}"
    return [
        endpoint(world, f"{org}/trace/{{trace}}/", "organization", GET=_tree),
        endpoint(world, f"{org}/trace-meta/{{trace}}/", "organization", GET=_meta),
    ]


def _tree(call: Call) -> Response:
    where = _where(call)
    extra = call.query.getlist("additional_attributes")
    return JSONResponse(trace_json(call.world, _spans(call, where), _stumbles(call, where), extra))


def _where(call: Call) -> Where:
    trace = call.part("trace").replace("-", "").lower()
    if not _TRACE.fullmatch(trace):
        raise Refusal(404, None)
    start, end = time_asked(call)
    projects = Where.among("project", (p.id for p in call.world.projects_of(call.org.slug)))
    lies = Where("at BETWEEN ? AND ?", (start.timestamp(), end.timestamp()))
    return Where("trace = ?", (trace,)) & projects & lies


def _spans(call: Call, where: Where) -> list[Span]:
    sql = f"SELECT * FROM spans WHERE {where.sql}"  # noqa: S608 - values are bound
    return [Span(*row) for row in call.world.telemetry.rows(sql, where.values)]


def _stumbles(call: Call, where: Where) -> list[Stumble]:
    """List the events of the trace; a bare transaction is a span and nothing else."""
    bodies = call.world.store.bodies
    found = call.world.store.find(where & Where("issue IS NOT NULL"), order=OLDEST)
    return [Stumble(event, "_occurrence" in bodies[event.body]) for event in found[:]]


def _meta(call: Call) -> Response:
    where = _where(call)
    spans, stumbles = _spans(call, where), _stumbles(call, where)
    issues = sum(one.occurrence for one in stumbles)
    children = Counter(span.segment for span in spans)
    roots = [span.segment for span in spans if span.is_transaction]
    counts = [{"transaction.event_id": one, "count()": children[one]} for one in roots]
    ops = dict(Counter(span.op for span in spans).most_common())
    logs, metrics = _count(call, "logs", where), _count(call, "metrics", where)
    shown: Json = {
        "errorsCount": len(stumbles) - issues,
        "performanceIssuesCount": issues,
        "spansCount": len(spans),
        "logsCount": logs,
        "metricsCount": metrics,
        "transactionChildCountMap": counts,
        "spansCountMap": ops,
    }
    if call.query.get("include_uptime") == "1":
        shown["uptimeCount"] = 0
    return JSONResponse(_older(shown) if call.world.numeric_projects else shown)


def _older(meta: Json) -> Json:
    """Write what servers wrote that know projects by number only."""
    return {old: meta[new] for new, old in _OLD_NAMES.items()}


def _count(call: Call, table: str, where: Where) -> int:
    sql = f"SELECT count(*) FROM {table} WHERE {where.sql}"  # noqa: S608 - values are bound
    values: tuple[Value, ...] = where.values
    return call.world.telemetry.rows(sql, values)[0][0]
