"""Routes about issues."""

from datetime import timedelta

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.memory.store import NEWEST, OLDEST, Where
from dexter_mcp.simulator.routes import issue_list, issue_notes, issue_writes, selection
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.routes.tags import tag_counts
from dexter_mcp.simulator.shapes.issues import (
    Series,
    history_json,
    inbox_json,
    issue_base,
    lifetime_json,
    owners_json,
    tickets_json,
)
from dexter_mcp.simulator.shapes.people import user_or_none
from dexter_mcp.simulator.shapes.releases import release_json
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about issues."""
    issue = "/organizations/{org}/issues/{issue}/"
    return [
        endpoint(
            world,
            "/organizations/{org}/issues/",
            "event",
            GET=issue_list.listing,
            PUT=issue_writes.update_many,
            DELETE=issue_writes.delete_many,
        ),
        endpoint(world, "/organizations/{org}/issues-stats/", "event", GET=issue_list.stats),
        endpoint(
            world,
            issue,
            "event",
            GET=_details,
            PUT=issue_writes.update,
            DELETE=issue_writes.delete,
        ),
        endpoint(world, f"{issue}activities/", "event", GET=_activities),
        *issue_notes.routes(world),
        endpoint(world, "/organizations/{org}/shortids/{short}/", "event", GET=_short_id),
    ]


def _details(call: Call) -> Response:
    issue = call.issue
    collapsed = set(call.query.getlist("collapse"))
    where = call.world.events_of(issue) & selection.environments_where(selection.environments(call))
    details = issue_base(call, issue) | _people(call, issue) | lifetime_json(call, where)
    details |= {"inbox": inbox_json(call, issue), "owners": owners_json(call, issue)}
    if "release" not in collapsed:
        details |= _releases(call, issue, where)
    if "tags" not in collapsed:
        details["tags"] = tag_counts(call, where)
    if "stats" not in collapsed:
        details["stats"] = _stats(call, issue, where)
    details |= tickets_json(call, issue, call.query.getlist("expand"))
    return JSONResponse(details)


def _people(call: Call, issue: Issue) -> Json:
    lifetime = call.world.store.lifetime(call.world.events_of(issue))
    return {
        "activity": history_json(call, issue, lifetime.first if lifetime else None),
        "seenBy": [
            user | {"lastSeen": iso(at)}
            for email, at in issue.seen_by.items()
            if (user := user_or_none(call.world, issue.org, email))
        ],
        "participants": [
            user | {"type": "user"}
            for email in issue.subscribed_by
            if (user := user_or_none(call.world, issue.org, email))
        ],
        "userReportCount": _reported(call, issue),
        "pluginIssues": [],
        "pluginActions": [],
    }


def _reported(call: Call, issue: Issue) -> int:
    """Count the events that an end user has said something about."""
    reported = Where.among("id", call.world.reports)
    return len(call.world.store.find(call.world.events_of(issue) & reported))


def _releases(call: Call, issue: Issue, where: Where) -> Json:
    """Name the releases of the first and of the last event that carry one."""
    named = where & Where("release != ''")
    ends = [call.world.store.find(named, order=order).first() for order in (OLDEST, NEWEST)]
    versions = [event.release for event in ends if event]
    if not versions:
        return {"firstRelease": None, "lastRelease": None}
    first, last = (call.world.release(issue.org, version) for version in versions)
    return {
        "firstRelease": release_json(call.world, first) if first else None,
        "lastRelease": release_json(call.world, last) if last else None,
    }


def _stats(call: Call, issue: Issue, where: Where) -> Json:
    now = call.world.now()
    asked = {
        "24h": Series(now - timedelta(hours=23), now, 3_600),
        "30d": Series(now - timedelta(days=29), now, 86_400),
    }
    return {
        name: series.pairs(call.world.store.buckets(where, series.width).get(issue.number, {}))
        for name, series in asked.items()
    }


def _activities(call: Call) -> Response:
    lifetime = call.world.store.lifetime(call.world.events_of(call.issue))
    first = lifetime.first if lifetime else None
    return JSONResponse({"activity": history_json(call, call.issue, first)})


def _short_id(call: Call) -> Response:
    reference = call.part("short")
    issue = None if reference.isdecimal() else call.world.issue(call.org.slug, reference)
    if issue is None:
        raise not_found()
    where = call.world.events_of(issue)
    return JSONResponse(
        {
            "organizationSlug": issue.org,
            "projectSlug": call.world.projects[issue.project].slug,
            "groupId": str(issue.number),
            "group": issue_base(call, issue) | lifetime_json(call, where),
            "shortId": issue.short_id,
        }
    )
