"""A table of events, from what somebody asked to what Sentry is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dexter_mcp.insights import datasets, expressions, saved_queries
from dexter_mcp.insights.datasets import Dialect
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.event_queries import (
    Place,
    TableWanted,
    Wanted,
    settle,
    spoken,
    understood,
)
from dexter_mcp.insights.explore_link import table_link
from dexter_mcp.insights.suggestions import guess, guesses, unknown
from dexter_mcp.sentry.discover import MOST_FIELDS, Row, Rows
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.views import discover as view
from dexter_mcp.views.answer import Answer

_WHICH = "`list_event_fields` names the fields that there are."


@dataclass(frozen=True)
class Sent:
    """What Sentry is asked, and what was adjusted for it."""

    dataset: str
    fields: tuple[str, ...]
    query: str
    sort: tuple[str, ...]
    notes: tuple[str, ...]


async def query_events(desk: Desk, wanted: TableWanted, *, limit: int, cursor: str) -> Answer:
    """Answer with a page of a table, under the query as it was sent.

    Raises:
        Invalid: It could not be asked.
        Rejected: Sentry refused it, with what may have been meant.
        SentryError: As `errors` draws them.
    """
    wanted, notes = await saved_queries.filled(desk, wanted)
    place = await settle(desk, wanted.about)
    sent, page = await first_page(desk, place, wanted, size=lambda _: limit, cursor=cursor)
    sent = replace(sent, notes=(*notes, *sent.notes, *_doubts(page.items, sent)))
    asked = described(place, wanted.about, sent)
    return view.rows(page, asked, fence=desk.fence(), now=desk.now())


async def first_page(
    desk: Desk,
    place: Place,
    wanted: TableWanted,
    *,
    size: Callable[[str], int],
    cursor: str = "",
) -> tuple[Sent, Rows]:
    """Ask for a page in the first way that the server understands; its `size` is the data set's."""

    async def ask(way: Dialect) -> tuple[Sent, Rows]:
        sent = shaped(wanted, way)
        return sent, await read(desk, place, sent, limit=size(sent.dataset), cursor=cursor)

    return await spoken(desk, place, wanted.about, wanted.fields, ask)


async def read(desk: Desk, place: Place, sent: Sent, *, limit: int, cursor: str) -> Rows:
    """Ask for a page."""
    return await understood(
        desk,
        place,
        lambda: desk.sentry.discover.table(
            place.org,
            dataset=sent.dataset,
            field=sent.fields,
            query=sent.query,
            sort=sent.sort,
            project=place.project,
            environment=place.environments,
            stats_period=place.stats_period,
            start=place.start,
            end=place.end,
            per_page=limit,
            cursor=cursor,
        ),
        dataset=sent.dataset,
        fields=sent.fields,
        query=sent.query,
    )


def described(place: Place, about: Wanted, sent: Sent) -> view.Asked:
    """Say what was asked, as it was sent."""
    return view.Asked(
        org=place.org,
        dataset=sent.dataset,
        fields=sent.fields,
        query=sent.query,
        sort=sent.sort,
        project=place.among,
        environment=about.environment,
        bound=() if about.environment else about.bound,
        within=about.within,
        link=table_link(place, sent.dataset, fields=sent.fields, query=sent.query, sort=sent.sort),
        notes=sent.notes,
    )


def shaped(wanted: TableWanted, way: Dialect) -> Sent:
    """Write a table in a dialect, and add to its columns what it is to be sorted by.

    Raises:
        Invalid: There is nothing to show, or more than Sentry shows.
    """
    fields = tuple(way.field(field) for field in expressions.split(wanted.fields)) or way.usual
    if not fields:
        raise Invalid(
            f"Name the `fields` to show of {way.dataset!r}. Without them, `dataset` is one of "
            f"{', '.join(datasets.NAMES)}."
        )
    sort = _sort(way.field(wanted.sort), fields)
    added = [name for each in sort if (name := each.removeprefix("-")) not in fields]
    if len(fields) + len(added) > MOST_FIELDS:
        more = " with those to sort by" if added else ""
        raise Invalid(
            f"Sentry shows at most {MOST_FIELDS} fields at a time, and these are "
            f"{len(fields) + len(added)}{more}. Ask for fewer, or twice."
        )
    notes = [f"Added to the fields, because Sentry sorts by what it shows: {', '.join(added)}."]
    return Sent(
        way.dataset,
        (*fields, *added),
        way.query(wanted.about.query),
        sort,
        tuple(filter(None, [way.note, *(notes if added else [])])),
    )


def _sort(text: str, fields: Sequence[str]) -> tuple[str, ...]:
    """Read what to sort by; left out, it is the first aggregate or else the time, falling."""
    if text:
        return tuple(_known(each, fields) for each in expressions.split([text]))
    first = [field for field in fields if expressions.is_function(field)]
    times = [field for field in fields if field == "timestamp"]
    return tuple(f"-{field}" for field in (first or times)[:1])


def _known(sort: str, fields: Sequence[str]) -> str:
    """Find the field that an older way to write a sort means: `-count` is `-count()`."""
    falling, name = "-" * sort.startswith("-"), sort.removeprefix("-")
    close = [field for field in fields if expressions.alias(field) == expressions.alias(name)]
    return falling + (name if name in fields or not close else close[0])


def _doubts(items: Sequence[Row], sent: Sent) -> list[str]:
    """Doubt a plain field in which no row has anything: Sentry takes any name for a tag's.

    Without any row, the fields of the query are doubtful.
    """
    if not items:
        return guesses(expressions.columns((), sent.query), sent.dataset)
    empty = view.empty_columns(items, sent.fields)
    plain = [field for field in empty if not expressions.is_aggregate(field)]
    return [
        f"No row has {field}. {guess(field, sent.dataset) or _WHICH}"
        for field in plain
        if unknown(field, sent.dataset)
    ]
