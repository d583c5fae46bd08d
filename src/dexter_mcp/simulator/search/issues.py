"""The search behind the issue list: which issues, with which counts, in which order."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.memory.store import Totals, Where
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.selection import Selection
from dexter_mcp.simulator.search.event_terms import events_where
from dexter_mcp.simulator.search.grammar import SearchError, Term, parse_issue_query
from dexter_mcp.simulator.search.issue_terms import Subject, in_inbox, is_about_issues, satisfies

_EVENT_ID = re.compile(r"[0-9a-f]{32}")
_PRIORITIES = {"low": 1, "medium": 2, "high": 3}


@dataclass(frozen=True, slots=True)
class Found:
    """An issue that a search found."""

    issue: Issue
    totals: Totals
    """Within the projects, environments and time asked for."""
    lifetime: Totals
    filtered: Totals | None = None
    """Only the events that the query selects; None when it selects none in particular."""
    lately: int = 0
    """Events in the last quarter of the time asked for."""
    event_id: str | None = None
    """The event that was asked for by its id."""


def search(call: Call, selection: Selection, query: str) -> list[Found]:
    """Find issues by a query, unsorted."""
    terms = _parsed(query)
    about_events = [term for term in terms if not is_about_issues(term)]
    about_issues = [term for term in terms if is_about_issues(term)]
    store = call.world.store
    totals = store.totals(selection.where)
    chosen = events_where(call.world, selection.projects, about_events)
    filtered = store.totals(selection.where & chosen) if about_events else {}
    lately = store.counts(selection.where & _last_quarter(selection))
    lifetimes = store.totals(Where.among("issue", totals))
    me = call.member
    return [
        Found(
            issue=call.world.issues[number],
            totals=counted,
            lifetime=lifetimes[number],
            filtered=filtered.get(number),
            lately=lately.get(number, 0),
        )
        for number, counted in totals.items()
        if (number in filtered or not about_events)
        and satisfies(Subject(call.world.issues[number], lifetimes[number], call, me), about_issues)
    ]


def by_ids(call: Call, numbers: list[str]) -> list[Found]:
    """Find exactly the issues with these ids, whatever else the request says."""
    issues = (call.world.issue(call.org.slug, number) for number in numbers if number.isdecimal())
    return [found for issue in issues if issue and (found := whole(call, issue))]


def direct_hit(call: Call, query: str) -> Found | None:
    """Find the issue when the query is nothing but an event id or a short id."""
    query = query.strip()
    event_id = query.replace("-", "").lower()
    if _EVENT_ID.fullmatch(event_id):
        event = call.world.store.find(Where("id = ?", (event_id,))).first()
        issue = call.world.issue(call.org.slug, str(event.issue)) if event else None
        found = whole(call, issue) if issue else None
        return replace(found, event_id=event_id) if found else None
    if call.query.get("shortIdLookup") in {"1", "true"} and not query.isdecimal():
        issue = call.world.issue(call.org.slug, query)
        return whole(call, issue) if issue else None
    return None


def whole(call: Call, issue: Issue) -> Found | None:
    """Take an issue with all its events."""
    totals = call.world.store.lifetime(call.world.events_of(issue))
    return Found(issue, totals, totals) if totals else None


def sort_key(name: str, now: datetime) -> Callable[[Found], int]:
    """Give the key that a sort order falls by; moments are in milliseconds."""
    if name == "recommended":
        return lambda found: _recommendation(found, now)
    if name not in _SORTS:
        raise bad_request(f"Sort key '{name}' not supported.")
    return _SORTS[name]


def _parsed(query: str) -> tuple[Term, ...]:
    try:
        return parse_issue_query(query)
    except SearchError as error:
        raise bad_request(f"Error parsing search query: {error}") from error


def _last_quarter(selection: Selection) -> Where:
    start = selection.end - (selection.end - selection.start) / 4
    return Where("at >= ?", (start.timestamp(),))


def _shown(found: Found) -> Totals:
    return found.filtered or found.totals


def _trend(found: Found) -> int:
    """How much more an issue happened lately than it used to, in thousandths."""
    before = found.totals.count - found.lately
    return round(1000 * found.lately / (before / 3 + 1))


def _recommendation(found: Found, now: datetime) -> int:
    days = max(now.timestamp() - found.totals.last, 0) / 86_400
    weight = _PRIORITIES.get(found.issue.priority, 1) * math.log1p(_shown(found).count)
    return round(1000 * weight / (1 + days))


_SORTS: Mapping[str, Callable[[Found], int]] = {
    "date": lambda found: round(_shown(found).last * 1000),
    "new": lambda found: round(found.lifetime.first * 1000),
    "freq": lambda found: _shown(found).count,
    "user": lambda found: _shown(found).users,
    "trends": _trend,
    "inbox": lambda found: round(found.lifetime.first * 1000) if in_inbox(found.issue) else 0,
}
