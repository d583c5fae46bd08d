"""Setting up cron jobs, changing them, and watching them no more."""

from datetime import timedelta
from hashlib import md5
from uuid import UUID

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory import schedules
from dexter_mcp.simulator.memory.monitors import Job
from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes import bounds, fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.monitor_config import read_config
from dexter_mcp.simulator.routes.people import owner
from dexter_mcp.simulator.routes.refusals import Refusal, not_found
from dexter_mcp.simulator.routes.writing import accepted, body, choose, invalid, require
from dexter_mcp.simulator.shapes.monitors import monitor_json
from dexter_mcp.simulator.telling.story import Json

_STATUSES = ("active", "disabled")
_LONGEST_NAME = 128


def create(call: Call) -> Response:
    """Set a job up. It can't be muted yet: only its environments are, and it has none."""
    told = fields.camel(body(call))
    require(told, "project", "name", "config")
    with bounds.inside("config"):
        config = read_config(told["config"], None)
    name, project = fields.text(told, "name", longest=_LONGEST_NAME), _project(call, told)
    choose(told, "status", _STATUSES)
    slug = _slug(call, told, "") or bounds.unused(bounds.slugified(name), _slugs(call))
    made = Job(
        _new_id(call),
        call.org.slug,
        project.id,
        slug,
        name,
        config,
        call.world.now(),
        owner(call, told),
        str(told.get("status") or "active"),
    )
    call.world.monitors.jobs.append(made)
    return JSONResponse(monitor_json(call, made, ()), 201)


def update(call: Call) -> Response:
    """Change what the body names, and in its configuration too."""
    it, told = found(call), fields.camel(body(call))
    _check(call, it, told)
    if "config" in told:
        with bounds.inside("config"):
            config = it.config | read_config(told["config"], it.config)
        _reschedule(it, config)
    it.owner = owner(call, told) if "owner" in told else it.owner
    it.slug = _slug(call, told, it.slug) or it.slug
    it.name = fields.text(told, "name") or it.name
    it.status = str(told.get("status") or it.status)
    for lane in it.lanes:
        lane.muted = fields.truth(told, "isMuted", usual=lane.muted)
    return JSONResponse(monitor_json(call, it, ()))


def remove(call: Call) -> Response:
    """Watch a job no more, at all or in some environments.

    Where none of the environments named is known to the organization, the whole job goes, as on
    real servers.
    """
    it, named = found(call), set(call.query.getlist("environment"))
    if not named & _environments(call):
        call.world.monitors.jobs.remove(it)
        return accepted()
    left = [lane for lane in it.lanes if lane.name not in named]
    if len(left) == len(it.lanes):
        raise Refusal(404, None)
    it.lanes = left
    return accepted()


def found(call: Call) -> Job:
    """Find the job of the path: by slug or id, in one project where the path names it."""
    project = call.project.id if "project" in call.request.path_params else None
    wanted = call.part("monitor")
    for job in call.world.monitors.jobs:
        named = job.org == call.org.slug and wanted in {job.slug, job.id}
        if named and project in {None, job.project}:
            return job
    raise not_found()


def _check(call: Call, it: Job, told: Json) -> None:
    """Refuse what can't be changed so, before anything is."""
    if "name" in told:
        require(told, "name")
    fields.text(told, "name", longest=_LONGEST_NAME)
    choose(told, "status", _STATUSES)
    fields.truth(told, "isMuted", usual=False)
    _slug(call, told, it.slug)
    owner(call, told)
    if "project" in told and _project(call, told).id != it.project:
        said = "existing monitors may not be moved between projects"
        raise Refusal(400, {"detail": {"message": said}})


def _reschedule(it: Job, config: Json) -> None:
    """Let a job be due when its new configuration says."""
    old, it.config = it.config, config
    margin = timedelta(minutes=int(config.get("checkin_margin") or 1))
    moves = any(old.get(name) != config.get(name) for name in ("schedule", "schedule_type"))
    for lane in it.lanes:
        if moves and lane.last:
            lane.next = schedules.due(config, lane.last)
        lane.latest = lane.next + margin if lane.next else None


def _project(call: Call, told: Json) -> Project:
    project = call.world.project(call.org.slug, str(told["project"]))
    if project is None:
        raise invalid(project="Invalid project")
    return project


def _slug(call: Call, told: Json, own: str) -> str:
    slug = bounds.slug(told)
    if slug and slug != own and slug in _slugs(call):
        raise invalid(slug=f'The slug "{slug}" is already in use.')
    return slug


def _slugs(call: Call) -> set[str]:
    return {job.slug for job in call.world.monitors.jobs if job.org == call.org.slug}


def _new_id(call: Call) -> str:
    seed = f"cron {call.world.seed} {call.world.next_id(0)}"
    return str(UUID(md5(seed.encode(), usedforsecurity=False).hexdigest(), version=4))


def _environments(call: Call) -> set[str]:
    org = call.org.slug
    of_projects = {name for each in call.world.projects_of(org) for name in each.environments}
    jobs = (job for job in call.world.monitors.jobs if job.org == org)
    return of_projects | {lane.name for job in jobs for lane in job.lanes}
