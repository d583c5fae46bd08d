"""Which releases a list shows, and in which order."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from dexter_mcp.simulator.memory.records import Project, Release
from dexter_mcp.simulator.memory.sessions import Sum
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.routes.selection import environments, span
from dexter_mcp.simulator.search.grammar import SearchError, Term, matches, parse_event_query
from dexter_mcp.simulator.search.versions import compares, numbers
from dexter_mcp.simulator.shapes.release_health import adoption_json
from dexter_mcp.simulator.shapes.releases import projects_of, version_info

_SUMMARY = timedelta(days=14)
_TIMED = ("statsPeriod", "start", "end")


def asked_release(call: Call) -> Release:
    """Find the release of the path, within the project of the path if there is one."""
    release = call.world.release(call.org.slug, call.part("version"))
    if release is None:
        raise not_found()
    if "project" in call.request.path_params and call.project.slug not in release.projects:
        raise not_found()
    return release


def find(call: Call, projects: Sequence[Project]) -> list[Release]:
    """Find the releases that a query string asks for, in the order that it asks for."""
    slugs = {project.slug for project in projects}
    found = [r for r in call.world.releases if r.org == call.org.slug and slugs & {*r.projects}]
    if wanted := call.query.get("status"):
        if wanted not in {"open", "archived"}:
            raise bad_request("invalid value for status")
        found = [release for release in found if release.status == wanted]
    found = _timely(call, _present(call, found))
    for term in _terms(call):
        found = [r for r in found if _holds(call, r, term) != term.negated]
    return sorted(found, key=_order(call), reverse=True)


def _timely(call: Call, releases: list[Release]) -> list[Release]:
    if not any(call.query.get(name) for name in _TIMED):
        return releases
    start, end = span(call)
    return [release for release in releases if start <= release.date <= end]


def _present(call: Call, releases: list[Release]) -> list[Release]:
    """Keep the releases that an environment has seen: by a deploy, or by an event."""
    wanted = environments(call)
    if not wanted:
        return releases
    there = Where.among("environment", wanted)
    seen = set(call.world.store.releases(there))
    seen |= {
        version
        for (org, version), deploys in call.world.shipping.deploys.items()
        if org == call.org.slug and any(deploy.environment in wanted for deploy in deploys)
    }
    return [release for release in releases if release.version in seen]


def _terms(call: Call) -> tuple[Term, ...]:
    try:
        return parse_event_query(call.query.get("query") or "")
    except SearchError as error:
        raise bad_request(str(error)) from error


def _holds(call: Call, release: Release, term: Term) -> bool:
    """Apply a term; as in Sentry, one that is not about releases changes nothing."""
    match term.key:
        case "":
            return _has_text(release.version, term)
        case "release.version":
            return any(compares(release.version, term.operator, value) for value in term.values)
        case "release" | "release.package" | "release.build" | "release.stage":
            said = _words(call, release, term.key)
            return any(matches(value, word) for value in term.values for word in said)
        case _:
            return not term.negated


def _words(call: Call, release: Release, key: str) -> set[str]:
    told = version_info(release.version)
    match key:
        case "release.package":
            return {told["package"] or ""}
        case "release.build":
            return {told["version"]["buildCode"] or ""}
        case "release.stage":
            return {stage["stage"] for stage in adoption_json(call.world, release).values()}
        case _:
            return {release.version}


def _has_text(version: str, term: Term) -> bool:
    return any(
        matches(text if term.wildcard else f"*{text.replace('*', chr(92) + '*')}*", version)
        for text in term.values
    )


def _order(call: Call) -> Callable[[Release], tuple[float, ...]]:
    name = call.query.get("sort") or "date"
    if name in _BY_HEALTH:
        if call.query.get("flatten") != "1":
            raise bad_request("sorting by crash statistics requires flattening (flatten=1)")
        return lambda release: (_BY_HEALTH[name](_health(call, release)), *_date(release))
    if name not in _BY_RELEASE:
        raise bad_request("invalid sort")
    return _BY_RELEASE[name]


def _date(release: Release) -> tuple[float, ...]:
    return (release.date.timestamp(), release.id)


def _version(release: Release) -> tuple[float, ...]:
    told = numbers(release.version)
    return (*told, *(0,) * (4 - len(told)), *_date(release))


def _health(call: Call, release: Release) -> Sum:
    now, chosen = call.world.now(), [p.id for p in projects_of(call.world, release)]
    hours = call.world.sessions.between((now - _SUMMARY).timestamp(), now.timestamp(), chosen)
    wanted = call.query.getlist("environment")
    return call.world.sessions.sum(
        hour
        for hour in hours
        if hour.release == release.version and (not wanted or hour.environment in wanted)
    )


_BY_RELEASE: Mapping[str, Callable[[Release], tuple[float, ...]]] = {
    "date": _date,
    "adoption": _date,
    "semver": _version,
    "build": _version,
}
# The worst come first, as in Sentry: it sorts by the rate of crashes.
_BY_HEALTH: Mapping[str, Callable[[Sum], float]] = {
    "sessions": lambda health: health.sessions,
    "users": lambda health: health.users,
    "crash_free_sessions": lambda health: 1 - (health.crash_free_sessions or 1),
    "crash_free_users": lambda health: 1 - (health.crash_free_users or 1),
}
