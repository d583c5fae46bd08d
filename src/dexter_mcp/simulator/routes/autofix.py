"""What Seer made of an issue."""

import re
from collections.abc import Iterator

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.intake import seer
from dexter_mcp.simulator.intake.loose import mappings, text
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request, not_found
from dexter_mcp.simulator.routes.writing import accepted, body, choose, invalid
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_POINTS = ("root_cause", "solution", "code_changes", "open_pr")
_STEPS = (*_POINTS, "pr_iteration", "coding_agent_handoff")
_LONGEST_CONTEXT = 1000
_HANDOFF = "run_id and either integration_id or provider are required for coding_agent_handoff"


def routes(world: World) -> list[BaseRoute]:
    """Serve Seer's runs; a server on one's own premises has no Seer.

    https://docs.sentry.io/api/seer/retrieve-seer-issue-fix-state/
    """
    return [
        endpoint(
            world, "/organizations/{org}/issues/{issue}/autofix/", "event", GET=_state, POST=_start
        )
    ]


def _state(call: Call) -> Response:
    if call.world.self_hosted:
        raise not_found()
    run = seer.run_of(call.world, call.issue)
    wanted = call.query.get("llmFormat")
    if run is None or not wanted:
        return JSONResponse({"autofix": run})
    formatted = {"format": wanted, "content": "\n".join(_told(run))}
    return JSONResponse({"autofix": run, "formatted": formatted})


def _start(call: Call) -> Response:
    """Start a run, or take one further; keys come in either spelling.

    https://docs.sentry.io/api/seer/start-seer-issue-fix/
    """
    if call.world.self_hosted:
        raise not_found()
    issue, told = call.issue, _snake(body(call))
    step = _checked(told)
    before = call.world.extras.runs.get(issue.number, {})
    if "run_id" in told and told["run_id"] != before.get("run_id"):
        raise Refusal(404, None)
    number = told.get("run_id") or call.world.next_id(77_200)
    said = text(told.get("user_context") or told.get("instruction"))
    seer.start(call.world, issue, number, step, said)
    return accepted({"run_id": number, "sentry_run_id": None})


def _snake(told: Json) -> Json:
    return {re.sub("[A-Z]", lambda it: f"_{it[0].lower()}", name): told[name] for name in told}


def _checked(told: Json) -> str:
    """Refuse what Sentry does; tell how far the run is to go."""
    choose(told, "step", _STEPS)
    choose(told, "stopping_point", _POINTS)
    if "run_id" in told and not isinstance(told["run_id"], int):
        raise invalid(run_id="A valid integer is required.")
    if len(text(told.get("user_context"))) > _LONGEST_CONTEXT:
        said = f"Ensure this field has no more than {_LONGEST_CONTEXT} characters."
        raise invalid(user_context=said)
    step = text(told.get("stopping_point") or told.get("step") or "root_cause")
    if told.get("stopping_point"):
        return step
    if step in {"open_pr", "pr_iteration"} and "run_id" not in told:
        raise bad_request(f"run_id is required for {step}")
    agents = [name for name in ("integration_id", "provider") if told.get(name)]
    if step == "coding_agent_handoff" and not ("run_id" in told and agents):
        raise bad_request(_HANDOFF)
    if step == "coding_agent_handoff" and len(agents) > 1:
        raise bad_request("Cannot specify both integration_id and provider")
    return step


def _told(run: Json) -> Iterator[str]:
    for step in mappings(run.get("steps")):
        yield f"## {text(step.get('title'))}"
        for cause in mappings(step.get("causes")):
            yield text(cause.get("description"))
        for point in mappings(step.get("solution")):
            yield f"- {text(point.get('title'))}"
