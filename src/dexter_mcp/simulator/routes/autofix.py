"""What Seer made of an issue."""

from collections.abc import Iterator

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.intake.loose import mappings, text
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve Seer's runs; a server on one's own premises has no Seer.

    https://docs.sentry.io/api/seer/retrieve-seer-issue-fix-state/
    """
    return [endpoint(world, "/organizations/{org}/issues/{issue}/autofix/", "event", GET=_state)]


def _state(call: Call) -> Response:
    if call.world.self_hosted:
        raise not_found()
    run = call.world.extras.runs.get(call.issue.number)
    wanted = call.query.get("llmFormat")
    if run is None or not wanted:
        return JSONResponse({"autofix": run})
    formatted = {"format": wanted, "content": "\n".join(_told(run))}
    return JSONResponse({"autofix": run, "formatted": formatted})


def _told(run: Json) -> Iterator[str]:
    for step in mappings(run.get("steps")):
        yield f"## {text(step.get('title'))}"
        for cause in mappings(step.get("causes")):
            yield text(cause.get("description"))
        for point in mappings(step.get("solution")):
            yield f"- {text(point.get('title'))}"
