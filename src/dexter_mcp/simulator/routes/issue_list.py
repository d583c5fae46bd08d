"""The issue list: its parameters and the shape of its rows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.paging import Page
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.selection import Selection, select
from dexter_mcp.simulator.search import issues as issue_search
from dexter_mcp.simulator.search.issues import Found
from dexter_mcp.simulator.shapes.issues import (
    Series,
    counts_json,
    inbox_json,
    issue_base,
    owners_json,
    tickets_json,
)
from dexter_mcp.simulator.telling.story import Json

_MOST_HITS = 1000
_WIDTHS = (60, 300, 900, 3_600, 14_400, 86_400)
_MOST_SLOTS = 48
_MOST_GROUPS = 25


def listing(call: Call) -> Response:
    """List issues.

    https://docs.sentry.io/api/events/list-an-organizations-issues/
    """
    query = call.query.get("query", "is:unresolved")
    hit = issue_search.direct_hit(call, query)
    if hit:
        headers = {"X-Sentry-Direct-Hit": "1"}
        return JSONResponse(_rows(call, _everything(call), [hit]), headers=headers)
    selection = select(call, prefix="")
    if wanted := call.query.getlist("group"):
        found = issue_search.by_ids(call, wanted)
    else:
        found = issue_search.search(call, selection, query) if selection.projects else []
    return _page(call, selection, found)


def of_project(call: Call) -> Response:
    """List the issues of one project, in the older shape. Here `statsPeriod` chooses the series.

    https://docs.sentry.io/api/events/list-a-projects-issues/
    """
    project, everything = call.project, _everything(call)
    chosen = replace(everything, projects=(project,))
    found = issue_search.search(call, chosen, call.query.get("query", "is:unresolved"))
    page = _sorted(call, found)
    rows = _rows(call, chosen, page.items, call.query.get("statsPeriod") or "24h")
    return JSONResponse([_older(row) for row in rows], headers=page.headers)


def _older(row: Json) -> Json:
    """Write a row as it was: no nulls for texts, and only the metadata of its kind."""
    told: Json = row["metadata"]
    kept = ("type", "value", "filename") if "type" in told else ("title",)
    metadata = {name: told.get(name) or "" for name in kept}
    if kept == ("title",):
        metadata = {"title": row["title"]}
    dropped = {"lifetime", "filtered"}
    shown = {name: value for name, value in row.items() if name not in dropped}
    return shown | {"metadata": metadata, "culprit": row["culprit"] or ""}


def stats(call: Call) -> Response:
    """Count the events of up to 25 issues. Unpublished; `groups` may be split by commas."""
    wanted = [number for text in call.query.getlist("groups") for number in text.split(",")]
    if not wanted:
        raise bad_request("You should include `groups` with your request.")
    if len(wanted) > _MOST_GROUPS:
        raise bad_request("Too many groups requested.")
    found = issue_search.by_ids(call, wanted)
    return JSONResponse([_counted(row) for row in _rows(call, select(call, prefix=""), found)])


def _counted(row: Json) -> Json:
    shown = ("id", "count", "userCount", "firstSeen", "lastSeen", "stats", "lifetime", "filtered")
    return {name: row[name] for name in shown if name in row}


def _page(call: Call, selection: Selection, found: list[Found]) -> Response:
    page = _sorted(call, found)
    hits = {"X-Hits": str(min(len(found), _MOST_HITS)), "X-Max-Hits": str(_MOST_HITS)}
    return JSONResponse(_rows(call, selection, page.items), headers=page.headers | hits)


def _sorted(call: Call, found: list[Found]) -> Page[Found]:
    key = issue_search.sort_key(call.query.get("sort") or "date", call.world.now())
    found.sort(key=lambda one: (key(one), one.issue.number), reverse=True)
    return paging.by_key(call.request, found, key, paging.limit(call.query))


def _everything(call: Call) -> Selection:
    now = call.world.now()
    projects = tuple(call.world.projects_of(call.org.slug))
    return Selection(projects, (), now - timedelta(days=90), now)


def _rows(call: Call, selection: Selection, found: Sequence[Found], period: str = "") -> list[Json]:
    """Shape the issues of one page, with the series of a `period`, or of the one asked for."""
    name, series = _series(call, selection, period)
    within = selection.where & Where.among("issue", (one.issue.number for one in found))
    buckets = call.world.store.buckets(within, series.width) if name else {}
    return [
        _row(
            call,
            one,
            {name: series.pairs(buckets.get(one.issue.number, {}))} if name else {},
        )
        for one in found
    ]


def _series(call: Call, selection: Selection, period: str) -> tuple[str, Series]:
    """Read `groupStatsPeriod`, which is 24h when absent and no series at all when empty."""
    now, name = call.world.now(), period or call.query.get("groupStatsPeriod", "24h")
    if name == "auto":
        length = (selection.end - selection.start).total_seconds()
        width = next((w for w in _WIDTHS if length / w <= _MOST_SLOTS), _WIDTHS[-1])
        return name, Series(selection.start, selection.end, width)
    if name == "14d":
        return name, Series(now - timedelta(days=13), now, 86_400)
    if name not in {"", "24h"}:
        raise bad_request("Invalid stats_period. Valid choices are '', '24h', '14d', and 'auto'")
    return name, Series(now - timedelta(hours=23), now, 3_600)


def _row(call: Call, found: Found, stats: Json) -> Json:
    collapsed = set(call.query.getlist("collapse"))
    row = issue_base(call, found.issue)
    if "base" in collapsed:
        row = {"id": row["id"]}
    elif "unhandled" in collapsed:
        del row["isUnhandled"]
    if collapsed.isdisjoint({"lifetime", "stats"}):
        row |= counts_json(found.totals) | _ages(found)
    if "stats" not in collapsed:
        row["stats"] = stats
    if "lifetime" not in collapsed:
        row["lifetime"] = counts_json(found.lifetime) | {"stats": None}
    if "filtered" not in collapsed:
        filtered = found.filtered
        row["filtered"] = counts_json(filtered) | {"stats": stats} if filtered else None
    if found.event_id:
        row |= {"matchingEventId": found.event_id, "matchingEventEnvironment": None}
    return row | _expanded(call, found)


def _ages(found: Found) -> Json:
    """First and last seen stand for the whole life of the issue, unlike the counts."""
    counts = counts_json(found.lifetime)
    return {"firstSeen": counts["firstSeen"], "lastSeen": counts["lastSeen"]}


def _expanded(call: Call, found: Found) -> Json:
    issue = found.issue
    wanted = set(call.query.getlist("expand"))
    shown: Json = {}
    if "inbox" in wanted:
        shown["inbox"] = inbox_json(call, issue)
    if "owners" in wanted:
        shown["owners"] = owners_json(call, issue) or None
    if "sessions" in wanted:
        shown["sessionCount"] = None
    if "latestEventHasAttachments" in wanted:
        latest = call.world.store.find(call.world.events_of(issue)).first()
        files = call.world.attachments.get(latest.id) if latest else None
        shown["latestEventHasAttachments"] = bool(files)
    return shown | tickets_json(call, issue, wanted)
