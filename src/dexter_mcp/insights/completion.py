"""What somebody may be about to type: the values that an argument can have, the likeliest first.

Names come from the lists that the tools read as well, and are remembered as long as these.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from dexter_mcp.insights import datasets, expressions, vocabulary
from dexter_mcp.insights.alerts_survey import survey
from dexter_mcp.insights.datasets import chosen, ways
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.existing_fields import existing_fields
from dexter_mcp.insights.saved_queries import gathered
from dexter_mcp.sentry.untrusted import Untrusted

Settled = Mapping[str, str]
"""The arguments that are known already."""

_MANY: Final = 100
_PERIODS: Final = ("24h", "7d", "14d", "30d", "90d", "1h")
_EVENTS: Final = ("latest", "oldest", "recommended")
_PLAIN: Final = re.compile(r"[\w@.,:+/()\[\]-]{1,200}")
"""What looks like a name. Of what strangers wrote, nothing else is put into anybody's mouth."""
_SEPARATORS: Final = MappingProxyType({"fields": ",", "query": " "})
"""What parts the values where an argument takes several."""


def before(name: str, typed: str) -> str:
    """Give the part of what was typed that is complete, where an argument takes several values."""
    complete, separator, _ = typed.rpartition(_SEPARATORS.get(name, "\0"))
    return complete + separator


async def values(desk: Desk, name: str, settled: Settled) -> Sequence[str]:
    """List what an argument may be, or the next value of one that takes several.

    Raises:
        SentryError: As `errors` draws them.
    """
    source = _SOURCES.get(name)
    return list(dict.fromkeys(await source(desk, settled))) if source else []


async def _orgs(desk: Desk, _: Settled) -> Iterable[str]:
    return [org.slug for org in (await desk.sentry.organizations.list()).items]


async def _projects(desk: Desk, settled: Settled) -> Iterable[str]:
    org = await _org(desk, settled)
    return [project.slug for project in (await desk.sentry.projects.list(org)).items]


async def _issues(desk: Desk, settled: Settled) -> Iterable[str]:
    org = await _org(desk, settled)
    within = await desk.projects(org, _named(settled, "project"))
    recent = await desk.sentry.issues.search(org, project=within, limit=_MANY)
    return [issue.short_id for issue in recent.items]


async def _events(desk: Desk, settled: Settled) -> Iterable[str]:
    if not settled.get("issue"):
        return []
    named = await desk.issue(settled.get("org", ""), settled["issue"])
    recent = await desk.sentry.events.list(named.org, named.id)
    return [*_EVENTS, *(event.id for event in recent.items)]


async def _saved(desk: Desk, settled: Settled) -> Iterable[str]:
    there = await gathered(desk, await _org(desk, settled), query="", per_page=_MANY)
    return _told_apart((each.name, each.reference) for each in there.queries)


async def _alerts(desk: Desk, settled: Settled) -> Iterable[str]:
    watches = (await survey(desk, await _org(desk, settled))).watches
    return _told_apart((each.it.name, each.ref) for each in watches)


async def _releases(desk: Desk, settled: Settled) -> Iterable[str]:
    org = await _org(desk, settled)
    within = await desk.projects(org, _named(settled, "project"))
    newest = await desk.sentry.releases.list(org, project=within, per_page=_MANY)
    return _plain(release.version for release in newest.items)


async def _integrations(desk: Desk, settled: Settled) -> Iterable[str]:
    there = await desk.sentry.integrations.list(await _org(desk, settled))
    return _told_apart((each.name, each.id) for each in there.items)


async def _traces(desk: Desk, settled: Settled) -> Iterable[str]:
    """List the traces of the transactions that ended last."""
    org = await _org(desk, settled)
    newest = await desk.sentry.discover.table(
        org,
        dataset="spans",
        field=("trace", "timestamp"),
        query="is_transaction:true",
        sort=("-timestamp",),
        project=await desk.projects(org, ()),
        stats_period="24h",
        per_page=_MANY,
    )
    cells = (row.get("trace") for row in newest.items)
    return _plain(cell for cell in cells if isinstance(cell, Untrusted))


async def _datasets(_: Desk, __: Settled) -> Iterable[str]:
    return datasets.NAMES


async def _fields(desk: Desk, settled: Settled) -> Iterable[str]:
    """List what Sentry documents, what events have besides, and functions."""
    org = await _org(desk, settled)
    offered = desk.sentry.discover.offered(org)
    dataset = chosen(ways(settled.get("dataset", ""), (), ""), offered).dataset
    there = await existing_fields(desk, org, await desk.projects(org, ()), dataset)
    return [
        *(each.name for each in vocabulary.fields(dataset)),
        *_plain(there.keys),
        *_calls(dataset),
    ]


def _calls(dataset: str) -> Iterable[str]:
    """Name the functions, of the field that most are asked of."""
    usual = "span.duration" if dataset.startswith("span") else "user"
    for each in vocabulary.functions(dataset):
        yield each.name.replace("(field)", f"({usual})")


async def _terms(desk: Desk, settled: Settled) -> Iterable[str]:
    return [f"{field}:" for field in await _fields(desk, settled) if "(" not in field]


async def _sorts(_: Desk, settled: Settled) -> Iterable[str]:
    """List the fields that are shown, falling and rising: Sentry sorts by no others."""
    shown = expressions.split([settled.get("fields", "")]) or ["count()"]
    return [f"{falling}{field}" for field in shown for falling in ("-", "")]


async def _periods(_: Desk, __: Settled) -> Iterable[str]:
    return _PERIODS


_SOURCES: Final[Mapping[str, Callable[[Desk, Settled], Awaitable[Iterable[str]]]]] = (
    MappingProxyType(
        {
            "org": _orgs,
            "project": _projects,
            "issue": _issues,
            "event": _events,
            "saved": _saved,
            "alert": _alerts,
            "release": _releases,
            "version": _releases,
            "integration": _integrations,
            "trace": _traces,
            "dataset": _datasets,
            "fields": _fields,
            "query": _terms,
            "sort": _sorts,
            "period": _periods,
        }
    )
)


async def _org(desk: Desk, settled: Settled) -> str:
    return await desk.org(settled.get("org", ""))


def _named(settled: Settled, name: str) -> list[str]:
    return list(filter(None, [settled.get(name, "")]))


def _told_apart(things: Iterable[tuple[str, str]]) -> list[str]:
    """Name things, those by their reference whose name fits several or none."""
    known = list(things)
    often = Counter(name.casefold() for name, _ in known)
    return [name if often[name.casefold()] == 1 and name else ref for name, ref in known]


def _plain(texts: Iterable[Untrusted]) -> list[str]:
    return [text.raw for text in texts if _PLAIN.fullmatch(text.raw)]
