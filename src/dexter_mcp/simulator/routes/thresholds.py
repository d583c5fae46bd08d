"""The route that tells which releases stayed within their thresholds."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Project, Release
from dexter_mcp.simulator.memory.releases import Threshold
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.selection import projects, span
from dexter_mcp.simulator.shapes.projects import project_brief
from dexter_mcp.simulator.shapes.releases import new_groups
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about thresholds."""
    path = "/organizations/{org}/release-threshold-statuses/"
    return [endpoint(world, path, "release", GET=_statuses)]


def _statuses(call: Call) -> Response:
    missing = [name for name in ("start", "end") if not call.query.get(name)]
    if missing:
        raise Refusal(400, {name: ["This field is required."] for name in missing})
    start, end = span(call, prefix="")
    told: dict[str, list[Json]] = {}
    for project in projects(call):
        for release in _released(call, project, start, end):
            for threshold in _thresholds(call, project):
                key = f"{project.slug}-{release.version}"
                told.setdefault(key, []).append(_status(call, key, project, release, threshold))
    return JSONResponse(told)


def _released(call: Call, project: Project, start: datetime, end: datetime) -> list[Release]:
    wanted = call.query.getlist("release")
    return [
        release
        for release in call.world.releases_of(project)
        if start <= release.created <= end and (not wanted or release.version in wanted)
    ]


def _thresholds(call: Call, project: Project) -> list[Threshold]:
    wanted = call.query.getlist("environment")
    return [
        threshold
        for threshold in call.world.shipping.thresholds.get(call.org.slug, [])
        if threshold.project == project.slug and (not wanted or threshold.environment in wanted)
    ]


def _status(call: Call, key: str, project: Project, release: Release, threshold: Threshold) -> Json:
    metric = _METRICS[threshold.kind](call.world, project, release, threshold)
    over = metric is not None and metric > threshold.value
    under = metric is not None and metric < threshold.value
    environment = {"name": threshold.environment} if threshold.environment else None
    return {
        "id": str(threshold.id),
        "date_added": iso(project.created),
        "environment": environment,
        "project": project_brief(project),
        "release": release.version,
        "threshold_type": threshold.kind,
        "trigger_type": threshold.trigger,
        "value": threshold.value,
        "window_in_seconds": threshold.seconds,
        "start": iso(release.created),
        "end": iso(release.created + timedelta(seconds=threshold.seconds)),
        "is_healthy": not (over if threshold.trigger == "over" else under),
        "key": key,
        "project_slug": project.slug,
        "project_id": project.id,
        "metric_value": metric,
    }


def _crash_free(
    world: World, project: Project, release: Release, threshold: Threshold
) -> float | None:
    start = release.created.timestamp()
    hours = world.sessions.between(start, start + threshold.seconds, [project.id])
    own = [
        hour
        for hour in hours
        if hour.release == release.version and threshold.environment in {"", hour.environment}
    ]
    share = world.sessions.sum(own).crash_free_sessions
    return None if share is None else round(100 * share, 2)


def _new_issues(
    world: World, project: Project, release: Release, _threshold: Threshold
) -> float | None:
    return new_groups(world, release).get(project.id, 0)


def _errors(world: World, project: Project, release: Release, threshold: Threshold) -> float | None:
    start = release.created.timestamp()
    within = Where(
        "project = ? AND release = ? AND at BETWEEN ? AND ?",
        (project.id, release.version, start, start + threshold.seconds),
    )
    return len(world.store.find(within))


_METRICS: Mapping[str, Callable[[World, Project, Release, Threshold], float | None]] = {
    "crash_free_session_rate": _crash_free,
    "new_issue_count": _new_issues,
    "total_error_count": _errors,
}
