"""Events: a single one with all its parts, and an issue's events side by side."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from dexter_mcp.sentry.events import Event, EventSummary, EventUser
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views import pairs
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.event_parts import of_event, title
from dexter_mcp.views.listing import echo, found, onward, short_ago
from dexter_mcp.views.moments import ago, exact
from dexter_mcp.views.parts import ABOUT, Amount, Besides, compose, is_full
from dexter_mcp.views.stacktrace import caught_by
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_VALUE = 60
_TITLE = 80
_CULPRIT = 160
_LONG_VALUE = 200
_MOST_TAGS = 20

_TOLD_ELSEWHERE = frozenset(
    {"user", "url", "transaction", "level", "handled", "mechanism", "release", "environment"}
    | {"browser", "os", "device", "runtime", "trace", "trace.span"}
)


@dataclass(frozen=True)
class FoundEvent:
    """An event, and the issue that it belongs to: its short id, or else its number.

    `besides` are the parts that were asked for by name.
    """

    issue: str
    event: Event
    besides: Besides = field(default_factory=Besides)


@dataclass(frozen=True)
class Asked:
    """What was asked of the list, as it was sent."""

    issue: str
    query: str
    environment: tuple[str, ...]
    within: str


def event(
    found: FoundEvent,
    *,
    include: Sequence[str],
    detail: Amount,
    fence: Fence,
    now: datetime,
    budget: int,
) -> Answer:
    """Show one event with what it knows of itself, in at most `budget` characters."""
    it = found.event
    parts = {
        **of_event(it, include=include, detail=detail, said=it.title),
        ABOUT: _about(it),
        "tags": _tags(it, full=is_full(detail, include)),
        **found.besides.lines,
    }
    text = compose(
        list(_heading(found, now, neighbours=detail == "full")),
        parts,
        _onward(found, detail),
        found.besides.failed,
        include=include,
        detail=detail,
        fence=fence,
        budget=budget,
    )
    return Answer(text, data={"issue": found.issue, "event": it, **found.besides.told})


def listing(page: Page[EventSummary], asked: Asked, *, fence: Fence, now: datetime) -> Answer:
    """Show an issue's events, a line each; what most of them share is said once.

    The title that most of them have is the issue's own, and is not said at all.
    """
    query = echo(
        issue=asked.issue,
        query=asked.query,
        environment=", ".join(asked.environment),
        within=asked.within,
    )
    if not page.items:
        hint = "Widen the period, or leave out `query` and `environment`."
        return Answer("\n".join(["No event matches.", query, *page.notes, hint]), data=page)
    usual = {header: _usual(page.items, tell) for header, tell in _COLUMNS.items()}
    told = [f"{header} {cell}" for header, cell in usual.items() if cell and header != "title"]
    rows = [_row(each, usual, now) for each in page.items]
    inside = [f"unless said: {', '.join(told)}"] if told else []
    block = fence.block([*inside, table(("event", "ago", *_COLUMNS), rows)])
    lines = [f"{found(page, 'event')}, newest first", query, *page.notes, block, *onward(page)]
    return Answer("\n".join(lines), data=page)


def _usual(events: Sequence[EventSummary], tell: Callable[[EventSummary], str]) -> str:
    """Find what at least half of the events have in common; empty if there is no such thing."""
    (cell, times), *_ = Counter(tell(each) for each in events).most_common(1)
    return cell if times * 2 >= len(events) else ""


def _row(each: EventSummary, usual: Mapping[str, str], now: datetime) -> list[str]:
    cells = {header: tell(each) for header, tell in _COLUMNS.items()}
    return [
        name(each.event_id or each.id),
        short_ago(each.date_created, now),
        *("" if cell == usual[header] else cell or "none" for header, cell in cells.items()),
    ]


def _user(user: EventUser | None) -> str:
    if user is None:
        return ""
    return clean(user.id or user.email or user.username or user.ip_address, limit=_VALUE)


_COLUMNS: Mapping[str, Callable[[EventSummary], str]] = MappingProxyType(
    {
        "title": lambda each: clean(each.title, limit=_TITLE),
        "user": lambda each: _user(each.user),
        "release": lambda each: clean(each.tag("release"), limit=_VALUE),
        "environment": lambda each: clean(each.tag("environment"), limit=_VALUE),
    }
)


def _heading(found: FoundEvent, now: datetime, *, neighbours: bool) -> Iterator[str]:
    it = found.event
    unhandled = any(each.mechanism and each.mechanism.handled is False for each in it.exceptions)
    words = [
        f"event {name(it.event_id or it.id)} of issue {name(found.issue)}",
        f"{exact(it.date_created)} ({ago(it.date_created, now)})",
        name(it.platform, limit=_VALUE),
        "unhandled" if unhandled else "",
    ]
    yield " · ".join(filter(None, words))
    beside = (("previous", it.previous_event_id), ("next", it.next_event_id))
    if neighbours:
        yield from (f"{which} event {name(id_)}" for which, id_ in beside if id_)


def _about(it: Event) -> Iterator[str]:
    yield from title(it, it.title)
    told = {
        "in": it.culprit,
        "release": it.tag("release") or (it.release.version if it.release else Untrusted()),
        "environment": it.tag("environment"),
        "level": it.tag("level") if it.tag("level").raw != "error" else Untrusted(),
    }
    words = [f"{label} {clean(text, limit=_CULPRIT)}" for label, text in told.items() if text]
    words += filter(None, [caught_by(it.exceptions)])
    yield from filter(None, [", ".join(words)])


def _tags(it: Event, *, full: bool) -> Iterator[str]:
    if full:
        for pair in pairs.filled(it.tags):
            yield pairs.named(pair, limit=_LONG_VALUE, between=": ")
        return
    own = [pair for pair in it.tags if not _told_elsewhere(pair[0].raw)]
    yield from filter(None, [pairs.one_line(own, most=_MOST_TAGS, limit=_VALUE)])


def _told_elsewhere(key: str) -> bool:
    return key in _TOLD_ELSEWHERE or key.partition(".")[0] in {"browser", "os", "device", "runtime"}


def _onward(found: FoundEvent, detail: Amount) -> str:
    issue = name(found.issue)
    ways = [
        "" if detail == "full" else "detail=full",
        f"`get_issue` issue={issue}",
        "`list_issue_events`",
    ]
    return f"more: {' · '.join(filter(None, ways))}"
