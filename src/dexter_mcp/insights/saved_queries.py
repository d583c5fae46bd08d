"""Saved queries: listed, and found by whatever somebody calls one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.event_queries import TableWanted
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.saved_queries import SavedQuery, Source
from dexter_mcp.views import saved_queries as view
from dexter_mcp.views.answer import Answer, Failed
from dexter_mcp.views.untrusted import name

_REFERENCE: Final = re.compile(r"(?P<source>discover|explore)/(?P<id>[0-9]{1,20})")
_LINK: Final = re.compile(
    r"/(?P<page>discover|traces|logs|metrics)/\S*?[?&/](?:id=)?(?P<id>[0-9]+)"
)
_CLOSE: Final = 0.4


@dataclass(frozen=True)
class Found:
    """The saved queries of both sources, whether there are more, and which source failed."""

    queries: tuple[SavedQuery, ...]
    more: bool
    failed: tuple[Failed, ...]


async def list_saved(desk: Desk, *, org: str, query: str, limit: int) -> Answer:
    """Answer with the saved queries of an organization, the last changed first."""
    home = await desk.org(org)
    found = await gathered(desk, home, query=query, per_page=limit)
    return view.listing(
        found.queries[:limit],
        org=home,
        query=query,
        more=found.more or len(found.queries) > limit,
        failed=found.failed,
        now=desk.now(),
    )


async def filled(desk: Desk, wanted: TableWanted) -> tuple[TableWanted, tuple[str, ...]]:
    """Fill in what a saved query says, and say so; what was said besides wins.

    Raises:
        NotFound: There is no such query; the message names those that come close.
        Invalid: Several are called so.
    """
    if not wanted.saved:
        return wanted, ()
    about, org = wanted.about, await desk.org(wanted.about.org)
    saved = await find(desk, org, wanted.saved)
    timed = about.period or about.start
    about = replace(
        about,
        org=org,
        dataset=about.dataset or saved.dataset,
        query=about.query or saved.query,
        project=about.project or saved.projects,
        bound=tuple(each.raw for each in saved.environment),
        period=about.period if timed else saved.period,
        start=about.start if timed else saved.start,
        end=about.end if timed else saved.end,
    )
    # Its order is by a field of its own, which other fields may not have among them.
    fields, sort = (wanted.fields, "") if wanted.fields else (saved.fields, saved.sort)
    note = f"Saved query {saved.reference}: {name(saved.name)}"
    return replace(wanted, about=about, fields=fields, sort=wanted.sort or sort), (note,)


async def find(desk: Desk, org: str, named: str) -> SavedQuery:
    """Settle which saved query is meant: by its reference, its number, its name or its link."""
    if found := _REFERENCE.fullmatch(named.strip()):
        source: Source = "explore" if found["source"] == "explore" else "discover"
        return await _get(desk, org, source, found["id"])
    if found := _LINK.search(named):
        source = "discover" if found["page"] == "discover" else "explore"
        return await _get(desk, org, source, found["id"])
    there = (await gathered(desk, org, query="", per_page=100)).queries
    return _only(_called(there, named.strip()), there, named)


def _called(there: Sequence[SavedQuery], named: str) -> list[SavedQuery]:
    """Find by number, else by the whole name, else by a part of it."""
    wanted = named.casefold()
    ways = (
        [each for each in there if each.id == named],
        [each for each in there if each.name.casefold() == wanted],
        [each for each in there if wanted in each.name.casefold()],
    )
    return next((found for found in ways if found), list[SavedQuery]())


def _only(meant: Sequence[SavedQuery], there: Sequence[SavedQuery], named: str) -> SavedQuery:
    match meant:
        case [one]:
            return one
        case []:
            names = {each.name.casefold(): each for each in there}
            close = get_close_matches(named.casefold(), names, n=3, cutoff=_CLOSE)
            hint = f" Did you mean {_listed([names[each] for each in close])}?" if close else ""
            nothing = NotFound(f"No saved query is called {name(named)!r}.{hint}")
            nothing.advice = "`list_saved_queries` names them."
            raise nothing
        case several:
            raise Invalid(f"Several saved queries fit: {_listed(several[:10])}. Say which.")


def _listed(queries: Sequence[SavedQuery]) -> str:
    return ", ".join(f"{each.reference} ({name(each.name)})" for each in queries)


async def _get(desk: Desk, org: str, source: Source, number: str) -> SavedQuery:
    try:
        return await desk.sentry.saved_queries.get(org, source, number)
    except NotFound as error:
        nothing = NotFound(f"No saved query {source}/{number} is visible in {org!r}.")
        nothing.advice = "`list_saved_queries` names them."
        raise nothing from error


async def gathered(desk: Desk, org: str, *, query: str, per_page: int) -> Found:
    """Ask both sources; a server without one of them has no queries there.

    Raises:
        NotFound: It has neither.
        SentryError: Neither answered.
    """
    saved = desk.sentry.saved_queries
    async with side_by_side(desk.settings.soft_deadline) as these:
        parts = {
            "discover": these.ask(
                "queries saved in Discover",
                lambda: saved.discover(org, query=query, per_page=per_page),
            ),
            "explore": these.ask(
                "queries saved in Explore",
                lambda: saved.explore(org, query=query, per_page=per_page),
            ),
        }
    if not any(part.came for part in parts.values()):
        with missing.organization(org):
            parts["discover"].required()
    pages = [part.otherwise(Page[SavedQuery](items=[])) for part in parts.values()]
    queries = sorted((each for page in pages for each in page.items), key=_changed, reverse=True)
    return Found(
        tuple(queries),
        any(page.next_cursor for page in pages),
        tuple(
            failed
            for part in parts.values()
            if not isinstance(part.error, NotFound)
            for failed in part.failed
        ),
    )


def _changed(saved: SavedQuery) -> float:
    return saved.date_updated.timestamp() if saved.date_updated else 0.0
