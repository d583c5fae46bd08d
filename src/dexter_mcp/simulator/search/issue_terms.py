"""Search terms about an issue itself: its state, its owner, its age."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dexter_mcp.simulator.memory.records import Issue, Member
from dexter_mcp.simulator.memory.store import Totals
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.search.grammar import Term, matches, relative
from dexter_mcp.simulator.shapes.times import from_epoch

_FOR_REVIEW = {"new", "regressed", "escalating"}
_OLD_CATEGORIES = {
    "db_query": "performance",
    "http_client": "performance",
    "frontend": "performance",
    "mobile": "performance",
    "outage": "cron",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """An issue and what a search may want to know about it."""

    issue: Issue
    lifetime: Totals
    call: Call
    me: Member | None


def is_about_issues(term: Term) -> bool:
    """Tell whether a term asks about issues rather than about their events."""
    return term.key in _WORDS or term.key in _MOMENTS or term.key in _NUMBERS


def satisfies(subject: Subject, terms: Iterable[Term]) -> bool:
    """Tell whether an issue is what all the terms ask for."""
    return all(_holds(subject, term) != term.negated for term in terms)


def in_inbox(issue: Issue) -> bool:
    """Tell whether an issue waits for someone to look at it."""
    by_state = issue.substatus in _FOR_REVIEW
    return issue.status == "unresolved" and (by_state if issue.inbox is None else issue.inbox)


def _holds(subject: Subject, term: Term) -> bool:
    if moment := _MOMENTS.get(term.key):
        return _in_time(from_epoch(moment(subject)), term, subject.call.world.now())
    if number := _NUMBERS.get(term.key):
        return any(_compares(number(subject), term.operator, float(v)) for v in term.values)
    words = {word for word in _WORDS[term.key](subject) if word}
    if term.has:
        return bool(words - {"none"})
    found = any(_says(value, word, term) for value in term.values for word in words)
    return found != (term.operator == "!=")


def _says(value: str, word: str, term: Term) -> bool:
    return matches(value, word) if term.wildcard else value.casefold() == word.casefold()


def _in_time(moment: datetime, term: Term, now: datetime) -> bool:
    value = term.values[0]
    limit = relative(value, now)
    if limit is None:
        return False
    if value.startswith(("+", "-")):
        return moment <= limit if value.startswith("+") else moment >= limit
    if term.operator == "=" and len(value) == len("2026-08-01"):
        return limit <= moment < limit + timedelta(days=1)
    if term.operator == "=":
        return abs(moment - limit) <= timedelta(minutes=5)
    return _compares(moment.timestamp(), term.operator, limit.astimezone(UTC).timestamp())


def _compares(left: float, operator: str, right: float) -> bool:
    return {
        "=": left == right,
        "!=": left != right,
        ">": left > right,
        ">=": left >= right,
        "<": left < right,
        "<=": left <= right,
    }[operator]


def _states(subject: Subject) -> set[str]:
    issue = subject.issue
    states = {issue.status, issue.substatus, "assigned" if issue.assigned_to else "unassigned"}
    states |= {"archived", "muted"} if issue.status == "ignored" else set()
    states |= {"for_review"} if in_inbox(issue) else set()
    linked = any(each.issue == issue.number for each in subject.call.world.integrations.tickets)
    return states | {"linked" if linked else "unlinked"}


def _owners(subject: Subject) -> set[str]:
    kind, _, name = subject.issue.assigned_to.partition(":")
    if kind == "team":
        mine = subject.me is not None and name in subject.me.teams
        return {f"#{name}", "my_teams" if mine else ""}
    if kind == "user":
        return {name, "me" if subject.me and subject.me.email == name else ""}
    return {"none"}


def _owners_or_suggested(subject: Subject) -> set[str]:
    author = subject.call.world.author(subject.issue.org, subject.issue.suspect)
    me = "me" if author and subject.me and subject.me.email == author else ""
    return (_owners(subject) - ({"none"} if author else set())) | {author, me}


def _categories(subject: Subject) -> set[str]:
    category = subject.issue.category
    return {category, _OLD_CATEGORIES.get(category, "")}


def _project(subject: Subject) -> set[str]:
    project = subject.call.world.projects[subject.issue.project]
    return {project.slug, str(project.id)}


def _first_release(subject: Subject) -> set[str]:
    world, issue = subject.call.world, subject.issue
    versions = world.store.releases(world.events_of(issue))[:1]
    newest = world.releases_of(world.projects[issue.project])[:1]
    latest = {"latest"} if versions == [release.version for release in newest] else set[str]()
    return {*versions, *latest}


def _bookmarks(subject: Subject) -> set[str]:
    me = subject.me.email if subject.me else ""
    return subject.issue.bookmarked_by | ({"me"} if me in subject.issue.bookmarked_by else set())


def _subscribers(subject: Subject) -> set[str]:
    me = subject.me.email if subject.me else ""
    return {*subject.issue.subscribed_by, *({"me"} if me in subject.issue.subscribed_by else ())}


_WORDS: Mapping[str, Callable[[Subject], set[str]]] = {
    "is": _states,
    "status": lambda subject: {subject.issue.status},
    "substatus": lambda subject: {subject.issue.substatus},
    "assigned": _owners,
    "assigned_to": _owners,
    "assigned_or_suggested": _owners_or_suggested,
    "bookmarks": _bookmarks,
    "subscribed": _subscribers,
    "issue": lambda subject: {subject.issue.short_id},
    "issue.id": lambda subject: {str(subject.issue.number)},
    "issue.category": _categories,
    "issue.type": lambda subject: {subject.issue.kind},
    "issue.priority": lambda subject: {subject.issue.priority},
    "priority": lambda subject: {subject.issue.priority},
    "project": _project,
    "project.name": _project,
    "project.id": _project,
    "firstRelease": _first_release,
    "first-release": _first_release,
    "regressed_in_release": lambda subject: {
        str(entry.data.get("version", ""))
        for entry in subject.issue.activity
        if entry.type == "set_regression"
    },
}

_MOMENTS: Mapping[str, Callable[[Subject], float]] = {
    "age": lambda subject: subject.lifetime.first,
    "firstSeen": lambda subject: subject.lifetime.first,
    "first_seen": lambda subject: subject.lifetime.first,
    "lastSeen": lambda subject: subject.lifetime.last,
    "last_seen": lambda subject: subject.lifetime.last,
}

_NUMBERS: Mapping[str, Callable[[Subject], float]] = {
    "timesSeen": lambda subject: subject.lifetime.count,
    "times_seen": lambda subject: subject.lifetime.count,
}
