"""Routes that delete replays: one at once, many by a job."""

from dataclasses import replace

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.intake.loose import is_mapping
from dexter_mcp.simulator.memory.replays import DeletionJob
from dexter_mcp.simulator.routes import fields, paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, not_found
from dexter_mcp.simulator.routes.replays import replay_of_project
from dexter_mcp.simulator.routes.writing import BLANK, REQUIRED, body, gone, invalid, require
from dexter_mcp.simulator.search.replays import judge
from dexter_mcp.simulator.search.values import SearchError
from dexter_mcp.simulator.shapes.replays import job_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_DELETION = "replay deletion"


def routes(world: World) -> list[BaseRoute]:
    """Serve what deletes replays of `world`."""
    replays = "/projects/{org}/{project}/replays/"
    jobs = f"{replays}jobs/delete/"
    return [
        endpoint(world, jobs, _DELETION, GET=_jobs, POST=_create),
        endpoint(world, f"{jobs}{{job}}/", _DELETION, GET=_job),
        endpoint(world, f"{replays}{{replay}}/", _DELETION, DELETE=_delete),
    ]


def _jobs(call: Call) -> Response:
    page = paging.by_offset(call.request, call.world.replays.jobs_of(call.project.id))
    return JSONResponse({"data": [job_json(job) for job in page.items]}, headers=page.headers)


def _job(call: Call) -> Response:
    for job in call.world.replays.jobs_of(call.project.id):
        if str(job.number) == call.part("job"):
            return JSONResponse({"data": job_json(job)})
    raise not_found()


def _create(call: Call) -> Response:
    """Ask for a deletion, which is carried out as soon as the clock moves."""
    told = body(call).get("data")
    if told is None:
        raise invalid(data=REQUIRED)
    if not is_mapping(told):
        raise Refusal(400, {"data": {"nonFieldErrors": ["Invalid data. Expected a dictionary."]}})
    try:
        job = _job_of(call, dict(told))
    except Refusal as refusal:
        raise Refusal(refusal.status, {"data": refusal.body}) from None
    call.world.replays.jobs.append(job)
    return JSONResponse({"data": job_json(job)}, 201)


def _delete(call: Call) -> Response:
    """Delete a replay; an archived one is deleted already."""
    replay = replay_of_project(call)
    if replay.archived:
        raise not_found()
    call.world.replays.delete(replay.id)
    return gone()


def _job_of(call: Call, told: Json) -> DeletionJob:
    project = call.project
    require(told, "rangeStart", "rangeEnd", "environments")
    if "query" not in told:
        raise invalid(query=REQUIRED)
    start, end = fields.moment(told, "rangeStart"), fields.moment(told, "rangeEnd")
    if start is None or end is None or start >= end:
        raise invalid(non_field_errors="rangeStart must be before rangeEnd")
    environments = tuple(str(each) for each in fields.items(told, "environments"))
    if "" in environments:
        raise invalid(environments=BLANK)
    job = DeletionJob(
        number=call.world.next_id(500),
        project=project.id,
        status="pending",
        query=fields.text(told, "query"),
        environments=environments,
        start=start,
        end=end,
        created=call.world.now(),
        deleted=0,
    )
    return replace(job, doomed=_doomed(call, job))


def _doomed(call: Call, job: DeletionJob) -> tuple[str, ...] | None:
    """Select what a job will delete; it fails for a query that can't be read."""
    try:
        holds = judge(job.query)
    except SearchError:
        return None
    start, end = job.start.timestamp(), job.end.timestamp()
    return tuple(
        replay.id
        for replay in call.world.replays.all()
        if replay.project == job.project
        and start <= replay.started < end
        and (not job.environments or replay.environment in job.environments)
        and holds(replay)
    )
