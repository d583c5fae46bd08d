"""What is known of an issue besides: its course, its releases; and the older list of issues."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.store import NEWEST, OLDEST, Totals, Where
from dexter_mcp.simulator.routes import issue_list, issue_writes, selection
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.shapes.issues import Series
from dexter_mcp.simulator.shapes.releases import release_json
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_RESOLUTIONS = {"10s": 10, "1h": 3_600, "1d": 86_400}


def routes(world: World) -> list[BaseRoute]:
    """Serve them. All but the older list are unpublished; Sentry's own pages use them."""
    issue = "/organizations/{org}/issues/{issue}/"
    return [
        endpoint(world, f"{issue}stats/", "event", GET=_stats),
        endpoint(world, f"{issue}current-release/", "event", GET=_current),
        endpoint(world, f"{issue}first-last-release/", "event", GET=_ends),
        endpoint(
            world,
            "/projects/{org}/{project}/issues/",
            "project issues",
            GET=issue_list.of_project,
            PUT=issue_writes.update_of_project,
            DELETE=issue_writes.delete_of_project,
        ),
    ]


def _stats(call: Call) -> Response:
    now = call.world.now()
    width = _RESOLUTIONS.get(call.query.get("resolution") or "1h")
    if width is None:
        raise bad_request("Invalid resolution")
    try:
        until = from_epoch(float(call.query.get("until") or now.timestamp()))
        since = from_epoch(float(call.query.get("since") or until.timestamp() - 86_400))
    except ValueError:
        raise bad_request("Invalid since or until") from None
    return JSONResponse(_series(call, Series(since, until, width), Where()))


def _current(call: Call) -> Response:
    """Tell how the issue does in the newest release of its project, if it does."""
    issue = call.issue
    named = selection.environments(call)
    newest = call.world.releases_of(call.world.projects[issue.project])[:1]
    versions = [release.version for release in newest]
    where = selection.environments_where(named) & Where.among("release", versions)
    totals = call.world.store.lifetime(call.world.events_of(issue) & where)
    if totals is None:
        return JSONResponse({"currentRelease": None})
    told = _in_release(call, where, totals) | {"release": release_json(call.world, newest[0])}
    return JSONResponse({"currentRelease": told | {"environment": "".join(named[:1])}})


def _in_release(call: Call, where: Where, totals: Totals) -> Json:
    now = call.world.now()
    asked = {
        "24h": Series(now - timedelta(hours=23), now, 3_600),
        "30d": Series(now - timedelta(days=29), now, 86_400),
    }
    return {
        "firstSeen": iso(from_epoch(totals.first)),
        "lastSeen": iso(from_epoch(totals.last)),
        "stats": {name: _series(call, series, where) for name, series in asked.items()},
    }


def _series(call: Call, series: Series, where: Where) -> Sequence[Sequence[int]]:
    found = call.world.store.buckets(call.world.events_of(call.issue) & where, series.width)
    return series.pairs(found.get(call.issue.number, {}))


def _ends(call: Call) -> Response:
    """Name the releases of the first and of the last event that carry one."""
    named = call.world.events_of(call.issue) & Where("release != ''")
    ends = {"firstRelease": OLDEST, "lastRelease": NEWEST}
    return JSONResponse({name: _release(call, named, order) for name, order in ends.items()})


def _release(call: Call, where: Where, order: str) -> Json | None:
    event = call.world.store.find(where, order=order).first()
    found = call.world.release(call.org.slug, event.release) if event else None
    return release_json(call.world, found) if found else None
