"""Releases and commits in the shapes of Sentry's API."""

import re

from dexter_mcp.simulator.memory.records import Project, Release
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.shapes.people import user_or_none
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


def release_json(world: World, release: Release) -> Json:
    """Shape a release.

    https://docs.sentry.io/api/releases/retrieve-an-organizations-release/
    """
    named = [world.project(release.org, slug) for slug in release.projects]
    projects = [project for project in named if project]
    within = Where.among("project", (project.id for project in projects))
    seen = world.store.lifetime(within & Where("release = ?", (release.version,)))
    commits = [commit_json(world, release.org, commit) for commit in release.commits]
    return {
        "id": release.id,
        "version": release.version,
        "shortVersion": short_version(release.version),
        "versionInfo": _version_info(release.version),
        "status": "open",
        "ref": None,
        "url": None,
        "userAgent": None,
        "data": {},
        "owner": None,
        "dateCreated": iso(release.created),
        "dateReleased": iso(release.created),
        "newGroups": 0,
        "commitCount": len(commits),
        "deployCount": 0,
        "lastCommit": commits[0] if commits else None,
        "lastDeploy": None,
        "firstEvent": iso(from_epoch(seen.first)) if seen else None,
        "lastEvent": iso(from_epoch(seen.last)) if seen else None,
        "authors": list({c["author"]["email"]: c["author"] for c in commits}.values()),
        "projects": [_project(project) for project in projects],
    }


def commit_json(world: World, org: str, commit: Json) -> Json:
    """Shape a commit."""
    author = user_or_none(world, org, commit["author"])
    email = commit["author"]
    return {
        "id": commit["id"],
        "message": commit["message"],
        "dateCreated": commit.get("dateCreated"),
        "author": author or {"name": email.partition("@")[0], "email": email},
        "pullRequest": None,
        "suspectCommitType": "",
        "releases": [],
    }


def short_version(version: str) -> str:
    """Leave the package away: `shop@1.2.0` becomes `1.2.0`."""
    return version.rpartition("@")[2]


def _version_info(version: str) -> Json:
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


def _project(project: Project) -> Json:
    return {
        "id": project.id,
        "slug": project.slug,
        "name": project.name,
        "platform": project.platform or None,
        "platforms": [project.platform.partition("-")[0]],
        "newGroups": 0,
        "hasHealthData": False,
    }
