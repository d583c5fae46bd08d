"""Whom Sentry is to tell of spikes, and in which projects it is to hold them back.

https://docs.sentry.io/api/alerts/create-a-spike-protection-notification-action/
"""

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.outgoing import NotificationAction
from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes import alert_bodies as bodies
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.routes.writing import gone, invalid, require
from dexter_mcp.simulator.shapes.outgoing import action_json
from dexter_mcp.simulator.telling.story import Json

_TRIGGERS = ("spike-protection",)
_INTEGRATIONS = ("pagerduty", "slack", "msteams", "opsgenie")
_SERVICES = ("email", *_INTEGRATIONS, "sentry_app", "sentry_notification", "discord")
_OFF = "quotas:spike-protection-disabled"


def create(call: Call) -> Response:
    """Tell somebody of spikes."""
    made = _read(call, call.world.next_id(800), bodies.told(call))
    call.world.outgoing.actions.append(made)
    return JSONResponse(action_json(call, made), 201)


def replace_one(call: Call) -> Response:
    """Put another action in the place of one: without projects, it is about none."""
    old = action_named(call)
    made, actions = _read(call, old.id, bodies.told(call)), call.world.outgoing.actions
    actions[actions.index(old)] = made
    return JSONResponse(action_json(call, made), 202)


def remove(call: Call) -> Response:
    """Tell somebody of spikes no more."""
    call.world.outgoing.actions.remove(action_named(call))
    return gone()


def action_named(call: Call) -> NotificationAction:
    """Find the notification action of the path."""
    for each in call.world.outgoing.actions:
        if (each.org, str(each.id)) == (call.org.slug, call.part("action")):
            return each
    raise not_found()


def protect(call: Call) -> Response:
    """Hold spikes back in some projects."""
    _protect(call, off=False)
    return Response(None, 201)


def expose(call: Call) -> Response:
    """Let spikes through in some projects."""
    _protect(call, off=True)
    return Response(None, 200)


def _protect(call: Call, *, off: bool) -> None:
    told = bodies.told(call)
    require(told, "projects")
    everything = told["projects"] == ["$all"]
    chosen = call.world.projects_of(call.org.slug) if everything else _projects(call, told)
    if not chosen:
        raise invalid(projects="This list may not be empty.")
    for project in chosen:
        call.world.settings.options.setdefault(project.id, {})[_OFF] = off


def _read(call: Call, number: int, told: Json) -> NotificationAction:
    require(told, "triggerType", "serviceType")
    trigger, service = told["triggerType"], told["serviceType"]
    if trigger not in _TRIGGERS:
        raise invalid(triggerType=f"Invalid trigger selected. Choose from {_said(_TRIGGERS)}.")
    if service not in _SERVICES:
        raise invalid(serviceType=f"Invalid service selected. Choose from {_said(_SERVICES)}.")
    return NotificationAction(
        number,
        call.org.slug,
        tuple(project.id for project in _projects(call, told)),
        service,
        str(told.get("targetIdentifier") or ""),
        str(told.get("targetDisplay") or ""),
        trigger,
        target_kind=str(told.get("targetType") or "specific"),
        integration=_integration(call, service, told),
    )


def _integration(call: Call, service: str, told: Json) -> int | None:
    given = told.get("integrationId")
    if given is None:
        if service in _INTEGRATIONS:
            said = f"Service type of '{service}' requires providing an active integration id"
            raise invalid(integrationId=said)
        return None
    found = call.world.integrations.get(call.org.slug, str(given))
    if found is None:
        raise invalid(integrationId="Integration does not exist, or is not installed")
    if service in _INTEGRATIONS and found.provider != service:
        match = f"'{found.provider}' does not match service type of '{service}'"
        raise invalid(integrationId=f"Integration of provider {match}")
    _check_target(service, told, found.name)
    return int(given)


def _check_target(service: str, told: Json, account: str) -> None:
    if service == "slack" and not told.get("targetDisplay"):
        raise invalid(targetDisplay="Did not receive a slack user or channel name.")
    if service == "pagerduty" and not told.get("targetIdentifier"):
        said = f"Did not recieve PagerDuty service id for the '{account}' account"
        raise invalid(targetIdentifier=said)


def _projects(call: Call, told: Json) -> list[Project]:
    found = [
        call.world.project(call.org.slug, str(each)) for each in fields.items(told, "projects")
    ]
    if None in found:
        raise invalid(projects="Invalid project")
    return [project for project in found if project]


def _said(choices: tuple[str, ...]) -> str:
    named = [f"'{each}'" for each in choices]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])}, and {named[-1]}"
