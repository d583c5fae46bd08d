"""Routes about whose commit an event may go back to."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.events import find_event, within_project
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.shapes.releases import commit_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_SCORE = 4
"""How sure Sentry is of the commits that it finds by their files."""


def routes(world: World) -> list[BaseRoute]:
    """Serve the suspect commits of events."""
    path = "/projects/{org}/{project}/events/{event}/committers/"
    return [endpoint(world, path, "project", GET=_committers)]


def _committers(call: Call) -> Response:
    event = find_event(call, within_project(call.project))
    issue = call.world.issues.get(event.issue or 0)
    commit = _commit(call, issue.suspect) if issue else None
    if commit is None:
        raise not_found("No Commits found for Release")
    shape = commit_json(call.world, call.org.slug, commit)
    scored = shape | {"score": _SCORE, "suspectCommitType": "via commit in release"}
    del scored["author"]
    return JSONResponse({"committers": [{"author": shape["author"], "commits": [scored]}]})


def _commit(call: Call, commit_id: str) -> Json | None:
    commits = (c for r in call.world.releases if r.org == call.org.slug for c in r.commits)
    return next((commit for commit in commits if commit_id and commit["id"] == commit_id), None)
