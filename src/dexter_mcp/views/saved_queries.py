"""Saved queries as a list shows them; members of the organization wrote what stands in them."""

from collections.abc import Sequence
from datetime import datetime

from dexter_mcp.sentry.saved_queries import SavedQuery
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.listing import echo, short_ago
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import name

_FIELDS = 100
_QUERY = 80
_HEADERS = ("saved", "name", "dataset", "fields", "query", "sort", "period", "by", "changed")


def listing(
    queries: Sequence[SavedQuery],
    *,
    org: str,
    query: str,
    more: bool,
    failed: Sequence[Failed],
    now: datetime,
) -> Answer:
    """Show saved queries, a line each, by the reference that runs them."""
    asked, lost = echo(org=org, query=query), failures(failed)
    if not queries:
        hint = "Leave out `query`." if query else "`query_events` asks without one."
        return Answer("\n".join(["No saved query.", asked, hint, *lost]), data=queries)
    lines = [
        f"{counted(len(queries), 'saved query', 'saved queries')}, {asked}",
        table(_HEADERS, [_row(each, now) for each in queries]),
        "run one: `query_events` saved=…",
        *(["… more: narrow `query`, or raise `limit`"] if more else []),
        *lost,
    ]
    return Answer("\n".join(lines), data=queries)


def _row(each: SavedQuery, now: datetime) -> list[str]:
    by = each.created_by
    return [
        each.reference,
        name(each.name),
        name(each.dataset),
        name(", ".join(each.fields), limit=_FIELDS),
        name(each.query, limit=_QUERY),
        name(each.sort),
        name(each.period or each.start),
        name(by.called) if by else "",
        short_ago(each.date_updated, now),
    ]
