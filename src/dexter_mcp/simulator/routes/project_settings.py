"""Routes about how a project treats what comes in, and what it knows of its users."""

from hashlib import md5

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.settings import FILTERS
from dexter_mcp.simulator.memory.store import TagValue, Where
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes import project_settings_writes as writes
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, not_found
from dexter_mcp.simulator.routes.writing import gone
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_SEARCHED = ("objectName", "debugId", "codeId", "cpuName", "symbolType")


def routes(world: World) -> list[BaseRoute]:
    """Serve the settings of the projects of `world`."""
    project = "/projects/{org}/{project}/"
    return [
        endpoint(world, f"{project}filters/", "project", GET=_filters),
        endpoint(world, f"{project}filters/{{filter}}/", "project", PUT=writes.update_filter),
        endpoint(world, f"{project}hooks/", "hook", GET=_hooks, POST=_create_hook),
        endpoint(
            world,
            f"{project}hooks/{{hook}}/",
            "hook",
            GET=_hook,
            PUT=_update_hook,
            DELETE=_delete_hook,
        ),
        endpoint(
            world,
            f"{project}symbol-sources/",
            "project",
            GET=_symbol_sources,
            POST=writes.create_source,
            PUT=writes.update_source,
            DELETE=writes.delete_source,
        ),
        endpoint(world, f"{project}files/dsyms/", "release", GET=_debug_files),
        endpoint(world, f"{project}users/", "project", GET=_users),
    ]


def _filters(call: Call) -> Response:
    chosen = call.world.settings.filters[call.project.id]
    return JSONResponse([{"id": name, "active": chosen.get(name, False)} for name in FILTERS])


def _hooks(call: Call) -> Response:
    page = paging.by_number(call.request, _known_hooks(call))
    return JSONResponse(page.items, headers=page.headers)


def _hook(call: Call) -> Response:
    return JSONResponse(_found_hook(call))


def _create_hook(call: Call) -> Response:
    return writes.create_hook(call, _known_hooks(call))


def _update_hook(call: Call) -> Response:
    return writes.update_hook(call, _found_hook(call))


def _delete_hook(call: Call) -> Response:
    _known_hooks(call).remove(_found_hook(call))
    return gone()


def _found_hook(call: Call) -> Json:
    hook = next((each for each in _known_hooks(call) if each["id"] == call.part("hook")), None)
    if hook is None:
        raise not_found()
    return hook


def _known_hooks(call: Call) -> list[Json]:
    project = call.project
    if call.world.self_hosted:
        said = "You do not have that feature enabled"
        raise Refusal(403, {"detail": said, "error_type": "unavailable_feature"})
    return call.world.settings.hooks[project.id]


def _symbol_sources(call: Call) -> Response:
    sources = call.world.settings.symbol_sources[call.project.id]
    wanted = call.query.get("id", "")
    found = [source for source in sources if wanted in {"", source["id"]}]
    if wanted and not found:
        raise not_found(f"Unknown source id: {wanted}")
    return JSONResponse(found)


def _debug_files(call: Call) -> Response:
    files = call.world.settings.debug_files[call.project.id]
    page = paging.by_number(call.request, [file for file in files if _is_wanted(call, file)])
    return JSONResponse(page.items, headers=page.headers)


def _is_wanted(call: Call, file: Json) -> bool:
    text = " ".join(str(file[name]) for name in _SEARCHED).lower()
    formats = call.query.getlist("file_formats")
    return (
        call.query.get("query", "").lower() in text
        and call.query.get("debug_id", file["debugId"]) == file["debugId"]
        and call.query.get("code_id", file["codeId"]) == file["codeId"]
        and (not formats or file["symbolType"] in formats)
    )


def _users(call: Call) -> Response:
    where = Where("project = ?", (call.project.id,))
    seen = call.world.store.tag_values(where, "user").get("user", [])
    found = [_user(call, value) for value in sorted(seen, key=lambda v: v.last, reverse=True)]
    query = call.query.get("query", "").strip()
    page = paging.by_number(call.request, [user for user in found if _answers(user, query)])
    return JSONResponse(page.items, headers=page.headers)


def _answers(user: Json, query: str) -> bool:
    """Apply `field:value`; without a field that Sentry knows, a query finds nobody."""
    field, _, value = query.partition(":")
    known = {"id": "id", "email": "email", "username": "username", "ip": "ipAddress"}
    return not query or (bool(value) and user.get(known.get(field, "")) == value)


def _user(call: Call, seen: TagValue) -> Json:
    told = {name: value or "" for name, value in call.world.store.user(seen.value).items()}
    return told | {
        "id": told["id"] or None,
        "tagValue": seen.value,
        "identifier": next(filter(None, told.values()), ""),
        "name": "",
        "avatarUrl": "",
        "hash": md5(seen.value.encode(), usedforsecurity=False).hexdigest(),
        "dateCreated": iso(from_epoch(seen.first)),
    }
