"""The datasets of events: errors, transactions, both together, and what issues are made from."""

from collections.abc import Mapping
from dataclasses import replace

from dexter_mcp.simulator.discover.columns import Column, Dataset, Type, keys_of
from dexter_mcp.simulator.discover.expressions import Key
from dexter_mcp.simulator.discover.fragments import sql

_STORED = """
    SELECT seq, body, id, project, issue, at, environment, release, user, trace,
           bodies.type AS type, NULL AS duration, NULL AS op, NULL AS status, NULL AS name,
           NULL AS span,
           NULL AS attributes
    FROM events JOIN bodies USING (body) WHERE
"""
_MEASURED = """
    SELECT NULL AS seq, NULL AS body, segment AS id, project, NULL AS issue,
           at + duration / 1000 AS at, environment, release, user, trace, 'transaction' AS type,
           duration, op, status, name, id AS span, attributes
    FROM spans WHERE is_transaction
"""
_OF_BODY = "traits WHERE traits.body = e.body"
_ERRORS = f"{_STORED} NOT occurrence AND bodies.type NOT IN ('transaction', 'feedback')"
_OCCURRENCES = f"{_STORED} occurrence OR bodies.type = 'feedback'"


def _trait(key: str) -> str:
    return f"(SELECT value FROM {_OF_BODY} AND key = '{key}' LIMIT 1)"  # noqa: S608 - our own keys


def _traits(key: str) -> Column:
    listed = f"SELECT json_group_array(value) FROM {_OF_BODY} AND key = '{key}'"  # noqa: S608 - our own keys
    return Column.of(f"nullif(({listed}), '[]')", "array")


def _user(field: str) -> Column:
    return Column.of(f"(SELECT nullif({field}, '') FROM users WHERE users.name = e.user)")  # noqa: S608 - our own columns


def _handled(wanted: str) -> Column:
    held = f"SELECT min(value = '{wanted}') FROM {_OF_BODY} AND key = 'error.handled'"  # noqa: S608 - our own words
    return Column.of(f"({held})", "boolean")


def _attribute(name: str, type_: Type = "string") -> Column:
    return Column.of(f"""json_extract(e.attributes, '$."{name}"')""", type_)


_TITLE = f"coalesce({_trait('title')}, e.name)"
_TIMES: Mapping[str, Column] = {
    "timestamp": Column.of("e.at", "date"),
    "time": Column.of("e.at", "date"),
    "timestamp.to_hour": Column.of("CAST(e.at / 3600 AS INTEGER) * 3600", "date"),
    "timestamp.to_day": Column.of("CAST(e.at / 86400 AS INTEGER) * 86400", "date"),
}
PLACES: Mapping[str, Column] = {
    "id": Column.of("e.id"),
    "project": Column.of("slug(e.project)"),
    "project.name": Column.of("slug(e.project)"),
    "project.id": Column.of("e.project", "integer"),
    "project_id": Column.of("e.project", "integer"),
    "environment": Column.of("nullif(e.environment, '')"),
    "release": Column.of("nullif(e.release, '')"),
    "trace": Column.of("nullif(e.trace, '')"),
    **_TIMES,
}
"""Columns that rows of every dataset have."""

_COLUMNS: Mapping[str, Column] = {
    **PLACES,
    "title": Column.of(_TITLE),
    "message": Column.of(f"coalesce(nullif({_trait('message')}, ''), {_TITLE})"),
    "culprit": Column.of(f"coalesce({_trait('culprit')}, e.name)"),
    "platform": Column.of(_trait("platform")),
    "event.type": Column.of("e.type"),
    "type": Column.of("e.type"),
    "issue": Column.of("short_id(e.issue)"),
    "issue.id": Column.of("e.issue", "integer"),
    "user": Column.of("nullif(e.user, '')"),
    "user.id": _user("number"),
    "user.email": _user("email"),
    "user.username": _user("username"),
    "user.ip": _user("ip"),
    "user.display": _user(
        "coalesce(nullif(email, ''), nullif(username, ''), nullif(number, ''), ip)"
    ),
    "error.type": _traits("error.type"),
    "error.value": _traits("error.value"),
    "error.mechanism": _traits("error.mechanism"),
    "error.handled": _handled("true"),
    "error.unhandled": _handled("false"),
    "stack.filename": _traits("stack.filename"),
    "stack.function": _traits("stack.function"),
    "stack.module": _traits("stack.module"),
    "stack.abs_path": _traits("stack.abs_path"),
    "transaction.duration": Column.of("e.duration", "duration"),
    "transaction.op": Column.of("e.op"),
    "transaction.status": Column.of("e.status"),
    "trace.span": Column.of("e.span"),
}


def _facet(key: Key) -> Column:
    """Look for a tag, or, unless it was written as one, for any other field of that name."""
    own = sql("SELECT value FROM event_tags WHERE event = e.seq AND key = {}", key.name)
    shared = sql(
        f"SELECT value FROM {_OF_BODY} AND key = {{}} AND tag >= {{}} LIMIT 1",  # noqa: S608 - ours
        key.name,
        int(key.tagged),
    )
    measured = _transaction(key)
    return Column(sql("nullif(coalesce(({}), ({}), {}), '')", own, shared, measured.sql))


def _transaction(key: Key) -> Column:
    if key.name == "transaction" and not key.tagged:
        return Column.of("e.name")
    return Column(sql("json_extract(e.attributes, {})", f'$."{key.name}"'))


ERRORS = Dataset(
    name="errors",
    source=_ERRORS,
    columns=_COLUMNS,
    other=_facet,
    text=("message", "title", "culprit"),
    automatic=("id", "project.name"),
    keys=keys_of(_COLUMNS),
)
TRANSACTIONS = replace(
    ERRORS,
    name="transactions",
    source=_MEASURED,
    columns={
        **_COLUMNS,
        "transaction": Column.of("e.name"),
        "http.method": _attribute("http.request.method"),
        "http.status_code": _attribute("http.response.status_code"),
    },
)
DISCOVER = replace(ERRORS, name="discover", source=f"{_ERRORS} UNION ALL {_MEASURED}")
ISSUES = replace(ERRORS, name="issuePlatform", source=_OCCURRENCES)
