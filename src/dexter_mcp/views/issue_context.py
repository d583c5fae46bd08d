"""An issue in full: what it takes to find its cause, in one answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from dexter_mcp.sentry.attachments import Attachment
from dexter_mcp.sentry.commits import Committer
from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.issues import Issue, Note, ReleaseRef
from dexter_mcp.sentry.tags import Tag
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.activity import history, line
from dexter_mcp.views.answer import Answer, Failed
from dexter_mcp.views.event_parts import of_event, title
from dexter_mcp.views.issues import heading
from dexter_mcp.views.moments import ago
from dexter_mcp.views.numbers import counted, size
from dexter_mcp.views.parts import ABOUT, Amount, Besides, Parts, compose, is_full, more
from dexter_mcp.views.stacktrace import caught_by
from dexter_mcp.views.tags import telling
from dexter_mcp.views.untrusted import Fence, clean, name

_VERSION = 80
_CULPRIT = 160
_MESSAGE = 120
_LINK = 200
_TITLE = 300
_LATEST = 5
_FEW = 3
_FEW_FILES = 5
_SHORT_SHA = 10


_KNOWS: Mapping[str, str] = MappingProxyType(
    {
        "feedback": "`list_feedback`",
        "replays": "`list_replays`",
        "tickets": "`list_issue_tickets`",
    }
)
"""Tools that know more of a part than an issue shows."""


@dataclass(frozen=True)
class IssueContext:
    """An issue, the event that shows it best, and what surrounds them.

    `asked` is what somebody called the issue; `failed` names the parts that could not be read.
    `besides` are the parts that were asked for by name.
    """

    issue: Issue
    event: Event | None
    tags: tuple[Tag, ...]
    suspects: tuple[Committer, ...]
    attachments: tuple[Attachment, ...]
    notes: tuple[Note, ...]
    failed: tuple[Failed, ...]
    asked: str = ""
    besides: Besides = field(default_factory=Besides)


def full(
    context: IssueContext,
    *,
    include: Sequence[str],
    detail: Amount,
    fence: Fence,
    now: datetime,
    budget: int,
) -> Answer:
    """Show an issue with everything that helps to understand it, in at most `budget` characters.

    `include` picks parts by name and shows them whole; `detail` says how much of each is shown.
    """
    text = compose(
        [*_merger(context), *heading(context.issue, now)],
        _parts(context, include, detail, now),
        _onward(context, detail),
        (*context.failed, *context.besides.failed),
        include=include,
        detail=detail,
        fence=fence,
        budget=budget,
    )
    return Answer(text, data=_data(context))


def _merger(context: IssueContext) -> Iterator[str]:
    """Say that another issue took over the one that was asked for: Sentry just gives that one."""
    asked, issue = context.asked, context.issue
    if asked.isdigit() and asked != issue.id:
        yield f"{name(asked)} was merged into {name(issue.short_id or issue.id)}"


def _parts(context: IssueContext, include: Sequence[str], detail: Amount, now: datetime) -> Parts:
    issue, event, whole = context.issue, context.event, is_full(detail, include)
    return {
        **(of_event(event, include=include, detail=detail, said=issue.title) if event else {}),
        ABOUT: _about(context, now),
        "tags": telling(context.tags, full=whole),
        "activity": _activity(context, now, whole=whole),
        "commits": _commits(context.suspects, now, whole=whole),
        "attachments": files(context.attachments, whole=whole),
        **context.besides.lines,
    }


def _about(context: IssueContext, now: datetime) -> Iterator[str]:
    issue, event = context.issue, context.event
    exceptions = event.exceptions if event else ()
    yield from title(event, issue.title) if event else [clean(issue.title, limit=_TITLE)]
    culprit = f"in {clean(issue.culprit, limit=_CULPRIT)}" if issue.culprit else ""
    yield from filter(None, [", ".join(filter(None, [culprit, caught_by(exceptions)]))])
    yield from filter(None, [_releases(issue.first_release, issue.last_release)])
    tickets = [*issue.integration_issues, *issue.sentry_app_issues]
    for ticket in () if "tickets" in context.besides.lines else tickets:
        words = [name(ticket.called), name(ticket.held_by), name(ticket.web_url, limit=_LINK)]
        yield f"ticket {', '.join(filter(None, words))}"
    for annotation in issue.annotations:
        yield f"link {name(annotation.display_name)} {name(annotation.url, limit=_LINK)}".strip()
    if issue.user_report_count and "feedback" not in context.besides.lines:
        yield f"{counted(issue.user_report_count, 'user report')} (include=feedback)"
    if event:
        yield _shown(issue, event, now)


def _releases(first: ReleaseRef | None, last: ReleaseRef | None) -> str:
    versions = [clean(release.version, limit=_VERSION) for release in (first, last) if release]
    if not any(versions):
        return ""
    if len(set(versions)) == 1:
        return f"first and last in release {versions[0]}"
    return f"first in release {versions[0]}, last in {versions[-1]}"


def _shown(issue: Issue, event: Event, now: datetime) -> str:
    """Say which event it is that is shown, and what differs in it from what is said already."""
    release, environment = event.tag("release"), event.tag("environment")
    last = issue.last_release.version if issue.last_release else Untrusted()
    words = [
        f"event {name(event.event_id or event.id)}",
        ago(event.date_created, now),
        clean(release, limit=_VERSION) if release != last else "",
        clean(environment, limit=_VERSION),
    ]
    return ", ".join(filter(None, words))


def _activity(context: IssueContext, now: datetime, *, whole: bool) -> Iterator[str]:
    told = history(context.issue.activity, context.notes)
    shown = told if whole else told[:_LATEST]
    for each in shown:
        yield line(each, now, whole=whole)
    if left := len(told) - len(shown):
        yield more("activity", f"{left} earlier")


def _commits(suspects: Sequence[Committer], now: datetime, *, whole: bool) -> Iterator[str]:
    """Show suspect commits; their messages are written by members, but whoever can push writes."""
    told = [(each.author, commit) for each in suspects for commit in each.commits]
    for author, commit in told if whole else told[:_FEW]:
        message = clean(commit.message.first_line, limit=_MESSAGE)
        request = commit.pull_request.external_url if commit.pull_request else ""
        words = [
            f"{name(commit.id, limit=_SHORT_SHA).rstrip('…')} {message}",
            f"by {name(author.name or author.email)}",
            ago(commit.date_created, now) if commit.date_created else "",
            name(request, limit=_LINK),
        ]
        yield ", ".join(filter(None, words))


def files(found: Sequence[Attachment], *, whole: bool) -> Iterator[str]:
    """Name the files that came with an event; by their numbers get_attachment opens them."""
    shown = found if whole else found[:_FEW_FILES]
    for file in shown:
        number = f", attachment {name(file.id)}" if whole else ""
        yield f"{clean(file.name, limit=_CULPRIT)} ({size(file.size)}){number}"
    if left := len(found) - len(shown):
        yield more("attachments", f"{left} more")


def _onward(context: IssueContext, detail: Amount) -> str:
    here = name(context.issue.short_id or context.issue.id)
    ways = [
        "" if detail == "full" else "detail=full",
        *(f"{_KNOWS[part]} issue={here}" for part in context.besides.lines if part in _KNOWS),
        f"`get_event` issue={here} event=latest",
        "`list_issue_events`",
        "`get_issue_tag`",
    ]
    return f"more: {' · '.join(filter(None, ways))}"


def _data(context: IssueContext) -> dict[str, object]:
    return {
        "issue": context.issue,
        "event": context.event,
        "tags": context.tags,
        "suspects": context.suspects,
        "attachments": context.attachments,
        "notes": context.notes,
        **context.besides.told,
        "failed": [f"{each.part}: {each.reason}" for each in context.failed],
    }
