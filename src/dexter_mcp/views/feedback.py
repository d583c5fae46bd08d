"""What end users wrote: today's feedback, which are issues, and the older reports on events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dexter_mcp.sentry.feedback import Report
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.issues import state
from dexter_mcp.views.listing import echo, found, onward, short_ago
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_WHO = 50
_SAID = 200
_WHOLE = 1_000
_MESSAGES = ("issue", "ago", "state", "project", "from", "said")
_REPORTS = ("issue", "event", "ago", "from", "said")


@dataclass(frozen=True)
class Asked:
    """What was asked of the list, as it was sent."""

    org: str
    query: str = ""
    project: tuple[str, ...] = ()
    issue: str = ""
    within: str = ""

    @property
    def echo(self) -> str:
        """Repeat it."""
        return echo(
            query=self.query,
            org=self.org,
            project=", ".join(self.project),
            issue=self.issue,
            within=self.within,
        )


def messages(page: Page[Issue], asked: Asked, *, fence: Fence, now: datetime) -> Answer:
    """Show feedback, a line each. Its issue, read in full, tells the page and the replay."""
    if not page.items:
        hint = "Widen `period` or `query`; kind=reports lists the older form, of a project."
        return Answer(f"No feedback.\n{asked.echo}\n{hint}", data=page)
    rows = [_message(each, now) for each in page.items]
    block = fence.block([table(_MESSAGES, rows)])
    text = [found(page, "message"), asked.echo, block, *onward(page)]
    return Answer("\n".join(text), data=page)


def listing(page: Page[Report], asked: Asked, *, fence: Fence, now: datetime) -> Answer:
    """Show reports on events, a line each."""
    if not page.items:
        hint = "Without `issue` and `kind`, `list_feedback` shows what came through the widget."
        return Answer(f"No user reports.\n{asked.echo}\n{hint}", data=page)
    block = fence.block([reports(page.items, now, with_issue=not asked.issue)])
    text = [f"{found(page, 'user report')}, newest first", asked.echo, block, *onward(page)]
    return Answer("\n".join(text), data=page)


def reports(items: Sequence[Report], now: datetime, *, with_issue: bool = False) -> str:
    """Write reports as a table, with the issue that each is about where that is not known."""
    return table(_REPORTS, [_report(each, now, with_issue=with_issue) for each in items])


def _message(it: Issue, now: datetime) -> list[str]:
    told = it.metadata
    return [
        name(it.short_id or it.id),
        short_ago(it.first_seen, now),
        state(it),
        name(it.project.slug),
        _who(told.name, told.contact_email),
        clean(told.message or told.value or it.title, limit=_SAID),
    ]


def _report(it: Report, now: datetime, *, with_issue: bool) -> list[str]:
    return [
        name(it.issue.short_id or it.issue.id) if it.issue and with_issue else "",
        name(it.event_id),
        short_ago(it.date_created, now),
        _who(it.name, it.email),
        clean(it.comments, limit=_WHOLE),
    ]


def _who(called: Untrusted, address: Untrusted) -> str:
    """Name somebody by the address, which says more than the name."""
    return clean(address or called, limit=_WHO)
