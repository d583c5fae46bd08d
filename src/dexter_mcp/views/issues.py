"""Issues as lists show them, and the header that a single one shares with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dexter_mcp.sentry.issues import Assignee, Issue
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward, short_ago
from dexter_mcp.views.moments import ago, exact
from dexter_mcp.views.numbers import count, counted
from dexter_mcp.views.sparkline import sparkline
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_TITLE = 80
_CULPRIT = 50
_WORD = 40
_LINK = 300
_HEADERS = (
    "issue",
    "title",
    "where",
    "project",
    "state",
    "assigned",
    "events",
    "users",
    "last seen",
    "first seen",
)


@dataclass(frozen=True)
class Asked:
    """What was asked of the search, as it was sent."""

    org: str
    query: str
    project: tuple[str, ...]
    environment: tuple[str, ...]
    within: str
    sort: str


def listing(page: Page[Issue], asked: Asked, *, fence: Fence, now: datetime) -> Answer:
    """Show a page of issues, a line each. Counts are of the time range asked for."""
    query = echo(
        query=asked.query or "(everything)",
        org=asked.org,
        project=", ".join(asked.project),
        environment=", ".join(asked.environment),
        within=asked.within,
        sort=asked.sort,
    )
    if not page.items:
        text = "\n".join(["No issue matches.", query, *page.notes, _wider(asked)])
        return Answer(text, data=page)
    projects = tuple({issue.project.slug for issue in page.items})
    rows = [_row(issue, now, several=len(projects) > 1) for issue in page.items]
    if len(projects) == 1 and projects != asked.project:
        query += f"; all in project {name(projects[0])}"
    body = fence.block([table(_HEADERS, rows)])
    lines = [found(page, "issue"), query, *page.notes, body, *onward(page)]
    return Answer("\n".join(lines), data=page)


def state(issue: Issue) -> str:
    """Say an issue's status in a word or two: its substatus where it has one."""
    substatus = name(issue.substatus, limit=_WORD).replace("_", " ")
    match issue.status:
        case "unresolved":
            return substatus or "unresolved"
        case "ignored":
            return substatus or "archived"
        case status:
            return name(status, limit=_WORD).replace("_", " ")


def heading(issue: Issue, now: datetime) -> list[str]:
    """Say what an issue is, in what state, how often it happens and since when, and link to it."""
    return [
        " · ".join(filter(None, _identity(issue))),
        " · ".join(filter(None, _counts(issue))),
        f"first seen {_when(issue.first_seen, now)}, last {_when(issue.last_seen, now)}",
        *filter(None, [name(issue.permalink, limit=_LINK)] if "://" in issue.permalink else []),
    ]


def _identity(issue: Issue) -> Sequence[str]:
    platform = name(issue.project.platform or issue.platform, limit=_WORD)
    project = f"project {name(issue.project.slug)}" if issue.project.slug else ""
    owner = _assignee(issue.assigned_to)
    return (
        name(issue.short_id or issue.id),
        state(issue) if issue.status != "unresolved" else _unresolved(issue),
        *_remarks(issue),
        f"{project} ({platform})" if project and platform else project,
        f"assigned to {owner}" if owner else "unassigned",
    )


def _unresolved(issue: Issue) -> str:
    substatus = state(issue)
    return "unresolved" if substatus == "unresolved" else f"unresolved, {substatus}"


def _remarks(issue: Issue) -> list[str]:
    """Say what is out of the ordinary: most issues are errors of medium priority."""
    priority = name(issue.priority, limit=_WORD)
    kind = name(issue.issue_category, limit=_WORD).replace("_", " ")
    return [
        f"{priority} priority" if priority not in {"", "medium"} else "",
        name(issue.level, limit=_WORD) if issue.level not in {"", "error"} else "",
        kind if kind not in {"", "error"} else "",
        "unhandled" if issue.is_unhandled else "",
    ]


def _counts(issue: Issue) -> list[str]:
    total = f"{counted(issue.count, 'event')}, {counted(issue.user_count, 'user')}"
    return [total, *(_trend(issue, key) for key in ("24h", "30d"))]


def _when(moment: datetime | None, now: datetime) -> str:
    return f"{ago(moment, now)} ({exact(moment)})" if moment else "unknown"


def _trend(issue: Issue, period: str) -> str:
    values = [number for _, number in issue.stats.get(period, ())]
    if not values:
        return ""
    total = sum(values)
    if not total:
        return f"none in last {period}"
    number = f" {count(total)}" if total != issue.count else ""
    return f"last {period}{number} {sparkline(values)}"


def _assignee(assignee: Assignee | None) -> str:
    if assignee is None:
        return ""
    called = name(assignee.name or assignee.email or assignee.id)
    return f"#{called}" if assignee.type == "team" else called


def _row(issue: Issue, now: datetime, *, several: bool) -> list[str]:
    title = clean(issue.title, limit=_TITLE)
    culprit = clean(issue.culprit, limit=_CULPRIT)
    priority = "high" if issue.priority == "high" else ""
    level = name(issue.level, limit=_WORD) if issue.level not in {"", "error"} else ""
    return [
        name(issue.short_id or issue.id),
        title,
        "" if culprit in title else culprit,
        name(issue.project.slug) if several else "",
        ", ".join(filter(None, [state(issue), priority, level])),
        _assignee(issue.assigned_to),
        count(issue.count),
        count(issue.user_count),
        short_ago(issue.last_seen, now),
        short_ago(issue.first_seen, now),
    ]


def _wider(asked: Asked) -> str:
    """Suggest what to widen, the narrowest filter first."""
    filters = [
        "query" if asked.query else "",
        "project" if asked.project else "",
        "environment" if asked.environment else "",
        "period" if asked.within else "",
    ]
    return f"Widen or leave out: {', '.join(filter(None, filters))}."
