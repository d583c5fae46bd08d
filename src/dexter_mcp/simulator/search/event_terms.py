"""Search terms about events, as conditions on the store."""

from collections.abc import Iterable
from datetime import timedelta

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.search.grammar import Term, relative
from dexter_mcp.simulator.search.versions import compares
from dexter_mcp.simulator.world import World

_WITH_FACET = "seq IN (SELECT seq FROM facets WHERE {})"
_TIMES = {"timestamp", "event.timestamp", "start", "end", "time"}
_COLUMNS = {"id", "environment", "release", "user", "trace"}
_ALIASES = {"event.type": "type", "sentry:user": "user", "transaction.name": "transaction"}


def events_where(world: World, projects: Iterable[Project], terms: Iterable[Term]) -> Where:
    """Select the events that satisfy all the terms."""
    projects = tuple(projects)
    found = Where()
    for term in terms:
        held = _term(world, projects, term)
        denied = term.negated != (term.operator == "!=")
        found &= Where(f"NOT ({held.sql})", held.values) if denied else held
    return found


def _term(world: World, projects: tuple[Project, ...], term: Term) -> Where:
    key = _ALIASES.get(term.key, term.key)
    if not key:
        return _free_text(term)
    if key in _TIMES:
        return _time(world, term)
    if key == "release.version":
        return _compared(world, projects, term)
    if key in _COLUMNS:
        return _column(key, _versions(world, projects, key, term))
    return _facet(key, term)


def _free_text(term: Term) -> Where:
    text = term.values[0]
    pattern = text if term.wildcard else f"*{text.replace('*', chr(92) + '*')}*"
    return _events_with("key IN ('title', 'message', 'culprit') AND matches(?, value)", pattern)


def _time(world: World, term: Term) -> Where:
    value, now = term.values[0], world.now()
    limit = relative(value, now)
    if limit is None:
        return Where("0")
    seconds = limit.timestamp()
    if value.startswith(("+", "-")):
        return Where("at <= ?" if value.startswith("+") else "at >= ?", (seconds,))
    if term.operator in {">", ">=", "<", "<="}:
        return Where(f"at {term.operator} ?", (seconds,))
    day = timedelta(days=1).total_seconds()
    return Where("at >= ? AND at < ?", (seconds, seconds + day))


def _versions(world: World, projects: tuple[Project, ...], key: str, term: Term) -> Term:
    """Put the newest release of each project in place of `latest`."""
    if key != "release" or "latest" not in term.values:
        return term
    newest = [release.version for p in projects for release in world.releases_of(p)[:1]]
    kept = [value for value in term.values if value != "latest"]
    return Term("release", "=", (*kept, *newest), term.negated, term.wildcard, term.has)


def _compared(world: World, projects: tuple[Project, ...], term: Term) -> Where:
    """Select the events of the releases whose version is higher, lower or alike; see `_term`."""
    operator = "=" if term.operator == "!=" else term.operator
    known = (release.version for project in projects for release in world.releases_of(project))
    fits = [each for each in known if any(compares(each, operator, v) for v in term.values)]
    return Where.among("release", fits)


def _column(column: str, term: Term) -> Where:
    if term.has:
        return Where(f"{column} != ''")
    return _any_of(column, term)


def _facet(key: str, term: Term) -> Where:
    if term.has:
        return _events_with("key = ? AND value != ''", key)
    if term.values == ("",):
        absent = _events_with("key = ? AND value != ''", key)
        return Where(f"NOT {absent.sql}", absent.values)
    if term.operator in {">", ">=", "<", "<="}:
        compared = f"key = ? AND CAST(value AS REAL) {term.operator} ?"
        return _events_with(compared, key, float(term.values[0]))
    found = _any_of("value", term)
    return _events_with(f"key = ? AND {found.sql}", key, *found.values)


def _any_of(column: str, term: Term) -> Where:
    """Hold for one of the term's values: stars match whatever the case, the rest as written."""
    if not term.wildcard:
        return Where.among(column, term.values)
    each = " OR ".join([f"matches(?, {column})"] * len(term.values))
    return Where(f"({each})", term.values)


def _events_with(condition: str, *values: str | float | None) -> Where:
    return Where(_WITH_FACET.format(condition), values)
