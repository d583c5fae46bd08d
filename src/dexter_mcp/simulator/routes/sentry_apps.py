"""Routes about the apps of the integration platform."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.integrations import App
from dexter_mcp.simulator.routes import fields, paging
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request, forbidden, not_found
from dexter_mcp.simulator.routes.writing import BLANK, body, gone, invalid
from dexter_mcp.simulator.shapes.integrations import app_json, installation_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_LONGEST_NAME = 57
"""The slug is made of it, and of six digits more."""
_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("issue", "error", "comment", "seer"), "event:read"),
        "preprod_artifact": "project:read",
    }
)
"""What can be subscribed to, and the scope that it takes."""
_URLS, _LISTS = ("webhookUrl", "redirectUrl"), {"allowedOrigins": 255, "webhookHeaders": 1024}


def routes(world: World) -> list[BaseRoute]:
    """Serve the apps of `world`."""
    installations = "/organizations/{org}/sentry-app-installations/"
    return [
        endpoint(world, installations, "app installation", GET=_installations),
        endpoint(world, "/organizations/{org}/sentry-apps/", "organization", GET=_owned),
        endpoint(world, "/sentry-apps/{app}/", "app", GET=_details, PUT=_update, DELETE=_delete),
    ]


def _installations(call: Call) -> Response:
    found = [each for each in call.world.integrations.apps if call.org.slug in each.installed]
    page = paging.by_offset(call.request, found)
    shown = [installation_json(each, call.org.slug) for each in page.items]
    return JSONResponse(shown, headers=page.headers)


def _owned(call: Call) -> Response:
    own = [each for each in call.world.integrations.apps if each.org == call.org.slug]
    return JSONResponse([app_json(call.world, each) for each in own])


def _details(call: Call) -> Response:
    return JSONResponse(app_json(call.world, _asked(call)))


def _update(call: Call) -> Response:
    """Change what the body names; a published app keeps its scopes."""
    app, told = _mine(call), body(call)
    name, scopes = _name(app, told), _scopes(call, app, told)
    events, settings = _events(scopes, app, told), _settings(told)
    alerts = fields.truth(told, "isAlertable", usual=app.alerts)
    needs_hook = "webhookUrl" in told and not told["webhookUrl"] and (events or alerts)
    if needs_hook and app.status == "internal":
        raise invalid(webhookUrl="webhookUrl required if webhook events are enabled")
    app.name, app.scopes, app.events, app.alerts = name, scopes, events, alerts
    app.author = fields.text(told, "author") or app.author
    app.overview = fields.text(told, "overview") or app.overview
    app.settings |= settings
    return JSONResponse(app_json(call.world, app))


def _delete(call: Call) -> Response:
    app = _mine(call)
    if app.status == "published":
        raise Refusal(403, {"detail": ["Published apps cannot be removed."]})
    call.world.integrations.remove(app)
    return gone()


def _asked(call: Call) -> App:
    """Find an app for those who own it, and a published one for everybody."""
    wanted = call.part("app")
    for each in call.world.integrations.apps:
        is_open = each.status == "published" or _owns(call, each)
        if is_open and wanted in {each.slug, str(each.id)}:
            return each
    raise not_found()


def _mine(call: Call) -> App:
    app = _asked(call)
    if not _owns(call, app):
        raise forbidden()
    return app


def _owns(call: Call, app: App) -> bool:
    owner = call.world.organizations.get(app.org)
    return owner is not None and call.may_enter(owner)


def _name(app: App, told: Json) -> str:
    if told.get("name") == "":
        raise invalid(name=BLANK)
    name = fields.text(told, "name") or app.name
    if len(name) > _LONGEST_NAME:
        raise invalid(name=f"Cannot exceed {_LONGEST_NAME} characters")
    return name


def _scopes(call: Call, app: App, told: Json) -> Sequence[str]:
    if told.get("scopes") is None:
        return app.scopes
    wanted = [str(each) for each in fields.items(told, "scopes")]
    if unknown := [each for each in wanted if each not in ALL_SCOPES]:
        raise invalid(scopes=f"{unknown[0]} not a valid scope")
    if more := [each for each in wanted if each not in {*app.scopes, *call.token.scopes}]:
        exceeds = (
            f"Requested permission of {more[0]} exceeds requester's permission. "
            "Please contact an administrator to make the requested change."
        )
        raise invalid(scopes=exceeds)
    if app.status == "published" and {*wanted} != {*app.scopes}:
        raise bad_request("Cannot update permissions on a published integration.")
    return wanted


def _events(scopes: Sequence[str], app: App, told: Json) -> Sequence[str]:
    if told.get("events") is None:
        return app.events
    wanted = [str(each) for each in fields.items(told, "events")]
    fields.none_but("events", wanted, _EVENTS, "Invalid event subscription:")
    if bare := [each for each in wanted if _EVENTS[each] not in scopes]:
        needed = f"{bare[0]} webhooks require the {_EVENTS[bare[0]]} permission."
        raise invalid(events=needed)
    return wanted


def _settings(told: Json) -> Json:
    """Read what the app is only shown with."""
    read: Json = {}
    for name in _URLS:
        if name in told:
            read[name] = fields.text(told, name) or None
            if not str(read[name] or "http").startswith("http"):
                raise invalid(**{name: "URL must start with http[s]://"})
    for name, longest in _LISTS.items():
        if name in told:
            read[name] = [str(each) for each in fields.items(told, name)]
            if any(len(each) > longest for each in read[name]):
                raise invalid(**{name: f"Ensure this field has no more than {longest} characters."})
    if any("*" in each for each in read.get("allowedOrigins", ())):
        raise invalid(allowedOrigins="'*' not allowed in origin")
    if "verifyInstall" in told:
        read["verifyInstall"] = fields.truth(told, "verifyInstall", usual=True)
    if told.get("schema") is not None:
        read["schema"] = json.dumps(told["schema"])
    return read
