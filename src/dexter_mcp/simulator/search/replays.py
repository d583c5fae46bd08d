"""What a query finds among replays."""

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from types import MappingProxyType
from typing import Final

from dexter_mcp.simulator.memory.replays import Replay
from dexter_mcp.simulator.search.grammar import Operator, Term, matches, parse_event_query
from dexter_mcp.simulator.search.values import Keys, SearchError

_NUMBERS: Mapping[str, Callable[[Replay], float]] = MappingProxyType(
    {
        "count_errors": lambda replay: len(replay.errors),
        "count_dead_clicks": lambda replay: replay.count("dead", "rage"),
        "count_rage_clicks": lambda replay: replay.count("rage"),
        "count_urls": lambda replay: len(replay.pages),
        "duration": lambda replay: replay.duration,
        "started_at": lambda replay: replay.started,
        "finished_at": lambda replay: replay.started + replay.duration,
    }
)
_TEXTS: Mapping[str, Callable[[Replay], list[str]]] = MappingProxyType(
    {
        "id": lambda replay: [replay.id],
        "error_id": lambda replay: list(replay.errors),
        "error_ids": lambda replay: list(replay.errors),
        "trace": lambda replay: list(replay.traces),
        "trace_ids": lambda replay: list(replay.traces),
        "url": lambda replay: replay.pages,
        "urls": lambda replay: replay.pages,
        "screen": lambda replay: replay.pages,
        "release": lambda replay: [replay.release],
        "releases": lambda replay: [replay.release],
        "environment": lambda replay: [replay.environment],
        "platform": lambda replay: [replay.platform],
        "browser.name": lambda replay: [replay.browser[0]],
        "browser.version": lambda replay: [replay.browser[1]],
        "os.name": lambda replay: [replay.system[0]],
        "device.name": lambda replay: [replay.device],
        "user.id": lambda replay: [str(replay.user.get("id", ""))],
        "user.email": lambda replay: [str(replay.user.get("email", ""))],
        "user.username": lambda replay: [str(replay.user.get("username", ""))],
        "user.ip": lambda replay: [str(replay.user.get("ip_address", ""))],
        "click.selector": lambda replay: _clicked(replay, "click", "dead", "rage"),
        "dead.selector": lambda replay: _clicked(replay, "dead", "rage"),
        "rage.selector": lambda replay: _clicked(replay, "rage"),
    }
)
_KEYS: Final = Keys(numbers=frozenset(_NUMBERS) - {"started_at", "finished_at"})
_COMPARED: Mapping[Operator, Callable[[float, float], bool]] = MappingProxyType(
    {"=": eq, "!=": ne, ">": gt, ">=": ge, "<": lt, "<=": le}
)


def _clicked(replay: Replay, *kinds: str) -> list[str]:
    return [step.what for step in replay.steps if step.kind in kinds]


def sorting(sort: str) -> Callable[[Replay], float]:
    """Find what to sort by; raises `SearchError` for what can't be sorted by."""
    by = _NUMBERS.get(sort.removeprefix("-"))
    if by is None:
        raise SearchError(f"Invalid sort: {sort}")
    return by


def judge(query: str) -> Callable[[Replay], bool]:
    """Read a query; raises `SearchError` with Sentry's text."""
    terms = parse_event_query(query, _KEYS)
    if loose := next((term for term in terms if not term.key), None):
        raise SearchError(f"Invalid query. Could not understand: {loose.values[0]}")
    return lambda replay: all(_holds(term, replay) for term in terms)


def _holds(term: Term, replay: Replay) -> bool:
    denied = term.negated != (term.operator == "!=" and term.key not in _NUMBERS)
    return _found(term, replay) != denied


def _found(term: Term, replay: Replay) -> bool:
    if number := _NUMBERS.get(term.key):
        compared = _COMPARED[term.operator]
        return term.has or any(compared(number(replay), float(value)) for value in term.values)
    own = _TEXTS.get(term.key)
    held = own(replay) if own else [value for key, value in replay.tags if key == term.key]
    if term.has:
        return any(held)
    if term.wildcard:
        return any(matches(value, each) for value in term.values for each in held)
    return any(value in held for value in term.values)
