"""Routes about the repositories that commits come from."""

from collections.abc import Iterator

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.integrations import Repository
from dexter_mcp.simulator.routes import fields, paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.routes.writing import body, require
from dexter_mcp.simulator.shapes.integrations import repository_json
from dexter_mcp.simulator.shapes.releases import commit_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_STATUS = {"active": {"active"}, "deleted": {"hidden", "pending_deletion"}, "": {"active"}}


def routes(world: World) -> list[BaseRoute]:
    """Serve the repositories of `world`."""
    repos = "/organizations/{org}/repos/"
    return [
        endpoint(world, repos, "repository", GET=_listing),
        endpoint(world, f"{repos}{{repo}}/commits/", "organization", GET=_commits),
        endpoint(world, "/projects/{org}/{project}/repo/", "project", POST=_link),
    ]


def _listing(call: Call) -> Response:
    status = _STATUS.get(call.query.get("status", ""))
    if status is None:
        raise bad_request("Invalid status value. Valid values are active and deleted.")
    text, integration = call.query.get("query", ""), call.query.get("integration_id")
    found = [
        each
        for each in call.world.integrations.repositories
        if (each.org, each.status in status) == (call.org.slug, True)
        and text.lower() in each.name.lower()
        and integration in {None, each.integration}
    ]
    page = paging.by_offset(call.request, sorted(found, key=lambda each: each.name))
    shown = [repository_json(each) | _expanded(call, each) for each in page.items]
    return JSONResponse(shown, headers=page.headers)


def _expanded(call: Call, repository: Repository) -> Json:
    if "settings" not in call.query.getlist("expand"):
        return {}
    reviewed = repository.provider == "github"
    triggers = ["on_ready_for_review"] if reviewed else []
    return {"settings": {"enabledCodeReview": reviewed, "codeReviewTriggers": triggers}}


def _commits(call: Call) -> Response:
    repository = call.world.integrations.repository(call.org.slug, call.part("repo"))
    if repository is None:
        raise not_found()
    page = paging.by_offset(call.request, list(_made_in(call.world, repository)))
    whose = {"repository": repository_json(repository)}
    shown = [commit_json(call.world, call.org.slug, commit) | whose for commit in page.items]
    return JSONResponse(shown, headers=page.headers)


def _link(call: Call) -> Response:
    """Tie a repository to a project, which may be done twice."""
    project, told = call.project, body(call)
    require(told, "repositoryId")
    number = str(fields.number(told, "repositoryId"))
    kept = call.world.integrations
    repository = kept.repository(project.org, number)
    if repository is None or repository.status != "active":
        raise not_found("Repository not found.")
    known = kept.links.get((project.id, number))
    link = known or str(call.world.next_id(400))
    kept.links[project.id, number] = link
    told = {"id": link, "projectId": str(project.id), "repositoryId": number}
    status = 200 if known else 201
    return JSONResponse(told | {"source": "scm_onboarding", "created": not known}, status)


def _made_in(world: World, repository: Repository) -> Iterator[Json]:
    """List commits newest first: a repository is named after the project that it builds."""
    project = repository.name.rpartition("/")[2]
    shipped = [each for each in world.releases if each.org == repository.org]
    for release in sorted(shipped, key=lambda each: each.date, reverse=True):
        usual = repository.name if project in release.projects[:1] else None
        for commit in release.commits:
            if (commit.get("repository") or usual) == repository.name:
                yield commit
