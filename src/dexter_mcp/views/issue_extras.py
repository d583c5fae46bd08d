"""What is told of an issue only to those who ask for it by name."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dexter_mcp.sentry.external_issues import ExternalIssue
from dexter_mcp.sentry.feedback import Report
from dexter_mcp.sentry.grouping import Hash, Similar
from dexter_mcp.sentry.issue_counts import CurrentRelease, InRelease
from dexter_mcp.sentry.issues import Issue, Series
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.feedback import reports
from dexter_mcp.views.issues import state
from dexter_mcp.views.listing import short_ago
from dexter_mcp.views.moments import ago, exact, of_epoch
from dexter_mcp.views.numbers import count, counted, percent
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import clean, name

_TITLE = 80
_VERSION = 80
_LINK = 200
_DAY = "%m-%d"
_HASHES = ("hash", "latest event", "ago", "title", "by")
_TICKETS = ("ticket", "in", "title", "link")
_ALIKE = ("issue", "alike", "title", "state", "events", "users", "last seen")


def hashes(page: Page[Hash], now: datetime) -> Iterator[str]:
    """Show what the events are grouped by; more than one says that issues were merged."""
    rows = [_hash(each, now) for each in page.items]
    yield from _lines(table(_HASHES, rows))
    if page.next_cursor:
        yield f"… more than {len(page.items)}"


def feedback(page: Page[Report], now: datetime) -> Iterator[str]:
    """Show what end users reported."""
    yield from _lines(reports(page.items, now))
    if page.next_cursor:
        yield f"… more than {len(page.items)}"


def similar(found: Sequence[Similar] | None, now: datetime) -> Iterator[str]:
    """Show issues that look alike; none at all is a server that does not compare."""
    if found is None:
        yield "not available: this Sentry does not compare issues"
    elif not found:
        yield "no issue looks alike"
    else:
        yield from _lines(table(_ALIKE, [_similar(each, now) for each in found]))


def replays(number: int | None) -> Iterator[str]:
    """Say how many replays show it; none at all is a server without replays."""
    if number is None:
        yield "not available: this Sentry counts no replays"
    else:
        yield f"{counted(number, 'replay')} with an event of it"


def stats(issue: Issue, current: CurrentRelease | None, now: datetime) -> Iterator[str]:
    """Show the course of the last day and month, and how it does in the newest release.

    No `current` is a server that does not tell.
    """
    yield from _course("last 24h", issue.stats.get("24h", ()), "%H:%M UTC")
    month = issue.stats.get("30d", ())
    yield from _course("last 30d", month, _DAY)
    if days := [f"{_at(at, _DAY)} {count(number)}" for at, number in month if number]:
        yield f"by day: {', '.join(days)}"
    if current:
        yield _in_release(current.current_release, now)


def tickets(issue: Issue) -> Iterator[str]:
    """Show what is linked to it elsewhere."""
    linked = (*issue.integration_issues, *issue.sentry_app_issues)
    yield from _lines(table(_TICKETS, [_ticket(each) for each in linked]))


def _lines(text: str) -> list[str]:
    """Take a table line by line, so that a budget can cut it."""
    return text.split("\n") if text else []


def _hash(it: Hash, now: datetime) -> list[str]:
    latest = it.latest_event
    return [
        name(it.id),
        name(latest.event_id or latest.id) if latest else "",
        short_ago(latest.date_created, now) if latest else "",
        clean(latest.title, limit=_TITLE) if latest else "",
        "merged by Seer" if it.merged_by_seer else "",
    ]


def _similar(it: Similar, now: datetime) -> list[str]:
    return [
        name(it.issue.short_id or it.issue.id),
        "" if it.likeness is None else percent(it.likeness, 1.0),
        clean(it.issue.title, limit=_TITLE),
        state(it.issue),
        count(it.issue.count),
        count(it.issue.user_count),
        short_ago(it.issue.last_seen, now),
    ]


def _course(period: str, series: Series, moment: str) -> Iterator[str]:
    if not series:
        return
    at, most = max(series, key=lambda point: point[1])
    total = sum(number for _, number in series)
    peak = f", most {count(most)} at {_at(at, moment)}" if most else ""
    yield f"{period}: {counted(total, 'event')}{peak}"


def _at(seconds: float, moment: str) -> str:
    at = of_epoch(seconds)
    return at.strftime(moment) if at else "an unknown time"


def _in_release(it: InRelease | None, now: datetime) -> str:
    if it is None:
        return "not seen in the newest release"
    version = clean(it.release.version, limit=_VERSION) if it.release else "the newest release"
    total = sum(number for _, number in it.stats.get("30d", ()))
    first = f"first {exact(it.first_seen)}" if it.first_seen else ""
    last = f"last {ago(it.last_seen, now)}" if it.last_seen else ""
    words = [f"in {version}, the newest release: {counted(total, 'event')} in 30d", first, last]
    return ", ".join(filter(None, words))


def _ticket(it: ExternalIssue) -> list[str]:
    return [
        name(it.called),
        name(it.held_by),
        clean(it.title, limit=_TITLE),
        name(it.web_url, limit=_LINK),
    ]
