"""Routes about what members and teams are called elsewhere; members' and teams' own tell it."""

import re
from collections.abc import Iterable
from dataclasses import replace

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.settings import External
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.routes.writing import body, choose, gone, invalid, require
from dexter_mcp.simulator.shapes.members import external_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_PROVIDERS = (
    *("github", "github_enterprise", "jira_server", "slack", "slack_staging"),
    *("perforce", "gitlab", "msteams", "custom_scm"),
)
_STRICT = {"github", "gitlab"}
_NEEDED = ("externalName", "provider", "integrationId")
_STRANGE = "External Name must start with '@' and can't contain special characters or spaces."
_TAKEN = "There already exists an external association with this external_name and provider."


def routes(world: World) -> list[BaseRoute]:
    """Serve the names elsewhere that `world` knows."""
    users = "/organizations/{org}/external-users/"
    teams = "/teams/{org}/{team}/external-teams/"
    one_user, one_team = f"{users}{{external}}/", f"{teams}{{external}}/"
    return [
        endpoint(world, users, "external user", POST=_create_user),
        endpoint(world, one_user, "external user", PUT=_update_user, DELETE=_delete),
        endpoint(world, teams, "team", POST=_create_team),
        endpoint(world, one_team, "team", PUT=_update_team, DELETE=_delete),
    ]


def _create_user(call: Call) -> Response:
    told = fields.camel(body(call))
    require(told, "userId", *_NEEDED)
    return _create(call, told, _member(call, told))


def _create_team(call: Call) -> Response:
    told = fields.camel(body(call))
    require(told, *_NEEDED)
    return _create(call, told, _team(call))


def _create(call: Call, told: Json, owner: str) -> Response:
    """Note the name, or find that it is noted; then it stays whose it is."""
    kept = call.world.settings.external
    made = _told(call, told, External("", call.org.slug, owner, "", "", ""))
    if known := _alike(made, kept):
        return JSONResponse(external_json(call.world, known))
    made.id = str(call.world.next_id(800))
    kept[:] = sorted([*kept, made], key=lambda each: each.owner)
    return JSONResponse(external_json(call.world, made), 201)


def _update_user(call: Call) -> Response:
    found, told = _asked(call), fields.camel(body(call))
    owner = found.owner if told.get("userId") is None else _member(call, told)
    return _update(call, told, replace(found, owner=owner))


def _update_team(call: Call) -> Response:
    return _update(call, fields.camel(body(call)), _asked(call))


def _update(call: Call, told: Json, found: External) -> Response:
    """Change what the body names; of two names, one may not become the other."""
    kept = call.world.settings.external
    changed = _told(call, told, found)
    if _alike(changed, (each for each in kept if each.id != found.id)):
        return JSONResponse([_TAKEN], 400)
    kept[:] = [changed if each.id == found.id else each for each in kept]
    return JSONResponse(external_json(call.world, changed))


def _delete(call: Call) -> Response:
    call.world.settings.external.remove(_asked(call))
    return gone()


def _asked(call: Call) -> External:
    """Find the name of the path: one of the team, if there is one in the path, else a member's."""
    team = _team(call) if "team" in call.request.path_params else ""
    for each in call.world.settings.external:
        is_whose = each.owner == team if team else each.owner.startswith("user:")
        if is_whose and (each.org, each.id) == (call.org.slug, call.part("external")):
            return each
    raise not_found()


def _told(call: Call, told: Json, so_far: External) -> External:
    """Read what a body says over what is known."""
    choose(told, "provider", _PROVIDERS)
    integration = fields.number(told, "integrationId")
    if integration and not call.world.integrations.get(call.org.slug, str(integration)):
        raise invalid(integrationId="Integration does not exist for this organization")
    changed = replace(
        so_far,
        provider=fields.text(told, "provider") or so_far.provider,
        name=fields.text(told, "externalName", longest=255) or so_far.name,
        integration=str(integration or so_far.integration),
        number=fields.text(told, "externalId", longest=64) or so_far.number,
    )
    if changed.provider in _STRICT and not re.fullmatch(r"@[\w/.-]+", changed.name):
        raise invalid(externalName=_STRANGE)
    return changed


def _alike(wanted: External, known: Iterable[External]) -> External | None:
    """Find what would be the same name."""
    return next((each for each in known if _name(each) == _name(wanted)), None)


def _name(it: External) -> tuple[str, ...]:
    return (it.org, it.provider, it.name, it.integration, it.number)


def _member(call: Call, told: Json) -> str:
    wanted = str(fields.number(told, "userId"))
    for member in call.world.members:
        if (member.org, member.user_id) == (call.org.slug, wanted):
            return f"user:{member.email}"
    raise invalid(userId="This member does not exist.")


def _team(call: Call) -> str:
    team = call.world.team(call.org.slug, call.part("team"))
    if team is None:
        raise not_found()
    return f"team:{team.slug}"
