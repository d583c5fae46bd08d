"""Routes about client keys, the addresses to which SDKs send."""

from collections.abc import Mapping
from hashlib import md5
from typing import Literal

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.memory.settings import LOADER, ProjectKey
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.partial import (
    Reader,
    changes,
    choice,
    flag,
    inside,
    line,
    null_or,
    whole,
)
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.routes.writing import body, gone
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

Kept = tuple[Project, ProjectKey]

_BROWSERS = ("latest", "10.x", "9.x", "8.x", "7.x")
_USUAL = "10.x"
"""What a key goes back to whenever it is changed and the version of its SDK is not said."""
_ADJECTIVES = ("Calm", "Eager", "Brave", "Quiet", "Witty")
_ANIMALS = ("Otter", "Heron", "Badger", "Lynx", "Marmot", "Finch", "Newt")

_LIMIT = null_or(inside({"count": null_or(whole(0)), "window": null_or(whole(0, 86_400))}))

_FIRST: Mapping[str, Reader] = {
    "name": null_or(line(64, blank=True)),
    "rateLimit": _LIMIT,
    "useCase": choice("user", "profiling", "tempest", "demo"),
}
_LATER: Mapping[str, Reader] = {
    "name": line(64),
    "isActive": flag,
    "rateLimit": _LIMIT,
    "browserSdkVersion": choice(*_BROWSERS),
    "dynamicSdkLoaderOptions": inside(dict.fromkeys(LOADER, flag)),
}
"""What a key can be told when it is made, and afterwards."""


def routes(world: World) -> list[BaseRoute]:
    """Serve the client keys of `world`."""
    keys = "/projects/{org}/{project}/keys/"
    return [
        endpoint(world, "/organizations/{org}/project-keys/", "organization", GET=_of_org),
        endpoint(world, keys, "project", GET=_of_project, POST=_create),
        endpoint(world, f"{keys}{{key}}/", "project", GET=_details, PUT=_update, DELETE=_delete),
    ]


def _of_org(call: Call) -> Response:
    org, wanted = call.org.slug, call.query.get("team", "")
    team = call.world.team(org, wanted)
    if wanted and team is None:
        raise bad_request("Invalid team")
    projects = [p for p in call.world.projects_of(org) if team is None or team.slug in p.teams]
    return _page(call, [(p, key) for p in projects for key in _keys(call, p)])


def _of_project(call: Call) -> Response:
    project = call.project
    return _page(call, [(project, key) for key in _keys(call, project)])


def _details(call: Call) -> Response:
    return JSONResponse(_shape(call, *_found(call)))


def _create(call: Call) -> Response:
    project, world = call.project, call.world
    told = changes(body(call), _FIRST)
    number = world.next_id(0)
    public = md5(f"{world.seed}:key:{number}".encode(), usedforsecurity=False).hexdigest()
    use_case = str(told.get("useCase", "user"))
    key = ProjectKey(public, _name(told, number), world.now(), use_case=use_case)
    world.settings.keys[project.id].append(key)
    _limit(call, key, told)
    return JSONResponse(_shape(call, project, key), 201)


def _update(call: Call) -> Response:
    project, key = _found(call)
    told = changes(body(call), _LATER)
    key.name = told.get("name", key.name)
    key.active = told.get("isActive", key.active)
    key.browser = told.get("browserSdkVersion", _USUAL)
    key.loader |= told.get("dynamicSdkLoaderOptions", {})
    _limit(call, key, told)
    return JSONResponse(_shape(call, project, key))


def _delete(call: Call) -> Response:
    call.world.settings.drop_key(*_found(call))
    return gone()


def _name(told: Json, number: int) -> str:
    """Name a key; Sentry invents a name for one that has none."""
    return told.get("name") or f"{_ADJECTIVES[number % 5]} {_ANIMALS[number % 7]}"


def _limit(call: Call, key: ProjectKey, told: Json) -> None:
    """Limit what a key takes in; without both numbers there is no limit."""
    if "rateLimit" not in told:
        return
    given: Json = told["rateLimit"] or {}
    count, window = given.get("count"), given.get("window")
    if count and window:
        call.world.settings.limits[key.public] = (count, window)
    else:
        call.world.settings.limits.pop(key.public, None)


def _found(call: Call) -> Kept:
    project, wanted = call.project, call.part("key")
    key = next((key for key in _keys(call, project) if key.public == wanted), None)
    if key is None:
        raise not_found()
    return project, key


def _page(call: Call, found: list[Kept]) -> Response:
    status = call.query.get("status", "")
    if status not in {"", "active", "inactive"}:
        raise bad_request("Invalid status")
    kept = [(p, key) for p, key in found if not status or key.active is (status == "active")]
    page = paging.by_number(call.request, kept)
    return JSONResponse([_shape(call, *each) for each in page.items], headers=page.headers)


def _keys(call: Call, project: Project) -> list[ProjectKey]:
    return call.world.settings.keys_of(project)


def _shape(call: Call, project: Project, key: ProjectKey) -> Json:
    secret = md5(f"secret {key.public}".encode(), usedforsecurity=False).hexdigest()
    limit = call.world.settings.limits.get(key.public)
    return {
        "id": key.public,
        "name": key.name,
        "label": key.name,
        "public": key.public,
        "secret": secret,
        "projectId": project.id,
        "isActive": key.active,
        "rateLimit": {"count": limit[0], "window": limit[1]} if limit else None,
        "dsn": _addresses(call, project, key.public, secret),
        "browserSdkVersion": key.browser,
        "browserSdk": {"choices": [[each, each] for each in _BROWSERS]},
        "dateCreated": iso(key.created),
        "dynamicSdkLoaderOptions": key.loader,
        "useCase": key.use_case,
    }


def _addresses(call: Call, project: Project, public: str, secret: str) -> Json:
    scheme: Literal["https", "http"] = "https" if call.base.startswith("https") else "http"
    api = f"{call.base}/api/{project.id}"
    whose = f"?sentry_key={public}"
    return {
        "public": f"{scheme}://{public}@{call.host}/{project.id}",
        "secret": f"{scheme}://{public}:{secret}@{call.host}/{project.id}",
        "csp": f"{api}/csp-report/{whose}",
        "security": f"{api}/security/{whose}",
        "minidump": f"{api}/minidump/{whose}",
        "nel": f"{api}/nel/{whose}",
        "unreal": f"{api}/unreal/{public}/",
        "crons": f"{api}/cron/___MONITOR_SLUG___/{public}/",
        "cdn": f"{call.base}/js-sdk-loader/{public}.min.js",
        "playstation": f"{api}/playstation/{whose}",
        "integration": f"{api}/integration/",
        "otlp_traces": f"{api}/integration/otlp/v1/traces/",
        "otlp_logs": f"{api}/integration/otlp/v1/logs/",
    }
