"""Find an event by whatever somebody calls it."""

from collections.abc import Sequence

import anyio

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk, NamedIssue
from dexter_mcp.insights.issue_extras import Wanted, event_extras
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.errors import Invalid, Rejected
from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.identifiers import EVENT_WORDS, event_id, is_event_id, issue_ref
from dexter_mcp.views import events as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.events import FoundEvent
from dexter_mcp.views.parts import Amount

_NEWER_WORDS = EVENT_WORDS - {"latest"}


async def read_event(
    desk: Desk,
    *,
    event: str,
    issue: str = "",
    org: str = "",
    environment: Sequence[str] = (),
    include: Sequence[str] = (),
    detail: Amount = "normal",
) -> Answer:
    """Answer with an event in full, however it was named.

    Raises:
        SentryError: It did not come.
    """
    found = await find_event(
        desk, event=event, issue=issue, org=org, environment=environment, include=include
    )
    return view.event(
        found,
        include=include,
        detail=detail,
        fence=desk.fence(),
        now=desk.now(),
        budget=desk.settings.answer_budget,
    )


async def find_event(
    desk: Desk,
    *,
    event: str,
    issue: str,
    org: str,
    environment: Sequence[str] = (),
    include: Sequence[str] = (),
) -> FoundEvent:
    """Read an event by its id, by a link, or as the latest, oldest or recommended of an issue.

    The parts that need a question of their own come with it where `include` names them.

    Raises:
        Invalid: Neither names an event, or a word such as `latest` came without an issue.
        SentryError: As `errors` draws them.
    """
    since, soft = anyio.current_time(), desk.settings.soft_deadline
    wanted, holder, home = _read(event, issue, org, desk.settings.url)
    async with side_by_side(soft, since=since) as these:
        settled = these.ask("name", lambda: desk.issue(home, holder))
    named = settled.required()
    async with side_by_side(soft, since=since) as these:
        found = these.ask("event", lambda: _event(desk, named, wanted, environment))
        called = these.ask("issue", lambda: _short_id(desk, named))
        offered = event_extras(desk, named.org, found)
        besides = Wanted(these, offered, include)
    shown = found.required()
    issue = called.otherwise("") or shown.group_id or named.id
    return FoundEvent(issue, shown, besides.brought())


def _read(event: str, issue: str, org: str, url: str) -> tuple[str, str, str]:
    """Read which event is meant, what its issue can be found by, and the organization if named."""
    if "://" in event:
        ref = issue_ref(event, url)
        if not ref.event:
            raise Invalid("That link leads to an issue. Read it with `get_issue`.")
        issue, event, org = issue or ref.id, ref.event, org or ref.org
    wanted = event_id(event)
    if not issue and wanted in EVENT_WORDS:
        raise Invalid(f"`{wanted}` of which issue? Give `issue` too, or the id of an event.")
    return wanted, issue if issue and not is_event_id(issue) else wanted, org


async def _event(desk: Desk, named: NamedIssue, wanted: str, environment: Sequence[str]) -> Event:
    with missing.event_of(named.org, named.id, wanted, environment):
        try:
            return await desk.sentry.events.get(
                named.org, named.id, wanted, environment=environment
            )
        except Rejected as error:
            if wanted not in _NEWER_WORDS:
                raise
            said = f"This server knows no {wanted!r} event. Ask for `latest`, or for one by its id."
            raise Invalid(said) from error


async def _short_id(desk: Desk, named: NamedIssue) -> str:
    """Learn what people call the issue; that of a merged one is its survivor's."""
    if not named.id.isdigit():
        return named.id
    issue = await desk.sentry.issues.get(named.org, named.id, collapse=("release", "stats", "tags"))
    return issue.short_id
