"""Releases, their commits and deploys in the shapes of Sentry's API."""

import re
from collections.abc import Mapping
from datetime import timedelta

from dexter_mcp.simulator.memory.integrations import Repository
from dexter_mcp.simulator.memory.records import Project, Release
from dexter_mcp.simulator.memory.releases import Deploy
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.shapes.integrations import repository_json
from dexter_mcp.simulator.shapes.people import user_or_none
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_BEGAN = Where(
    "release != '' AND NOT EXISTS (SELECT 1 FROM events AS earlier WHERE earlier.issue ="
    " events.issue AND earlier.at < events.at AND earlier.release != '')"
)
"""The first event of each issue that names a release."""
_BETWEEN_COMMITS = timedelta(hours=3)


def release_json(world: World, release: Release) -> Json:
    """Shape a release.

    https://docs.sentry.io/api/releases/retrieve-an-organizations-release/
    """
    projects = projects_of(world, release)
    within = Where.among("project", (project.id for project in projects))
    seen = world.store.lifetime(within & Where("release = ?", (release.version,)))
    commits = [commit_json(world, release.org, commit) for commit in release.commits]
    deploys = world.shipping.deploys_of(release.org, release.version)
    authors = [commit["author"] for commit in commits if commit["author"]]
    new = new_groups(world, release)
    return {
        "id": release.id,
        "version": release.version,
        "shortVersion": short_version(release.version),
        "versionInfo": version_info(release.version),
        "status": release.status,
        "ref": release.ref or None,
        "url": release.url or None,
        "userAgent": None,
        "data": {},
        "owner": user_or_none(world, release.org, release.owner),
        "dateCreated": iso(release.created),
        "dateReleased": iso(release.released) if release.released else None,
        "newGroups": sum(new.values()),
        "commitCount": len(commits),
        "deployCount": len(deploys),
        "lastCommit": commits[0] if commits else None,
        "lastDeploy": deploy_json(deploys[0]) if deploys else None,
        "firstEvent": iso(from_epoch(seen.first)) if seen else None,
        "lastEvent": iso(from_epoch(seen.last)) if seen else None,
        "authors": list({author["email"]: author for author in authors}.values()),
        "projects": [project_json(world, project, new.get(project.id, 0)) for project in projects],
    }


def commit_json(world: World, org: str, commit: Json) -> Json:
    """Shape a commit, with the release that brought it."""
    email = commit["author"]
    release = next((r for r in world.releases if r.org == org and commit in r.commits), None)
    return {
        "id": commit["id"],
        "message": commit["message"],
        "dateCreated": commit.get("dateCreated") or _committed(release, commit),
        "author": user_or_none(world, org, email) or _author(commit),
        "pullRequest": None,
        "suspectCommitType": "",
        "releases": [_brief(release)] if release else [],
        **({"repository": _repository(world, release, commit)} if release else {}),
    }


def _author(commit: Json) -> Json:
    """Shape an author who is no member; Sentry tells an empty one of a commit without any."""
    email = commit["author"]
    return {"name": commit.get("name") or email.partition("@")[0], "email": email} if email else {}


def deploy_json(deploy: Deploy) -> Json:
    """Shape a deploy.

    https://docs.sentry.io/api/releases/list-a-releases-deploys/
    """
    return {
        "id": str(deploy.id),
        "environment": deploy.environment,
        "name": deploy.name or None,
        "url": deploy.url or None,
        "dateStarted": iso(deploy.started) if deploy.started else None,
        "dateFinished": iso(deploy.finished),
    }


def meta_json(world: World, release: Release) -> Json:
    """Shape what a release consists of, in numbers. Unpublished."""
    new = new_groups(world, release)
    files = world.shipping.artifacts_of(release.org, release.version)
    changed = {path for commit in release.commits for path in commit.get("files", ())}
    return {
        "version": release.version,
        "versionInfo": version_info(release.version),
        "projects": [
            project_json(world, project, new.get(project.id, 0))
            for project in projects_of(world, release)
        ],
        "newGroups": sum(new.values()),
        "deployCount": len(world.shipping.deploys_of(release.org, release.version)),
        "commitCount": len(release.commits),
        "released": iso(release.date),
        "commitFilesChanged": len(changed),
        "releaseFileCount": len(files),
        "isArtifactBundle": False,
    }


def project_json(world: World, project: Project, new: int) -> Json:
    """Shape a project as it stands inside a release."""
    return {
        "id": project.id,
        "slug": project.slug,
        "name": project.name,
        "platform": project.platform or None,
        "platforms": [project.platform.partition("-")[0]],
        "newGroups": new,
        "hasHealthData": bool(world.sessions.between(0, world.now().timestamp(), [project.id])),
    }


def projects_of(world: World, release: Release) -> list[Project]:
    """Find the projects of a release, those that are still there."""
    named = [world.project(release.org, slug) for slug in release.projects]
    return [project for project in named if project]


def new_groups(world: World, release: Release) -> Mapping[int, int]:
    """Count the issues first seen in a release, by project."""
    found = world.store.find(_BEGAN & Where("release = ?", (release.version,)))
    began = {event.issue: event.project for event in found}
    projects = list(began.values())
    return {project: projects.count(project) for project in set(projects)}


def short_version(version: str) -> str:
    """Leave the package away: `shop@1.2.0` becomes `1.2.0`."""
    return version.rpartition("@")[2]


def version_info(version: str) -> Json:
    """Take a version apart."""
    package, _, raw = version.rpartition("@")
    numbers = re.match(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\w.]+))?(?:\+([\w.]+))?", raw)
    parts = numbers.groups() if numbers else (None,) * 5
    return {
        "package": package or None,
        "version": {
            "raw": raw,
            "major": int(parts[0] or 0),
            "minor": int(parts[1] or 0),
            "patch": int(parts[2] or 0),
            "pre": parts[3],
            "buildCode": parts[4],
            "components": sum(part is not None for part in parts[:3]),
        },
        "description": raw,
        "buildHash": None,
    }


def _committed(release: Release | None, commit: Json) -> str | None:
    """Guess when a commit was made: the first of a release shortly before it, others earlier."""
    if release is None:
        return None
    return iso(release.created - (release.commits.index(commit) + 1) * _BETWEEN_COMMITS)


def _brief(release: Release) -> Json:
    return {
        "version": release.version,
        "shortVersion": short_version(release.version),
        "ref": release.ref or None,
        "url": release.url or None,
        "dateReleased": iso(release.released) if release.released else None,
        "dateCreated": iso(release.created),
    }


def _repository(world: World, release: Release, commit: Json) -> Json:
    """Shape the commit's repository, or the one called as the project; a small world has none."""
    usual = f"{release.org}/{release.projects[0]}" if release.projects else release.org
    name = commit.get("repository") or usual
    known = world.integrations.repositories
    found = next((each for each in known if (each.org, each.name) == (release.org, name)), None)
    return repository_json(found or Repository("1", release.org, name, "", release.created))
