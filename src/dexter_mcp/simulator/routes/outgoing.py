"""Routes about what Sentry passes on by itself, and about the models that Seer runs."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dexter_mcp.simulator.routes import outgoing_writes, selection
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.shapes.outgoing import action_json
from dexter_mcp.simulator.world import World

_MODELS = ("gpt-5-mini", "claude-sonnet-4-5", "gemini-2.5-flash")


def routes(world: World) -> list[BaseRoute]:
    """Serve notification actions, spike protection, and the names of Seer's models."""
    actions = "/organizations/{org}/notifications/actions/"
    return [
        endpoint(world, actions, "notification action", GET=_actions, POST=outgoing_writes.create),
        endpoint(
            world,
            f"{actions}{{action}}/",
            "notification action",
            GET=_action,
            PUT=outgoing_writes.replace_one,
            DELETE=outgoing_writes.remove,
        ),
        endpoint(
            world,
            "/organizations/{org}/spike-protections/",
            "spike protection",
            POST=outgoing_writes.protect,
            DELETE=outgoing_writes.expose,
        ),
        Route("/api/0/seer/models/", _models),
    ]


def _models(_: Request) -> Response:
    """Answer without asking who it is: the list is public."""
    return JSONResponse({"models": list(_MODELS)})


def _actions(call: Call) -> Response:
    trigger = call.query.get("triggerType")
    wanted = {project.id for project in selection.projects(call)}
    asked = "project" in call.query or "projectSlug" in call.query
    own = [
        each
        for each in call.world.outgoing.actions
        if each.org == call.org.slug
        and trigger in {None, each.trigger}
        and (not wanted.isdisjoint(each.projects) or not (each.projects or asked))
    ]
    return JSONResponse([action_json(call, each) for each in own])


def _action(call: Call) -> Response:
    return JSONResponse(action_json(call, outgoing_writes.action_named(call)))
