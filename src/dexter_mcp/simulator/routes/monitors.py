"""Routes about cron jobs: what each is, when it checked in, how often it did not."""

from collections import Counter
from collections.abc import Iterator, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.monitors import CheckIn, Job, Lane
from dexter_mcp.simulator.routes import monitors_writes as writes
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, Handler, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.selection import environments, projects, span
from dexter_mcp.simulator.shapes.monitors import check_in_json, monitor_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_TROUBLE = ("error", "timeout", "missed_checkin", "ok", "active", "disabled")
_MUTED = len(_TROUBLE)
_RESOLUTIONS = {"1m": 60, "5m": 300, "1h": 3_600, "1d": 86_400}
_STATUSES = ("ok", "error", "missed", "timeout", "unknown", "in_progress")


def routes(world: World) -> list[BaseRoute]:
    """Serve the cron jobs of `world`."""
    below: Mapping[str, Mapping[str, Handler]] = {
        "": {"GET": _details, "PUT": writes.update, "DELETE": writes.remove},
        "checkins/": {"GET": _check_ins},
        "stats/": {"GET": _stats},
    }
    homes = ("/organizations/{org}/monitors/", "/projects/{org}/{project}/monitors/")
    return [
        endpoint(world, homes[0], "cron", GET=_listing, POST=writes.create),
        *(
            endpoint(world, f"{home}{{monitor}}/{part}", "alert rule", **handlers)
            for home in homes
            for part, handlers in below.items()
        ),
    ]


def _listing(call: Call) -> Response:
    chosen = {project.id for project in projects(call)}
    places = environments(call)
    found = [
        job
        for job in call.world.monitors.jobs
        if job.org == call.org.slug
        and job.project in chosen
        and (not places or any(lane.name in places for lane in job.lanes))
        and _is_called(job, call.query.get("query", ""))
        and _is_owned(call, job)
    ]
    found.sort(key=_urgency)
    page = paging.by_offset(call.request, found)
    shown = [monitor_json(call, job, places) for job in page.items]
    return JSONResponse(shown, headers=page.headers)


def _is_called(job: Job, text: str) -> bool:
    wanted = text.lower()
    return wanted in job.name.lower() or wanted in job.slug or wanted == job.id


def _is_owned(call: Call, job: Job) -> bool:
    """Judge by `owner`: an actor such as `team:71`, or a word for nobody."""
    wanted = call.query.getlist("owner")
    kind, _, name = job.owner.partition(":")
    team = call.world.team(job.org, name) if kind == "team" else None
    member = call.world.member(job.org, name) if kind == "user" else None
    actor = f"team:{team.id}" if team else f"user:{member.user_id}" if member else "unassigned"
    return not wanted or actor in wanted


def _urgency(job: Job) -> tuple[int, float]:
    """Put trouble first, what is muted after it and what is disabled last."""
    last = max((lane.last.timestamp() for lane in job.lanes if lane.last), default=0.0)
    if job.status == "disabled":
        return _MUTED + 1, -last
    if job.is_muted:
        return _MUTED, -last
    return min((_TROUBLE.index(lane.status) for lane in job.lanes), default=_MUTED), -last


def _details(call: Call) -> Response:
    return JSONResponse(monitor_json(call, writes.found(call), environments(call)))


def _check_ins(call: Call) -> Response:
    job, (start, end) = writes.found(call), span(call)
    found = [pair for pair in _told(call, job) if start <= pair[1].added <= end]
    found.sort(key=lambda pair: pair[1].added, reverse=True)
    page = paging.by_offset(call.request, found)
    shown = [check_in_json(job, lane, check_in) for lane, check_in in page.items]
    return JSONResponse(shown, headers=page.headers)


def _stats(call: Call) -> Response:
    step = _RESOLUTIONS.get(call.query.get("resolution") or "1h")
    if step is None:
        raise bad_request("Invalid resolution")
    now = int(call.world.now().timestamp())
    since = int(float(call.query.get("since") or now - 86_400)) // step * step
    until = int(float(call.query.get("until") or now))
    slots: dict[int, list[CheckIn]] = {at: [] for at in range(since, until + 1, step)}
    for _, check_in in _told(call, writes.found(call)):
        slot = slots.get(int(check_in.added.timestamp()) // step * step)
        if slot is not None:
            slot.append(check_in)
    return JSONResponse([_slot(at, inside) for at, inside in slots.items()])


def _slot(at: int, inside: list[CheckIn]) -> Json:
    counts = Counter[str](check_in.status for check_in in inside)
    durations = [check_in.duration for check_in in inside if check_in.duration is not None]
    mean = sum(durations) / len(durations) if durations else 0
    return {"ts": at, **{each: counts[each] for each in _STATUSES}, "duration": mean}


def _told(call: Call, job: Job) -> Iterator[tuple[Lane, CheckIn]]:
    places = environments(call)
    for lane in job.lanes:
        if not places or lane.name in places:
            yield from ((lane, check_in) for check_in in lane.check_ins)
