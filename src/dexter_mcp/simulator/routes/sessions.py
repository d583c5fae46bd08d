"""The route about sessions: how many there were, and how many ended in a crash."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.sessions import Hour, Sum
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.intervals import Slots, slots
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.selection import Selection, select
from dexter_mcp.simulator.search.grammar import SearchError, Term, matches, parse_event_query
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_MOST_POINTS = 10_000
_GROUPS = ("project", "release", "environment", "session.status")
_STATUSES = ("healthy", "abnormal", "crashed", "errored")
_RATE = re.compile(r"crash_(?P<free>free_)?rate\((?P<of>session|user)\)")
_DURATION = re.compile(r"(?:avg|p50|p75|p90|p95|p99|max)\(session\.duration\)")


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about sessions."""
    path = "/organizations/{org}/sessions/"
    return [endpoint(world, path, "organization", GET=_sessions)]


@dataclass(frozen=True, slots=True)
class _Group:
    """Some sessions: what they have in common, and the hours that they are in."""

    by: Json
    hours: list[Hour]
    status: str = ""


def _sessions(call: Call) -> Response:
    fields = _fields(call)
    selection = select(call)
    times = slots(call.query, selection)
    hours = _hours(call, selection, times)
    groups = _grouped(hours, _group_by(call))
    shown = _limited(call, groups, fields, times)
    return JSONResponse(
        {
            "start": iso(from_epoch(times.start)),
            "end": iso(from_epoch(times.end)),
            "query": call.query.get("query", ""),
            "intervals": [iso(from_epoch(at)) for at in times],
            "groups": [_shape(call, group, fields, times) for group in shown],
        }
    )


def _fields(call: Call) -> list[str]:
    fields = call.query.getlist("field")
    if not fields:
        raise bad_request('Request is missing a "field"')
    for field in fields:
        if field not in _VALUES and not _RATE.fullmatch(field) and not _DURATION.fullmatch(field):
            raise bad_request(f'Invalid field: "{field}"')
    return fields


def _group_by(call: Call) -> list[str]:
    names = call.query.getlist("groupBy")
    for name in names:
        if name not in _GROUPS:
            raise bad_request(f'Invalid groupBy: "{name}"')
    return names


def _hours(call: Call, selection: Selection, times: Slots) -> list[Hour]:
    chosen = [project.id for project in selection.projects]
    found = call.world.sessions.between(times.start, times.end, chosen)
    wanted = selection.environments
    terms = _terms(call)
    return [
        hour
        for hour in found
        if (not wanted or hour.environment in wanted)
        and all(_holds(hour, term) != term.negated for term in terms)
    ]


def _terms(call: Call) -> tuple[Term, ...]:
    try:
        terms = parse_event_query(call.query.get("query") or "")
    except SearchError as error:
        raise bad_request(str(error)) from error
    for term in terms:
        if term.key not in {"release", "environment"}:
            raise bad_request(f"Invalid search filter: {term.key or term.values[0]}")
    return terms


def _holds(hour: Hour, term: Term) -> bool:
    said = hour.release if term.key == "release" else hour.environment
    found = said in term.values or (term.wildcard and any(matches(v, said) for v in term.values))
    return bool(said) if term.has else found != (term.operator == "!=")


def _grouped(hours: Iterable[Hour], names: Sequence[str]) -> list[_Group]:
    plain = [name for name in names if name != "session.status"]
    found: dict[tuple[str | int, ...], list[Hour]] = {}
    for hour in hours:
        key = tuple(getattr(hour, name) for name in plain)
        found.setdefault(key, []).append(hour)
    if not plain:
        found.setdefault((), [])
    groups = [
        _Group(dict(zip(plain, key, strict=True)), found[key]) for key in sorted(found, key=str)
    ]
    if "session.status" not in names:
        return groups
    return [
        _Group({**group.by, "session.status": status}, group.hours, status)
        for group in groups
        for status in _STATUSES
    ]


def _limited(call: Call, groups: list[_Group], fields: Sequence[str], times: Slots) -> list[_Group]:
    """Order the groups, and show no more than Sentry has points for."""
    order = call.query.get("orderBy") or ""
    if order.lstrip("-"):
        if order.lstrip("-") not in fields:
            raise bad_request("'orderBy' must be one of the provided 'fields'")
        groups = sorted(
            groups,
            key=lambda group: _value(call, order.lstrip("-"), group, group.hours) or 0,
            reverse=order.startswith("-"),
        )
    asked = call.query.get("per_page") or ""
    most = max(_MOST_POINTS // (len(times) + 1), 1)
    return groups[: min(int(asked), most) if asked.isdecimal() else most]


def _shape(call: Call, group: _Group, fields: Sequence[str], times: Slots) -> Json:
    shape: Json = {"by": group.by, "totals": {}, "series": {}}
    if call.query.get("includeTotals") != "0":
        shape["totals"] = {f: _value(call, f, group, group.hours) for f in fields}
    if call.query.get("includeSeries") != "0":
        parts: dict[int, list[Hour]] = {}
        for hour in group.hours:
            parts.setdefault(times.slot(hour.at), []).append(hour)
        shape["series"] = {
            field: [_value(call, field, group, parts.get(at, [])) for at in times]
            for field in fields
        }
    return shape


def _value(call: Call, field: str, group: _Group, hours: Iterable[Hour]) -> float | None:
    total = call.world.sessions.sum(hours)
    if field in _VALUES:
        return _VALUES[field](total, group.status)
    found = _RATE.fullmatch(field)
    if not found or group.status:
        return None
    free = total.crash_free_sessions if found["of"] == "session" else total.crash_free_users
    if free is None:
        return None
    return round(free if found["free"] else 1 - free, 9)


def _sessions_of(total: Sum, status: str) -> int:
    return getattr(total, status) if status else total.sessions


def _users_of(total: Sum, status: str) -> int:
    return total.crashed_users if status == "crashed" else total.users


_VALUES: Mapping[str, Callable[[Sum, str], int]] = {
    "sum(session)": _sessions_of,
    "count_unique(user)": _users_of,
}
