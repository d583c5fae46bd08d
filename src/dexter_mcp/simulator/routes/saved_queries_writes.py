"""Saving questions of Discover."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.saved_queries import SavedQuery
from dexter_mcp.simulator.routes import bounds, fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import Refusal, forbidden, not_found
from dexter_mcp.simulator.routes.writing import body, choose, gone, require
from dexter_mcp.simulator.shapes.saved_queries import discover_json
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

_DATASETS = ("error-events", "transaction-like", "discover")
_LONGEST_NAME = 255
_OF_TODAY = frozenset({"environment", "query", "yAxis", "display", "topEvents", "interval"})
_EVERYTHING = "-1"


def create(call: Call) -> Response:
    """Save a question."""
    told = _checked(call)
    made = call.world.saved_queries.save(
        "discover",
        str(told["name"]),
        _asks(told),
        org=call.org.slug,
        dataset=_dataset(told),
        author=call.token.user,
        created=call.world.now(),
        projects=_projects(call, told),
    )
    return JSONResponse(discover_json(call.world, made), 201)


def update(call: Call) -> Response:
    """Save a question in the place of another: what the body leaves out is gone."""
    old, told = _saved(call), _checked(call)
    new = replace(
        old,
        name=str(told["name"]),
        dataset=_dataset(told),
        projects=_projects(call, told),
        updated=call.world.now(),
        asks=_asks(told),
    )
    call.world.saved_queries.put(new)
    return JSONResponse(discover_json(call.world, new))


def remove(call: Call) -> Response:
    """Forget a question."""
    call.world.saved_queries.remove(_saved(call))
    return gone()


def _saved(call: Call) -> SavedQuery:
    for each in call.world.saved_queries.of(call.org.slug, "discover"):
        if each.id == call.part("query"):
            return each
    raise not_found()


def _checked(call: Call) -> Json:
    told = body(call)
    require(told, "name")
    fields.text(told, "name", longest=_LONGEST_NAME)
    choose(told, "queryDataset", _DATASETS)
    if told.get("version", 1) == 1 and (odd := sorted(_OF_TODAY & told.keys())):
        said = f"You cannot use the {', '.join(odd)} attribute(s) with the selected version"
        raise Refusal(400, {"non_field_errors": [said]})
    if told.get("fields") == []:
        raise Refusal(400, {"non_field_errors": ["You must include at least one field."]})
    return told


def _dataset(told: Json) -> str:
    return str(told.get("queryDataset") or _DATASETS[0])


def _projects(call: Call, told: Json) -> tuple[str, ...]:
    """Name the projects whose numbers are given; -1 stands for all, which none does too."""
    wanted = [str(each) for each in fields.items(told, "projects") if str(each) != _EVERYTHING]
    known = {str(each.id): each.slug for each in call.world.projects_of(call.org.slug)}
    if not known.keys() >= set(wanted):
        raise forbidden()
    return tuple(known[each] for each in wanted)


def _asks(told: Json) -> Json:
    read = {name: reader(told, name) for name, reader in _READERS.items() if told.get(name)}
    return {name: value for name, value in read.items() if value is not None}


def _moment(told: Json, name: str) -> str | None:
    read = fields.moment(told, name)
    return iso(read) if read else None


def _top(told: Json, name: str) -> int | None:
    return bounds.within(told, name, 1, 10)


_READERS: dict[str, Callable[[Json, str], Any]] = {
    **dict.fromkeys(("query", "orderby", "range", "display", "interval"), fields.text),
    **dict.fromkeys(("fields", "environment", "yAxis"), fields.items),
    **dict.fromkeys(("start", "end"), _moment),
    "topEvents": _top,
}
