"""Routes about releases: what they hold, who made them, where they were deployed."""

from collections.abc import Callable
from dataclasses import replace

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Release
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes import paging, release_search, release_writes
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.routes.release_search import asked_release
from dexter_mcp.simulator.routes.selection import projects
from dexter_mcp.simulator.shapes.issues import counts_json, issue_base
from dexter_mcp.simulator.shapes.people import user_or_none
from dexter_mcp.simulator.shapes.release_health import (
    DAY,
    Asked,
    adoption_json,
    health_json,
)
from dexter_mcp.simulator.shapes.releases import (
    commit_json,
    deploy_json,
    meta_json,
    projects_of,
    release_json,
)
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_HOURS = {"1h": 1, "24h": 24, "1d": 24, "48h": 48, "2d": 48, "7d": 168, "14d": 336, "30d": 720}
_PERIODS = {name: hours * 3_600 for name, hours in _HOURS.items()} | {"90d": 90 * DAY}


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about releases."""
    releases = "/organizations/{org}/releases/"
    release = f"{releases}{{version}}/"
    of_project = "/projects/{org}/{project}/releases/"
    return [
        endpoint(world, releases, "release", GET=_listing, POST=release_writes.create),
        endpoint(
            world,
            release,
            "release",
            GET=_details,
            PUT=release_writes.update,
            DELETE=release_writes.delete,
        ),
        endpoint(world, f"{release}meta/", "release", GET=_meta),
        endpoint(world, f"{release}commits/", "release", GET=_commits),
        endpoint(world, f"{release}commitfiles/", "release", GET=_commit_files),
        endpoint(world, f"{release}deploys/", "release", GET=_deploys, POST=release_writes.deploy),
        endpoint(world, f"{release}resolved/", "release", GET=_resolved),
        endpoint(world, of_project, "release", GET=_listing_of_project),
        endpoint(world, f"{of_project}{{version}}/", "release", GET=_details),
        endpoint(world, f"{of_project}{{version}}/commits/", "release", GET=_commits),
    ]


def _listing(call: Call) -> Response:
    found = release_search.find(call, projects(call))
    page = paging.by_offset(call.request, found)
    dressed = _dresser(call)
    return JSONResponse([dressed(release) for release in page.items], headers=page.headers)


def _listing_of_project(call: Call) -> Response:
    found = release_search.find(call, (call.project,))
    page = paging.by_offset(call.request, found)
    return JSONResponse(
        [release_json(call.world, release) for release in page.items], headers=page.headers
    )


def _details(call: Call) -> Response:
    release = asked_release(call)
    return JSONResponse(_dresser(call)(release) | _neighbours(call, release))


def _dresser(call: Call) -> Callable[[Release], Json]:
    """Say how releases are shown: with health and adoption where the query asks for them."""
    asked = Asked(
        environments=tuple(call.query.getlist("environment")),
        summary=_period(call, "summaryStatsPeriod", "14d")[1],
        series=_period(call, "healthStatsPeriod", "24h"),
    )
    asked = replace(asked, stat=call.query.get("healthStat") or "sessions")
    with_health = call.query.get("health") == "1"
    with_stages = call.query.get("adoptionStages") == "1"

    def dressed(release: Release) -> Json:
        shape = release_json(call.world, release)
        if with_health:
            for told, project in zip(
                shape["projects"], projects_of(call.world, release), strict=True
            ):
                told["healthData"] = health_json(call.world, project, release, asked)
        if with_stages:
            shape["adoptionStages"] = adoption_json(call.world, release)
        return shape

    return dressed


def _period(call: Call, name: str, usual: str) -> tuple[str, int]:
    asked = call.query.get(name) or usual
    if asked not in _PERIODS:
        known = ", ".join(f"'{period}'" for period in _PERIODS)
        raise bad_request(f"Invalid {name}. Valid choices are {known}")
    return asked, _PERIODS[asked]


def _neighbours(call: Call, release: Release) -> Json:
    """Say which releases of the project asked about lie around one."""
    wanted = call.query.get("project") or call.query.get("project_id")
    if not wanted:
        return {}
    if not wanted.isdecimal():
        raise bad_request("Invalid project id.")
    project = call.world.project(call.org.slug, wanted)
    if project is None or project.slug not in release.projects:
        raise not_found()
    versions = [each.version for each in call.world.releases_of(project)]
    at = versions.index(release.version)
    return {
        "currentProjectMeta": {
            "nextReleaseVersion": versions[at - 1] if at else None,
            "prevReleaseVersion": versions[at + 1] if at + 1 < len(versions) else None,
            "firstReleaseVersion": versions[-1],
            "lastReleaseVersion": versions[0],
            "sessionsLowerBound": None,
            "sessionsUpperBound": None,
        }
    }


def _meta(call: Call) -> Response:
    return JSONResponse(meta_json(call.world, asked_release(call)))


def _commits(call: Call) -> Response:
    page = paging.by_offset(call.request, asked_release(call).commits)
    shown = [commit_json(call.world, call.org.slug, commit) for commit in page.items]
    return JSONResponse(shown, headers=page.headers)


def _commit_files(call: Call) -> Response:
    release = asked_release(call)
    shown: list[Json] = [
        {
            "orgId": int(call.org.id),
            "author": user_or_none(call.world, release.org, commit["author"]) or {},
            "commitMessage": commit["message"],
            "filename": path,
            "type": commit.get("changes", {}).get(path, "M"),
            "repoName": commit.get("repository") or f"{release.org}/{release.projects[0]}",
        }
        for commit in release.commits
        for path in commit.get("files", ())
    ]
    return JSONResponse(sorted(shown, key=lambda file: file["filename"]))


def _deploys(call: Call) -> Response:
    release = asked_release(call)
    deploys = call.world.shipping.deploys_of(release.org, release.version)
    page = paging.by_offset(call.request, deploys)
    return JSONResponse([deploy_json(deploy) for deploy in page.items], headers=page.headers)


def _resolved(call: Call) -> Response:
    release = asked_release(call)
    chosen = {project.id for project in projects(call)}
    found = [
        issue
        for issue in call.world.issues.values()
        if issue.project in chosen
        and issue.status == "resolved"
        and issue.status_details.get("inRelease") == release.version
    ]
    totals = call.world.store.totals(Where.among("issue", (issue.number for issue in found)))
    return JSONResponse(
        [issue_base(call, issue) | counts_json(totals[issue.number]) for issue in found]
    )
