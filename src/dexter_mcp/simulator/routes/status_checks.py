"""Routes that spare a commit the checks of builds and of snapshots."""

import re
from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.preprod import Skipped
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.writing import body, choose, invalid, require
from dexter_mcp.simulator.world import World

_SHA = re.compile(r"[0-9a-f]{40}")


def routes(world: World) -> list[BaseRoute]:
    """Serve what skips checks."""
    checks = "/projects/{org}/{project}/preprod/"
    places = {"size": f"{checks}size-analysis/", "snapshots": f"{checks}snapshots/"}
    return [
        endpoint(world, f"{place}status-checks/skip/", "release", POST=_skipping(check))
        for check, place in places.items()
    ]


def _skipping(check: str) -> Callable[[Call], Response]:
    """Tell a repository that nothing will be uploaded for a commit."""

    def skip(call: Call) -> Response:
        told, project = body(call), call.project
        require(told, "sha", "repository", "provider")
        sha = fields.text(told, "sha", longest=40)
        name = fields.text(told, "repository", longest=255)
        if not _SHA.fullmatch(sha):
            raise invalid(sha="This value does not match the required pattern.")
        choose(told, "provider", ("github", "github_enterprise"))
        wanted = (project.org, name, told["provider"])
        known = call.world.integrations.repositories
        if not any((r.org, r.name, r.provider) == wanted and r.integration for r in known):
            said = f"No active {told['provider']} integration found for repository '{name}'."
            raise bad_request(said)
        call.world.preprod.skipped.append(Skipped(check, project.id, name, sha))
        return Response(None, 200)

    return skip
