"""Rows of events, as a query asked for them. What stands in a cell came with events."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dexter_mcp.sentry.discover import Cell, Meta, Row, Rows
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward
from dexter_mcp.views.quantities import quantity
from dexter_mcp.views.secrets import redact_value
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, glimpse, name

CELL = 60
"""Characters of a text in a table with several columns."""
_WIDE = 100
_FEW = 3
_HEADER = 80
_LINK = 1_500
_NOTE = 300
_WORDS = re.compile(r"[\w.:-]+")


@dataclass(frozen=True)
class Asked:
    """What was asked, as it was sent; `notes` say what was adjusted on the way.

    `bound` are the environments of a saved query, whose names came with events.
    """

    org: str
    dataset: str
    fields: tuple[str, ...]
    query: str
    sort: tuple[str, ...]
    project: tuple[str, ...]
    environment: tuple[str, ...]
    within: str
    link: str = ""
    notes: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()


def rows(page: Rows, asked: Asked, *, fence: Fence, now: datetime) -> Answer:
    """Show a page of a table, a line each row, under the fields that were asked for."""
    asked_for = said(asked)
    if not page.items:
        nothing = ["No row.", *asked_for, fence.block(bounds(asked)), _wider(asked)]
        return Answer("\n".join(filter(None, nothing)), data=page)
    limit = CELL if len(asked.fields) > _FEW else _WIDE
    headers = [clean(field, limit=_HEADER) for field in asked.fields]
    cells = [
        [cell(row, field, page.meta, limit=limit, now=now) for field in asked.fields]
        for row in page.items
    ]
    lines = [
        found(page, f"row of {name(asked.dataset)}", f"rows of {name(asked.dataset)}"),
        *asked_for,
        fence.block([*bounds(asked), table(headers, cells)]),
        *remarks(page.meta),
        *onward(page),
    ]
    return Answer("\n".join(lines), data=page)


def cell(row: Row, field: str, meta: Meta, *, limit: int, now: datetime) -> str:
    """Write one cell: figures with their units, dates short, texts clean and without secrets."""
    kind, unit = meta.fields.get(field, ""), meta.units.get(field, "")
    match row.get(field):
        case None:
            return ""
        case bool() as truth:
            return "yes" if truth else "no"
        case Untrusted() as text:
            moment = moment_in(text) if kind == "date" else None
            return (
                short_date(moment, now, seconds=True)
                if moment
                else text_cell(field, text, limit=limit)
            )
        case number:
            return quantity(number, kind, unit)


def text_cell(field: str, text: Untrusted, *, limit: int) -> str:
    """Clean a text; a telltale name anywhere in the field makes a secret of it."""
    shown = glimpse(text, limit=limit)
    for word in _WORDS.findall(field):
        shown = redact_value(word, shown)
    return clean(shown, limit=limit)


def short_date(moment: datetime, now: datetime, *, seconds: bool = False) -> str:
    """Write a moment in UTC without what it shares with many others: this year, a full hour."""
    day = f"{moment:%m-%d}" if moment.year == now.year else f"{moment:%Y-%m-%d}"
    if not (moment.hour or moment.minute or moment.second):
        return day
    fine = seconds and (moment.minute or moment.second)
    return f"{day} {moment:%H:%M:%S}" if fine else f"{day} {moment:%H:%M}"


def empty_columns(items: Sequence[Row], fields: Sequence[str]) -> list[str]:
    """Name the columns in which no row has anything: perhaps there is no such field."""
    return [field for field in fields if items and not any(_tells(row.get(field)) for row in items)]


def remarks(meta: Meta) -> Iterator[str]:
    """Say what keeps the figures from being exact."""
    if meta.data_scanned == "partial":
        yield "Sentry scanned a part of the data only: narrow the period for exact figures."


def _tells(cell: Cell) -> bool:
    return cell is not None and (bool(cell) or not isinstance(cell, Untrusted))


def said(asked: Asked) -> list[str]:
    """Repeat what was asked, with the page on which people see the same, and what was adjusted."""
    query = echo(
        query=asked.query or "(everything)",
        org=asked.org,
        project=", ".join(asked.project),
        environment=", ".join(asked.environment),
        within=asked.within,
        sort=", ".join(asked.sort),
    )
    link = filter(None, [name(asked.link, limit=_LINK)])
    return [query, *link, *(name(note, limit=_NOTE) for note in asked.notes)]


def bounds(asked: Asked) -> list[str]:
    """Name the environments that a saved query is bound to, if any; it belongs into a fence."""
    places = ", ".join(clean(Untrusted(place), limit=_HEADER) for place in asked.bound)
    return [f"environment of the saved query: {places}"] if places else []


def _wider(asked: Asked) -> str:
    filters = [
        "query" if asked.query else "",
        "project" if asked.project else "",
        "environment" if asked.environment or asked.bound else "",
        "period",
    ]
    return f"Widen or leave out: {', '.join(filter(None, filters))}."


def moment_in(text: Untrusted) -> datetime | None:
    """Read a moment in UTC out of a cell; nothing where it holds none."""
    try:
        moment = datetime.fromisoformat(text.raw)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
