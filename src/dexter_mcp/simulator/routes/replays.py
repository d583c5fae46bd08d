"""Routes about replays: the list, one session, its recording, and what was clicked in vain."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.replays import Replay
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request, not_found
from dexter_mcp.simulator.routes.selection import select
from dexter_mcp.simulator.search.replays import judge, sorting
from dexter_mcp.simulator.search.values import SearchError
from dexter_mcp.simulator.shapes.people import user_json
from dexter_mcp.simulator.shapes.replays import (
    moment,
    node_of,
    recording,
    replay_json,
    segments,
    selector_json,
)
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.world import World

_SOURCES: Final = ("events", "search_issues", "spans")
_MOST: Final = 51
"""Replays that are counted for one issue."""
_ISSUES: Final = re.compile(r"issue\.id:\[?(?P<ids>[0-9, ]+)\]?")
_CLICKS: Final = ("click", "dead", "rage")


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about replays."""
    org, project = "/organizations/{org}", "/projects/{org}/{project}/replays"
    one = f"{project}/{{replay}}"
    recorded = f"{one}/recording-segments/"
    return [
        endpoint(world, f"{org}/replays/", "organization", GET=_listing),
        endpoint(world, f"{org}/replays/{{replay}}/", "organization", GET=_details),
        endpoint(world, f"{org}/replay-count/", "organization", GET=_count),
        endpoint(world, f"{org}/replay-selectors/", "organization", GET=_selectors),
        endpoint(world, f"{one}/clicks/", "project", GET=_clicks),
        endpoint(world, recorded, "project", GET=_recording),
        endpoint(world, f"{recorded}{{segment}}/", "project", GET=_segment),
        endpoint(world, f"{one}/viewed-by/", "event", GET=_viewers),
    ]


def _asked(call: Call) -> list[Replay]:
    """Select sessions by project, environment, time and query."""
    chosen = select(call)
    projects = {project.id for project in chosen.projects}
    start, end = chosen.start.timestamp(), chosen.end.timestamp()
    try:
        holds = judge(call.query.get("query", ""))
    except SearchError as error:
        raise bad_request(str(error)) from error
    return [
        replay
        for replay in call.world.replays.all()
        if replay.project in projects
        and start <= replay.started <= end
        and (not chosen.environments or replay.environment in chosen.environments)
        and holds(replay)
    ]


def _listing(call: Call) -> Response:
    sort = next(filter(None, map(call.query.get, ("sort", "sortBy", "orderBy"))), "-started_at")
    try:
        found = sorted(_asked(call), key=sorting(sort), reverse=sort.startswith("-"))
    except SearchError as error:
        raise bad_request(str(error)) from error
    page = paging.by_offset(call.request, found)
    shown = [replay_json(replay, call.token.user) for replay in page.items]
    return JSONResponse({"data": shown}, headers=page.headers)


def _details(call: Call) -> Response:
    replay = call.world.replays.get(call.part("replay").replace("-", "").lower())
    known = {project.id for project in call.world.projects_of(call.org.slug)}
    if replay is None or replay.project not in known:
        raise not_found()
    return JSONResponse({"data": replay_json(replay, call.token.user)})


def _count(call: Call) -> Response:
    """Count the sessions of issues, which are asked for by number."""
    if call.query.get("data_source") not in _SOURCES:
        raise Refusal(400, {"data_source": ["This field is required."]})
    query = call.query.get("query", "")
    asked = _ISSUES.search(query)
    if query and not asked:
        raise bad_request("Must provide at least one issue id")
    chosen = select(call)
    projects = {project.id for project in chosen.projects}
    held = [replay for replay in call.world.replays.all() if replay.project in projects]
    numbers = re.findall(r"\d+", asked["ids"]) if asked else []
    found = {issue: _ids_of(call, int(issue), held) for issue in numbers}
    wanted = call.query.get("returnIds", "").lower() in {"1", "true"}
    return JSONResponse({issue: ids if wanted else len(ids) for issue, ids in found.items() if ids})


def _ids_of(call: Call, issue: int, held: Sequence[Replay]) -> list[str]:
    errors = [error for replay in held for error in replay.errors]
    where = Where("issue = ?", (issue,)) & Where.among("id", errors)
    known = {event.id for event in call.world.store.find(where)[:]}
    return [replay.id for replay in held if known.intersection(replay.errors)][:_MOST]


def _selectors(call: Call) -> Response:
    sort = call.query.get("sort") or "-count_dead_clicks"
    dead, rage = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for replay in _asked(call):
        dead.update((replay.project, s.what) for s in replay.steps if s.kind in {"dead", "rage"})
        rage.update((replay.project, s.what) for s in replay.steps if s.kind == "rage")
    by = rage if sort.endswith("rage_clicks") else dead
    found = sorted(dead, key=lambda key: (by[key], key), reverse=sort.startswith("-"))
    page = paging.by_offset(call.request, found)
    shown = [selector_json(*key, dead[key], rage[key]) for key in page.items]
    return JSONResponse({"data": shown}, headers=page.headers)


def replay_of_project(call: Call) -> Replay:
    """Find the replay of the path within its project."""
    replay = call.world.replays.get(call.part("replay").replace("-", "").lower())
    if replay is None or replay.project != call.project.id:
        raise not_found()
    return replay


def _clicks(call: Call) -> Response:
    replay = replay_of_project(call)
    clicks = [step for step in replay.steps if step.kind in _CLICKS]
    page = paging.by_offset(call.request, clicks)
    shown = [
        {"node_id": node_of(step.what), "timestamp": moment(replay.started + step.at)}
        for step in page.items
    ]
    return JSONResponse({"data": shown}, headers=page.headers)


def _recording(call: Call) -> Response:
    replay = replay_of_project(call)
    recorded = [] if replay.archived else recording(replay)
    page = paging.by_offset(call.request, recorded)
    return JSONResponse(list(page.items), headers=page.headers)


def _segment(call: Call) -> Response:
    replay, number = replay_of_project(call), call.part("segment")
    if not number.isdecimal() or int(number) >= segments(replay):
        raise not_found()
    shown = {
        "replayId": replay.id,
        "segmentId": int(number),
        "projectId": str(replay.project),
        "dateAdded": iso(from_epoch(replay.started)),
    }
    return JSONResponse({"data": shown})


def _viewers(call: Call) -> Response:
    replay = replay_of_project(call)
    members = [call.world.member(call.org.slug, email) for email in replay.viewers]
    shown = [user_json(member) for member in members if member]
    return JSONResponse({"data": {"viewed_by": shown}})
