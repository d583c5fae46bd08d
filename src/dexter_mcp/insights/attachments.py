"""The files that came with events, and one of them, however it was named."""

import re
from dataclasses import replace
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk, NamedIssue
from dexter_mcp.sentry.attachments import Attachment
from dexter_mcp.sentry.errors import Invalid, NotFound, Rejected
from dexter_mcp.sentry.identifiers import event_id, organization_of
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views import attachments as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.attachments import LARGEST, File
from dexter_mcp.views.budget import HARD_CAP
from dexter_mcp.views.numbers import size
from dexter_mcp.views.parts import Amount

_LINK: Final = re.compile(
    r"/api/0/projects/(?P<org>[^/]+)/(?P<project>[^/]+)/events/(?P<event>[^/]+)"
    r"/attachments/(?P<attachment>[0-9]+)/?"
)
_ROWS: Final = 20
_ROOM: Final = {"brief": 2_000, "normal": 8_000, "full": HARD_CAP}
"""Characters of an answer that shows a text."""


class _Place(NamedTuple):
    """Where files are: those of one event or, where that is empty, of an issue."""

    org: str
    project: str
    issue: str
    event: str

    @property
    def called(self) -> str:
        return f"event {self.event}" if self.event else f"issue {self.issue}"


async def read_attachment(
    desk: Desk,
    *,
    attachment: str = "",
    event: str = "",
    issue: str = "",
    org: str = "",
    detail: Amount = "normal",
    cursor: str = "",
) -> Answer:
    """Answer with a file, by its number, its name or a link; without any, say which there are.

    Raises:
        Invalid: Neither an event nor an issue was named.
        NotFound: No file of it is called so.
        SentryError: As `errors` draws them.
    """
    if "://" in attachment:
        place, wanted = _linked(attachment, desk.settings.url)
    else:
        place, wanted = await _place(desk, event, issue, org), attachment.strip()
    if not wanted:
        page = await _files(desk, place, cursor)
        return view.listing(page, place.called, fence=desk.fence(), now=desk.now())
    found = await _found(desk, place, wanted)
    file = await _fetched(desk, place._replace(event=found.event_id or place.event), found)
    return view.shown(file, fence=desk.fence(), now=desk.now(), budget=_ROOM[detail])


def _linked(text: str, home: str) -> tuple[_Place, str]:
    """Read a link to a file, as Sentry's pages have it."""
    link = urlsplit(text.strip())
    organization_of(link, home)
    found = _LINK.fullmatch(link.path.removeprefix(urlsplit(home).path.rstrip("/")))
    if not found:
        raise Invalid(
            "That is no link to an attachment. Give its number or name, with `event` or `issue`."
        )
    org, project, event, number = map(unquote, found.groups())
    return _Place(org, project, "", event_id(event)), number


async def _place(desk: Desk, event: str, issue: str, org: str) -> _Place:
    if not (event or issue):
        raise Invalid("Say which `event` or `issue` the file came with.")
    named = await _named(desk, event, issue, org)
    if not named.event:
        with missing.issue(named.org, named.id):
            it = await desk.sentry.issues.get(
                named.org, named.id, collapse=("release", "stats", "tags")
            )
        return _Place(named.org, it.project.slug or it.project.id, it.short_id or it.id, "")
    with missing.event_of(named.org, named.id, named.event):
        found = await desk.sentry.events.get(named.org, named.id, named.event)
    return _Place(named.org, found.project_id, named.id, found.event_id or found.id)


async def _named(desk: Desk, event: str, issue: str, org: str) -> NamedIssue:
    """Settle an event by itself, or one that only its issue can tell, such as the latest."""
    if not issue or "://" in event:
        return await desk.issue(org, event or issue)
    named = await desk.issue(org, issue)
    return replace(named, event=event_id(event)) if event else named


async def _files(desk: Desk, at: _Place, cursor: str = "", rows: int = _ROWS) -> Page[Attachment]:
    files = desk.sentry.attachments
    if at.event:
        return await files.of_event(at.org, at.project, at.event, per_page=rows, cursor=cursor)
    return await files.of_issue(at.org, at.issue, per_page=rows, cursor=cursor)


async def _found(desk: Desk, at: _Place, wanted: str) -> Attachment:
    """Find a file by number or name; of several with one name the newest."""
    absent = NotFound(f"No attachment {wanted[:80]!r} came with {at.called}.")
    absent.advice = "Leave `attachment` out to see which there are."
    if at.event and wanted.isdigit():
        try:
            return await desk.sentry.attachments.get(at.org, at.project, at.event, wanted)
        except NotFound:
            raise absent from None
    page = await _files(desk, at, rows=100)
    for each in page.items:
        if wanted in {each.id, each.name.raw} or wanted.casefold() == each.name.raw.casefold():
            return each
    raise absent


async def _fetched(desk: Desk, at: _Place, it: Attachment) -> File:
    """Fetch a file, unless it is too large or kept where the token does not go."""
    issue = at.issue or (await desk.issue(at.org, at.event)).id
    link = f"{desk.sentry.url}/organizations/{at.org}/issues/{issue}/events/{at.event}/"
    if it.size > LARGEST:
        return File(it, None, link, f"With {size(it.size)} it is too large to show here.")
    try:
        got = await desk.sentry.attachments.download(
            at.org, at.project, at.event, it.id, limit_bytes=LARGEST
        )
    except Rejected as error:
        return File(it, None, link, str(error))
    return File(it, got.content, link)
