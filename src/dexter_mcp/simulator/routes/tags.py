"""Routes about the tags of an issue: what sets its events apart."""

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.store import TagValue, Where
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.routes.selection import issue_events
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_TOP = 10
_MOST_VALUES = 1000

_NAMES = {"os": "OS", "os.name": "OS Name", "url": "URL", "runtime.name": "Runtime Name"}


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about the tags of issues."""
    tags = "/organizations/{org}/issues/{issue}/tags/"
    return [
        endpoint(world, tags, "event", GET=_listing),
        endpoint(world, f"{tags}{{key}}/", "event", GET=_details),
        endpoint(world, f"{tags}{{key}}/values/", "event", GET=_values),
    ]


def tag_counts(call: Call, where: Where) -> list[Json]:
    """Shape all tags of some events, with their totals."""
    return [
        {"key": key, "name": tag_name(key), "totalValues": sum(value.count for value in values)}
        for key, values in call.world.store.tag_values(where).items()
    ]


def _listing(call: Call) -> Response:
    found = call.world.store.tag_values(issue_events(call, call.issue))
    wanted = call.query.getlist("key")
    shown = {key: values for key, values in found.items() if not wanted or key in wanted}
    return JSONResponse([_tag(call, key, values) for key, values in shown.items()])


def _details(call: Call) -> Response:
    key = call.part("key")
    return JSONResponse(_tag(call, key, _known(call, key)))


def _values(call: Call) -> Response:
    key, sort = call.part("key"), call.query.get("sort") or "date"
    by = _SORTS.get(sort.lstrip("-"))
    if by is None:
        raise bad_request("Invalid sort parameter.")
    values = sorted(_known(call, key), key=by, reverse=True)[:_MOST_VALUES]
    page = paging.by_offset(call.request, values)
    return JSONResponse([tag_value(call, key, value) for value in page.items], headers=page.headers)


def _known(call: Call, key: str) -> list[TagValue]:
    where = issue_events(call, call.issue)
    found = call.world.store.tag_values(where, key).get(key)
    if found is None:
        raise not_found()
    return found


def _tag(call: Call, key: str, values: list[TagValue]) -> Json:
    return {
        "key": key,
        "name": tag_name(key),
        "uniqueValues": len(values),
        "totalValues": sum(value.count for value in values),
        "topValues": [tag_value(call, key, value) for value in values[:_TOP]],
    }


def tag_value(call: Call, key: str, value: TagValue) -> Json:
    """Shape a value of a tag; one of `user` tells who that is."""
    shape: Json = {
        "key": key,
        "name": value.value,
        "value": value.value,
        "count": value.count,
        "firstSeen": iso(from_epoch(value.first)),
        "lastSeen": iso(from_epoch(value.last)),
    }
    if key != "user":
        return shape
    kind, _, name = value.value.partition(":")
    return shape | {"query": f'user.{kind}:"{name}"'} | call.world.store.user(value.value)


def tag_name(key: str) -> str:
    """Name a tag for people."""
    return _NAMES.get(key, key.replace("_", " ").replace(".", " ").title())


_SORTS: Mapping[str, Callable[[TagValue], float | str]] = {
    "date": lambda value: value.last,
    "last_seen": lambda value: value.last,
    "age": lambda value: value.first,
    "first_seen": lambda value: value.first,
    "count": lambda value: value.count,
    "id": lambda value: value.value,
}
