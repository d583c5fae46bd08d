"""Change how a project treats what comes in: filters, hooks, and where its symbols come from."""

from collections.abc import Mapping
from hashlib import md5
from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.settings import FILTERS
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.partial import (
    Reader,
    changes,
    choice,
    flag,
    inside,
    line,
    mapping,
    texts,
)
from dexter_mcp.simulator.routes.refusals import Refusal, not_found
from dexter_mcp.simulator.routes.writing import body, gone, invalid, require
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

_BROWSERS = (
    *("ie", "edge", "safari", "firefox", "chrome", "opera", "android", "opera_mini"),
    *("ie_pre_9", "ie9", "ie10", "ie11", "opera_pre_15", "android_pre_4", "safari_pre_6"),
    *("opera_mini_pre_8", "edge_pre_79"),
)
_EVENTS = ("event.alert", "event.created")

_HIDDEN = {"hidden-secret": True}
_SECRETS = ("password", "secret_key", "private_key")

_LAYOUTS = (
    *("native", "symstore", "symstore_index2", "ssqp", "unified", "debuginfod"),
    "slashsymbols",
)
_FILE_TYPES = (
    *("pe", "pdb", "portablepdb", "mach_debug", "mach_code", "elf_debug", "elf_code"),
    *("wasm_debug", "wasm_code", "breakpad", "sourcebundle", "uuidmap", "bcsymbolmap"),
    *("il2cpp", "proguard", "dartsymbolmap"),
)
_OF_ALL: Mapping[str, Reader] = {
    "id": line(),
    "name": line(),
    "layout": inside(
        {"type": choice(*_LAYOUTS), "casing": choice("lowercase", "uppercase", "default")}
    ),
    "filters": inside(
        {"filetypes": texts(*_FILE_TYPES), "path_patterns": texts(), "requires_checksum": flag}
    ),
    "is_public": flag,
}
_OPTIONAL = {"id", "filters", "is_public", "username", "password", "prefix"}


def _secret(told: Json, name: str) -> object:
    """Take a secret, or the mark that stands for the one that is kept."""
    return mapping(told, name) if told[name] == _HIDDEN else line()(told, name)


_OF_TYPE: Mapping[str, Mapping[str, Reader]] = {
    "http": {"url": fields.address, "username": line(), "password": _secret},
    "s3": {
        **dict.fromkeys(("bucket", "region", "access_key"), line()),
        "secret_key": _secret,
        "prefix": line(blank=True),
    },
    "gcs": {
        **dict.fromkeys(("bucket", "client_email"), line()),
        "private_key": _secret,
        "prefix": line(blank=True),
    },
}
"""What a source needs and takes, by its type."""


def update_filter(call: Call) -> Response:
    """Switch an inbound filter, or for old browsers some of its parts."""
    project, name = call.project, call.part("filter")
    if name not in FILTERS:
        raise not_found()
    told = changes(body(call), {"active": flag, "subfilters": texts(*_BROWSERS)})
    chosen = call.world.settings.filters[project.id]
    if name == "legacy-browsers" and "active" not in told:
        parts: list[str] = sorted(set(told.get("subfilters", ())))
        chosen[name] = parts or False
    else:
        chosen[name] = bool(told.get("active"))
    return gone()


def create_hook(call: Call, hooks: list[Json]) -> Response:
    """Have a project's events sent to an address."""
    told = body(call)
    require(told, "url", "events")
    read = _hook_told(told)
    world = call.world
    number = _digest(f"{world.seed}:hook:{world.next_id(0)}")
    hook: Json = {
        "id": number,
        "url": read["url"],
        "secret": _digest(f"secret {number}"),
        "status": "active",
        "events": read["events"],
        "dateCreated": iso(world.now()),
    }
    hooks.append(hook)
    return JSONResponse(hook, 201)


def update_hook(call: Call, hook: Json) -> Response:
    """Change a hook."""
    read = _hook_told(body(call))
    if "isActive" in read:
        hook["status"] = "active" if read.pop("isActive") else "disabled"
    hook |= read
    return JSONResponse(hook)


def create_source(call: Call) -> Response:
    """Let symbols come from one more place."""
    project, sources = call.project, call.world.settings.symbol_sources
    source = _source(call, {})
    if source["id"] in {each["id"] for each in sources[project.id]}:
        raise Refusal(400, {"error": f"Source ids must be unique: {source['id']}"})
    sources[project.id].append(source)
    return JSONResponse(source, 201)


def update_source(call: Call) -> Response:
    """Replace a place that symbols come from; a body without an id gives it a new one."""
    sources, place = _place(call)
    sources[place] = _source(call, sources[place])
    return JSONResponse(sources[place])


def delete_source(call: Call) -> Response:
    """Let symbols come from a place no more."""
    sources, place = _place(call)
    del sources[place]
    return gone()


def _hook_told(told: Json) -> Json:
    read = changes(told, {"url": fields.address, "events": texts(), "isActive": flag})
    if strange := [name for name in read.get("events", ()) if name not in _EVENTS]:
        raise invalid(events=f"Invalid event name: {strange[0]}")
    return read


def _place(call: Call) -> tuple[list[Json], int]:
    """Find the source that a query names, by its place among those of the project."""
    sources, wanted = call.world.settings.symbol_sources[call.project.id], call.query.get("id")
    if not wanted:
        raise Refusal(404, {"error": "Missing source id"})
    for place, source in enumerate(sources):
        if source["id"] == wanted:
            return sources, place
    raise Refusal(404, {"error": f"Unknown source id: {wanted}"})


def _source(call: Call, kept: Json) -> Json:
    """Read a source as it may be shown; what it keeps secret is kept by nobody here."""
    told = body(call)
    require(told, "type", "name")
    changes(told, {"type": choice(*_OF_TYPE)})
    readers = {**_OF_ALL, **_OF_TYPE[str(told["type"])]}
    missing = [name for name in (*_OF_TYPE[told["type"]], "layout") if _lacks(told, name)]
    strange = [name for name in told if name not in {*readers, "type"}]
    if missing or strange:
        said = f"Missing fields: {missing}\n" * bool(missing)
        raise invalid(nonFieldErrors=said + f"Invalid fields: {strange}" * bool(strange))
    read: dict[str, Any] = changes(told, readers)
    require(read.get("layout", {}), "type", "casing")
    for name in _SECRETS:
        if read.get(name) == _HIDDEN and name not in kept:
            raise Refusal(400, None)
    number = _digest(f"{call.world.seed}:source:{call.world.next_id(0)}")
    hidden = {name: _HIDDEN for name in _SECRETS if name in read}
    return {"type": told["type"], "id": str(UUID(number))} | read | hidden


def _lacks(told: Json, name: str) -> bool:
    return name not in told and name not in _OPTIONAL


def _digest(told: str) -> str:
    return md5(told.encode(), usedforsecurity=False).hexdigest()
