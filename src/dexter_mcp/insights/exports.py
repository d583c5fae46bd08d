"""All rows of a query, page after page, up to a limit or until time is up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import anyio
from anyio.lowlevel import checkpoint

from dexter_mcp.insights import saved_queries
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.discover import Sent, described, first_page, read
from dexter_mcp.insights.event_queries import Place, TableWanted, settle
from dexter_mcp.sentry import trail
from dexter_mcp.sentry.discover import Row, Rows, largest_page
from dexter_mcp.sentry.errors import SentryError
from dexter_mcp.views import exports as view
from dexter_mcp.views.answer import Answer, Failed

_AT_A_TIME: Final = 20
"""Rows that are cleaned within some milliseconds, even if they are long."""


async def export_events(
    desk: Desk, wanted: TableWanted, *, limit: int, form: view.Format, cursor: str = ""
) -> Answer:
    """Answer with a document of at most `limit` rows.

    What came until a page failed, or until time was up, is what the document holds.

    Raises:
        SentryError: Not even the first page came.
    """
    began = anyio.current_time()
    wanted, notes = await saved_queries.filled(desk, wanted)
    place = await settle(desk, wanted.about)
    sent, first = await first_page(
        desk, place, wanted, size=lambda dataset: _size(limit, dataset), cursor=cursor
    )
    left = desk.settings.soft_deadline - (anyio.current_time() - began)
    exported = await _rest(desk, place, sent, first, limit=limit, seconds=left)
    asked = described(place, wanted.about, replace(sent, notes=(*notes, *sent.notes)))
    rows = await written(exported, asked.fields, form)
    return view.answer(exported, rows, asked, form=form, fence=desk.fence(), now=desk.now())


async def written(exported: view.Exported, fields: Sequence[str], form: view.Format) -> list[str]:
    """Write the rows of a document, and let others have their turn every few of them."""
    rows = list[str]()
    for row in view.written(exported, fields, form):
        rows.append(row)
        if len(rows) % _AT_A_TIME == 0:
            await checkpoint()
    return rows


def _size(limit: int, dataset: str) -> int:
    """Choose pages of one size that end where the limit does, or soon after."""
    pages = math.ceil(limit / largest_page(dataset))
    return math.ceil(limit / pages)


@dataclass
class _Gathered:
    """The rows so far, and where they go on."""

    cursor: str
    rows: list[Row] = field(default_factory=list[Row])
    failed: Sequence[Failed] = ()

    def take(self, page: Rows) -> None:
        """Add a page. An empty one is the end, whatever its cursor says."""
        self.rows += page.items
        self.cursor = page.next_cursor if page.items else ""


async def _rest(
    desk: Desk, place: Place, sent: Sent, first: Rows, *, limit: int, seconds: float
) -> view.Exported:
    size, so_far = _size(limit, sent.dataset), _Gathered("")
    so_far.take(first)
    with anyio.move_on_after(seconds) as time:
        try:
            while so_far.cursor and len(so_far.rows) < limit:
                trail.current().said = f"{len(so_far.rows)} of at most {limit} rows"
                so_far.take(await read(desk, place, sent, limit=size, cursor=so_far.cursor))
        except SentryError as error:
            so_far.failed = [Failed("the rest", str(error))]
    whole = len(so_far.rows) <= limit
    return view.Exported(
        so_far.rows[:limit],
        first.meta,
        stopped=_reason(so_far, limit, late=time.cancelled_caught),
        cursor=so_far.cursor if whole else "",
        failed=tuple(so_far.failed),
    )


def _reason(so_far: _Gathered, limit: int, *, late: bool) -> str:
    if late:
        return "There was no time for more rows."
    return f"There are more rows than the `limit` of {limit}." if so_far.cursor else ""
