"""The datasets of trace items: spans, logs and metrics, whose attributes have types."""

from collections.abc import Mapping
from dataclasses import replace

from dexter_mcp.simulator.discover.columns import Column, Dataset, Type, keys_of
from dexter_mcp.simulator.discover.events import PLACES
from dexter_mcp.simulator.discover.expressions import Key
from dexter_mcp.simulator.discover.fragments import sql

_JSON_TYPES: Mapping[str, str] = {
    "string": "('text')",
    "number": "('integer', 'real')",
    "boolean": "('true', 'false')",
}
_COLUMN_TYPES: Mapping[str, Type] = {
    "string": "string",
    "number": "number",
    "boolean": "boolean",
}


def attribute(name: str, type_: Type = "string") -> Column:
    """Read an attribute that Sentry's conventions know."""
    return Column.of(f"""json_extract(e.attributes, '$."{name}"')""", type_)


def _typed(key: Key) -> Column:
    """Read any attribute, if it has the type asked for; text unless the key says otherwise."""
    kind = key.kind or "string"
    path = f'$."{key.name}"'
    held = f"json_type(e.attributes, {{}}) IN {_JSON_TYPES[kind]}"
    found = sql(f"CASE WHEN {held} THEN json_extract(e.attributes, {{}}) END", path, path)
    return Column(found, _COLUMN_TYPES[kind])


_CATEGORY = "nullif(substr(e.op, 1, instr(e.op || '.', '.') - 1), '')"
_METHOD = attribute("http.request.method")
_STATUS = attribute("http.response.status_code", "integer")

SPAN_COLUMNS: Mapping[str, Column] = {
    **PLACES,
    "span_id": Column.of("e.id"),
    "parent_span": Column.of("e.parent"),
    "transaction": Column.of("e.name"),
    "transaction.id": Column.of("e.segment"),
    "transaction.span_id": Column.of("e.segment"),
    "is_transaction": Column.of("e.is_transaction", "boolean"),
    "span.op": Column.of("e.op"),
    "span.description": Column.of("e.description"),
    "span.name": Column.of("e.description"),
    "span.category": Column.of(_CATEGORY),
    "span.duration": Column.of("e.duration", "duration"),
    "span.self_time": Column.of("e.self_time", "duration"),
    "span.status": Column.of("e.status"),
    "span.status_code": Column.of(f"CAST({_STATUS.sql.text} AS TEXT)"),
    "span.action": attribute("db.operation"),
    "span.domain": attribute("server.address"),
    "span.system": attribute("db.system"),
    "trace.status": Column.of("e.status"),
    "user": Column.of("nullif(e.user, '')"),
    "user.id": Column.of("(SELECT nullif(number, '') FROM users WHERE users.name = e.user)"),
    "user.email": Column.of("(SELECT nullif(email, '') FROM users WHERE users.name = e.user)"),
    "user.geo.country_code": attribute("user.geo.country_code"),
    "http.request.method": _METHOD,
    "http.method": _METHOD,
    "http.response.status_code": _STATUS,
    "http.status_code": _STATUS,
    "http.response_content_length": attribute("http.response_content_length", "size"),
    "url.full": attribute("url.full"),
    "server.address": attribute("server.address"),
    "db.system": attribute("db.system"),
    "db.operation": attribute("db.operation"),
    "cache.hit": attribute("cache.hit", "boolean"),
    "measurements.lcp": attribute("measurements.lcp", "duration"),
    "measurements.ttfb": attribute("measurements.ttfb", "duration"),
    "messaging.destination.name": attribute("messaging.destination.name"),
    "profile.id": attribute("profile.id"),
    "profiler.id": attribute("profiler.id"),
    "sdk.name": attribute("sdk.name"),
}
LOG_COLUMNS: Mapping[str, Column] = {
    **PLACES,
    "message": Column.of("e.message"),
    "severity": Column.of("e.severity"),
    "severity_number": Column.of("e.severity_number", "integer"),
    "timestamp_precise": Column.of("CAST(e.at * 1000000000 AS INTEGER)", "number"),
    "span_id": Column.of("nullif(e.span, '')"),
    "trace.parent_span_id": Column.of("nullif(e.span, '')"),
    "logger.name": attribute("logger.name"),
}
METRIC_COLUMNS: Mapping[str, Column] = {
    **PLACES,
    "metric.name": Column.of("e.name"),
    "metric.type": Column.of("e.type"),
    "metric.unit": Column.of("e.unit"),
    "value": Column.of("e.value", "number"),
}

SPANS = Dataset(
    name="spans",
    source="SELECT * FROM spans",
    columns=SPAN_COLUMNS,
    other=_typed,
    text=("span.description",),
    duration="span.duration",
    status="span.status",
    items=True,
    automatic=("id", "project.name"),
    keys=keys_of(SPAN_COLUMNS),
)
LOGS = replace(
    SPANS,
    name="logs",
    source="SELECT *, 0.0 AS duration, 'ok' AS status FROM logs",
    columns=LOG_COLUMNS,
    text=("message",),
    duration="timestamp_precise",
    automatic=(),
    largest_page=9_999,
    keys=keys_of(LOG_COLUMNS),
)
METRICS = replace(
    LOGS,
    name="tracemetrics",
    source="SELECT * FROM metrics",
    columns=METRIC_COLUMNS,
    text=("metric.name",),
    duration="value",
    metrics=True,
    keys=keys_of(METRIC_COLUMNS),
)

_NOTHING = "SELECT * FROM metrics WHERE 0"
_FUNCTIONS: Mapping[str, Column] = {
    **PLACES,
    "function": Column.of("NULL"),
    "package": Column.of("NULL"),
    "is_application": Column.of("NULL", "boolean"),
    "function.duration": Column.of("NULL", "duration"),
}
_CHECKS: Mapping[str, Column] = {
    **PLACES,
    "check_id": Column.of("NULL"),
    "check_status": Column.of("NULL"),
    "check_duration_ms": Column.of("NULL", "duration"),
    "http_status_code": Column.of("NULL", "integer"),
    "region": Column.of("NULL"),
    "request_url": Column.of("NULL"),
    "uptime_subscription_id": Column.of("NULL"),
}
PROFILES = replace(
    SPANS,
    name="profile_functions",
    source=_NOTHING,
    columns=_FUNCTIONS,
    text=("function",),
    duration="function.duration",
    items=False,
    automatic=(),
    keys=keys_of(_FUNCTIONS),
)
UPTIME = replace(
    SPANS,
    name="uptime_results",
    source=_NOTHING,
    columns=_CHECKS,
    text=("request_url",),
    duration="check_duration_ms",
    automatic=(),
    keys=keys_of(_CHECKS),
)
