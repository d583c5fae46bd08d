"""Routes about what Sentry passes on by itself, and about the models that Seer runs."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dexter_mcp.simulator.memory.outgoing import Forwarder, NotificationAction
from dexter_mcp.simulator.routes import selection
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.shapes.projects import project_brief
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_MODELS = ("gpt-5-mini", "claude-sonnet-4-5", "gemini-2.5-flash")


def routes(world: World) -> list[BaseRoute]:
    """Serve forwarders, notification actions, and the names of Seer's models."""
    actions = "/organizations/{org}/notifications/actions/"
    return [
        endpoint(world, "/organizations/{org}/forwarding/", "forwarding", GET=_forwarders),
        endpoint(world, actions, "organization", GET=_actions),
        endpoint(world, f"{actions}{{action}}/", "organization", GET=_action),
        Route("/api/0/seer/models/", _models),
    ]


def _models(_: Request) -> Response:
    """Answer without asking who it is: the list is public."""
    return JSONResponse({"models": list(_MODELS)})


def _forwarders(call: Call) -> Response:
    own = [each for each in call.world.outgoing.forwarders if each.org == call.org.slug]
    return JSONResponse([_forwarder_json(call, each) for each in own])


def _actions(call: Call) -> Response:
    trigger = call.query.get("triggerType")
    wanted = {project.id for project in selection.projects(call)}
    own = [
        each
        for each in call.world.outgoing.actions
        if each.org == call.org.slug
        and trigger in {None, each.trigger}
        and not wanted.isdisjoint(each.projects)
    ]
    return JSONResponse([_action_json(call, each) for each in own])


def _action(call: Call) -> Response:
    for each in call.world.outgoing.actions:
        if (each.org, str(each.id)) == (call.org.slug, call.part("action")):
            return JSONResponse(_action_json(call, each))
    raise not_found()


def _action_json(call: Call, action: NotificationAction) -> Json:
    return {
        "id": action.id,
        "organizationId": int(call.org.id),
        "integrationId": action.integration,
        "sentryAppId": None,
        "projects": list(action.projects),
        "serviceType": action.service,
        "triggerType": action.trigger,
        "targetType": action.target_kind,
        "targetIdentifier": action.target,
        "targetDisplay": action.target_name,
    }


def _forwarder_json(call: Call, forwarder: Forwarder) -> Json:
    return {
        "id": forwarder.id,
        "organizationId": call.org.id,
        "isEnabled": forwarder.enabled,
        "enrollNewProjects": forwarder.enrolls_new,
        "enrolledProjects": [_project(call, number) for number in forwarder.projects],
        "provider": forwarder.provider,
        "config": forwarder.config,
        "projectConfigs": [_own_config(call, forwarder, one) for one in forwarder.projects],
        "dateAdded": iso(forwarder.created),
        "dateUpdated": iso(forwarder.created),
    }


def _own_config(call: Call, forwarder: Forwarder, project: int) -> Json:
    overrides = forwarder.overrides.get(project, {})
    return {
        "id": f"{forwarder.id}{project}",
        "isEnabled": forwarder.enabled,
        "dataForwarderId": forwarder.id,
        "project": _project(call, project),
        "overrides": overrides,
        "effectiveConfig": forwarder.config | overrides,
        "dateAdded": iso(forwarder.created),
        "dateUpdated": iso(forwarder.created),
    }


def _project(call: Call, number: int) -> Json:
    told = project_brief(call.world.projects[number])
    return {name: told[name] for name in ("id", "slug", "platform")}
