"""Everything that helps to understand an issue, in one answer."""

from collections.abc import Sequence

import anyio

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk, NamedIssue
from dexter_mcp.insights.issue_extras import Wanted, extras
from dexter_mcp.insights.side_by_side import Part, side_by_side
from dexter_mcp.sentry.attachments import Attachment
from dexter_mcp.sentry.commits import Committer
from dexter_mcp.sentry.errors import NotFound, Rejected
from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.issues import Issue, Note
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.issue_context import IssueContext, full
from dexter_mcp.views.parts import Amount

_EXPAND = ("integrationIssues", "sentryAppIssues", "owners", "latestEventHasAttachments")


async def read_issue(
    desk: Desk,
    *,
    issue: str,
    org: str = "",
    environment: Sequence[str] = (),
    include: Sequence[str] = (),
    detail: Amount = "normal",
) -> Answer:
    """Answer with an issue in full, however it was named.

    Raises:
        SentryError: The issue itself did not come.
    """
    since = anyio.current_time()
    async with side_by_side(desk.settings.soft_deadline, since=since) as these:
        named = these.ask("name", lambda: desk.issue(org, issue))
    context = await issue_context(
        desk, named.required(), environment=environment, include=include, since=since
    )
    return full(
        context,
        include=include,
        detail=detail,
        fence=desk.fence(),
        now=desk.now(),
        budget=desk.settings.answer_budget,
    )


async def issue_context(
    desk: Desk,
    named: NamedIssue,
    *,
    environment: Sequence[str] = (),
    include: Sequence[str] = (),
    since: float | None = None,
) -> IssueContext:
    """Fetch an issue, the event that shows it best, its tags, comments, suspect commits and files.

    The parts are asked for side by side. One that fails or is late is named in the result, and
    the others stand. Those that build on the issue or its event begin as soon as these are there.
    What `include` names besides comes too; `since` is as in `side_by_side`.

    Raises:
        SentryError: The issue itself did not come.
    """
    sentry, org, number = desk.sentry, named.org, named.id
    async with side_by_side(desk.settings.soft_deadline, since=since) as these:
        asked = these.ask("issue", lambda: _issue(desk, named, environment))
        event = these.ask("event", lambda: _event(desk, named, environment))
        tags = these.ask("tags", lambda: sentry.tags.list(org, number, environment=environment))
        suspects = these.ask("suspect commits", lambda: _suspects(desk, org, asked, event))
        files = these.ask("attachments", lambda: _attachments(desk, org, asked, event))
        notes = these.ask("comments", lambda: _notes(desk, org, number, asked))
        offered = extras(desk, named, asked, event, environment)
        wanted = Wanted(these, offered, include)
    return IssueContext(
        issue=asked.required(),
        event=event.otherwise(None),
        tags=tags.otherwise(()),
        suspects=suspects.otherwise(()),
        attachments=files.otherwise(()),
        notes=notes.otherwise(()),
        failed=(
            *event.failed,
            *tags.failed,
            *suspects.failed,
            *files.failed,
            *notes.failed,
        ),
        asked=number,
        besides=wanted.brought(),
    )


async def _issue(desk: Desk, named: NamedIssue, environment: Sequence[str]) -> Issue:
    with missing.issue(named.org, named.id, environment):
        return await desk.sentry.issues.get(
            named.org, named.id, environment=environment, expand=_EXPAND
        )


async def _event(desk: Desk, named: NamedIssue, environment: Sequence[str]) -> Event:
    """Read the event that was named, or the one that Sentry recommends; older ones know latest."""
    if named.event:
        with missing.event_of(named.org, named.id, named.event):
            return await desk.sentry.events.get(named.org, named.id, named.event)
    try:
        return await desk.sentry.events.get(
            named.org, named.id, "recommended", environment=environment
        )
    except (NotFound, Rejected):
        return await desk.sentry.events.get(named.org, named.id, "latest", environment=environment)


async def _suspects(
    desk: Desk, org: str, asked: Part[Issue], shown: Part[Event]
) -> tuple[Committer, ...]:
    """Ask for suspect commits; a server that has none to offer says 404."""
    issue, event = await _both(asked, shown)
    try:
        return await desk.sentry.events.suspects(org, issue.project.slug, event.id)
    except NotFound:
        return ()


async def _attachments(
    desk: Desk, org: str, asked: Part[Issue], shown: Part[Event]
) -> tuple[Attachment, ...]:
    issue, event = await _both(asked, shown)
    page = await desk.sentry.attachments.of_event(org, issue.project.slug, event.id)
    return tuple(page.items)


async def _both(asked: Part[Issue], shown: Part[Event]) -> tuple[Issue, Event]:
    """Wait for what other parts build on; without it they fail for the same reason."""
    return (await asked.settled()).required(), (await shown.settled()).required()


async def _notes(desk: Desk, org: str, number: str, asked: Part[Issue]) -> tuple[Note, ...]:
    """Ask for comments only where the issue says that there are some."""
    issue = (await asked.settled()).otherwise(None)
    if issue is None or not issue.num_comments:
        return ()
    return tuple((await desk.sentry.issues.notes(org, number)).items)
