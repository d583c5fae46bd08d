"""Routes that make, change and delete releases, and note where they were deployed."""

import re
from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.integrations import Repository
from dexter_mcp.simulator.memory.records import Project, Release
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.release_search import asked_release
from dexter_mcp.simulator.routes.writing import body, gone, invalid, require
from dexter_mcp.simulator.shapes.releases import deploy_json, projects_of, release_json
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

_LONGEST = 200
_BAD = re.compile(r"[\r\n\f\t/\\]")
_STATUS = ("open", "archived")
_REFERENCED = "This release is referenced by active issues and cannot be removed."


def create(call: Call) -> Response:
    """Make a release, or let one that is there belong to further projects."""
    told = body(call)
    require(told, "version", "projects")
    version, projects = _version(told), _projects(call, told)
    known = call.world.release(call.org.slug, version)
    release = known or Release(
        call.world.next_id(77_000), call.org.slug, version, [], call.world.now(), []
    )
    new = [project.slug for project in projects if project.slug not in release.projects]
    _apply(call, release, told, is_new=known is None)
    release.projects += new
    if known is None:
        call.world.releases.append(release)
    status = 201 if new or known is None else 208
    return JSONResponse(release_json(call.world, release), status)


def update(call: Call) -> Response:
    """Change what the body names."""
    release = asked_release(call)
    _apply(call, release, body(call), is_new=True)
    return JSONResponse(release_json(call.world, release))


def delete(call: Call) -> Response:
    """Delete a release that no event names."""
    release = asked_release(call)
    projects = (project.id for project in projects_of(call.world, release))
    named = Where.among("project", projects) & Where("release = ?", (release.version,))
    if call.world.store.find(named).first():
        raise bad_request(_REFERENCED)
    call.world.releases.remove(release)
    call.world.shipping.forget(release.org, release.version)
    return gone()


def deploy(call: Call) -> Response:
    """Note that a release came into an environment, which its projects then know."""
    release, told = asked_release(call), body(call)
    require(told, "environment")
    environment = fields.text(told, "environment", longest=64)
    if not re.fullmatch(r"[^\n\r\f/]+", environment) or environment == "none":
        raise invalid(environment="Invalid value for environment")
    for project in _deployed(call, release, told):
        call.world.add_environment(release.org, project, environment)
    made = call.world.shipping.deploy(
        release.org,
        release.version,
        environment,
        name=fields.text(told, "name", longest=64),
        url=fields.address(told, "url"),
        started=fields.moment(told, "dateStarted"),
        finished=fields.moment(told, "dateFinished") or call.world.now(),
    )
    return JSONResponse(deploy_json(made), 201)


def _deployed(call: Call, release: Release, told: Json) -> list[str]:
    """Name the projects that were deployed; all of the release, if none is named."""
    wanted = [str(each) for each in fields.items(told, "projects")]
    named = {each: call.world.project(release.org, each) for each in wanted}
    if not all(project and project.slug in release.projects for project in named.values()):
        raise invalid(projects="Invalid project")
    return [project.slug for project in named.values() if project] or release.projects


def _version(told: Json) -> str:
    version = fields.text(told, "version", longest=_LONGEST)
    if _BAD.search(version) or version in {".", ".."} or version.lower() == "latest":
        raise invalid(version=f"Release with name {version} is not allowed")
    return version


def _projects(call: Call, told: Json) -> list[Project]:
    wanted = [str(each) for each in fields.items(told, "projects")]
    found = [call.world.project(call.org.slug, each) for each in wanted]
    known = [project for project in found if project]
    if len(known) < len(wanted):
        raise invalid(projects="Invalid project ids or slugs")
    return known


def _apply(call: Call, release: Release, told: Json, *, is_new: bool) -> None:
    """Take over what a body says; of a release made again only its status, commits and refs.

    All of it is read before any of it is done.
    """
    ref, url = fields.text(told, "ref", longest=_LONGEST), fields.address(told, "url")
    released, owner = fields.moment(told, "dateReleased"), _owner(call, told)
    status = fields.text(told, "status")
    if status and status not in _STATUS:
        raise invalid(status=f"Invalid status {status}")
    commits, heads = fields.each(told, "commits", _commit), _heads(call, told)
    release.status = status or release.status
    release.commits, release.heads = commits or release.commits, heads or release.heads
    _add_repositories(call, commits)
    if is_new:
        release.ref, release.url = ref or release.ref, url or release.url
        release.released, release.owner = released or release.released, owner or release.owner


def _owner(call: Call, told: Json) -> str:
    wanted = fields.text(told, "owner").removeprefix("user:")
    own = (each for each in call.world.members if each.org == call.org.slug)
    found = next((each.email for each in own if wanted in {each.email, each.user_id}), "")
    if wanted and not found:
        raise invalid(owner="Unknown actor input")
    return found


def _commit(row: Json) -> Json:
    require(row, "id")
    at, changed = fields.moment(row, "timestamp"), fields.each(row, "patch_set", _change)
    name = fields.text(row, "author_name", longest=128)
    commit: Json = {
        "id": fields.text(row, "id", longest=64),
        "message": fields.text(row, "message"),
        "author": fields.text(row, "author_email", longest=200) or _address(name),
        "name": name,
        "repository": fields.text(row, "repository", longest=64),
        "files": [path for path, _ in changed],
        "changes": dict(changed),
    }
    return commit | ({"dateCreated": iso(at)} if at else {})


def _change(file: Json) -> tuple[str, str]:
    require(file, "path", "type")
    kind = fields.text(file, "type")
    if kind not in {"A", "M", "D"}:
        raise invalid(type=f"Commit patch_set type {kind} is not supported.")
    return fields.text(file, "path", longest=510), kind


def _address(name: str) -> str:
    """Make up an address for an author without one, as Sentry does."""
    return re.sub(r"[^a-zA-Z0-9._-]", "", name).lower() + "@localhost" if name else ""


def _heads(call: Call, told: Json) -> list[Json]:
    """Read where repositories stood, which must be known."""
    heads = fields.each(told, "refs", _head) or fields.each(told, "headCommits", _old_head)
    known = {each.name for each in call.world.integrations.repositories}
    strange = [head["repository"] for head in heads if head["repository"] not in known]
    if strange:
        raise invalid(refs=f"Invalid repository names: {','.join(strange)}")
    return heads


def _head(row: Json) -> Json:
    require(row, "repository", "commit")
    return {
        "repository": fields.text(row, "repository", longest=200),
        "commit": fields.text(row, "commit"),
        "previousCommit": fields.text(row, "previousCommit", longest=64) or None,
    }


def _old_head(row: Json) -> Json:
    """Read it as bodies said it before there were refs."""
    require(row, "repository", "currentId")
    return _head(row | {"commit": row["currentId"], "previousCommit": row.get("previousId")})


def _add_repositories(call: Call, commits: Sequence[Json]) -> None:
    """Let the organization know the repositories that commits name, as Sentry does."""
    kept, org = call.world.integrations.repositories, call.org.slug
    known = {each.name for each in kept if each.org == org}
    for name in dict.fromkeys(commit["repository"] for commit in commits):
        if name and name not in known:
            number = str(call.world.next_id(600))
            kept.append(Repository(number, org, name, "", call.world.now(), provider=""))
