"""Routes that answer with series: `/events-timeseries/`, and the old `/events-stats/`."""

from collections.abc import Mapping
from datetime import timedelta

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.discover.columns import Dataset
from dexter_mcp.simulator.discover.fragments import Sql, from_where
from dexter_mcp.simulator.discover.intervals import interval
from dexter_mcp.simulator.discover.series import Chart, Series, Slots, Top, plotted, ranked
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes.discover import dataset_of, scope_of, sorts_of
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.selection import Selection, environments_where, select
from dexter_mcp.simulator.search.values import SearchError
from dexter_mcp.simulator.shapes.timeseries import series_json, stats_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_MOST_TOP = 10
_COUNT = ["count()"]


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about events over time."""
    org = "/organizations/{org}"
    return [
        endpoint(world, f"{org}/events-timeseries/", "organization", GET=_today),
        endpoint(world, f"{org}/events-stats/", "organization", GET=_old),
    ]


def _today(call: Call) -> Response:
    asked, chosen = dataset_of(call), select(call)
    if not chosen.projects:
        return JSONResponse({"meta": _meta(asked, chosen), "timeSeries": []})
    slots, lines = _drawn(call, asked, chosen, call.query.getlist("groupBy"))
    now = call.world.now()
    shown = [series_json(line, slots, now, sampled=asked.items) for line in lines]
    return JSONResponse({"meta": _meta(asked, chosen), "timeSeries": shown})


def _old(call: Call) -> Response:
    asked, chosen = dataset_of(call), select(call)
    if not chosen.projects:
        return JSONResponse({"data": []})
    group_by = [field for field in call.query.getlist("field") if "(" not in field]
    slots, lines = _drawn(call, asked, chosen, group_by)
    axes = call.query.getlist("yAxis") or _COUNT
    if not call.query.get("topEvents"):
        shaped = {line.axis: stats_json(line, slots) for line in lines}
        return JSONResponse(shaped if len(axes) > 1 else shaped[axes[0]])
    return JSONResponse(_by_group(lines, slots, several=len(axes) > 1))


def _by_group(lines: list[Series], slots: Slots, *, several: bool) -> Json:
    """Name each line by its group's values; where there are more axes, one level deeper."""
    shown: Json = {}
    for line in lines:
        name = "Other" if line.is_other else ",".join(str(v) for v in line.group.values())
        shape = stats_json(line, slots)
        if several:
            shown.setdefault(name, {"order": line.order})[line.axis] = shape
        else:
            shown[name] = shape
    return shown


def _meta(asked: Dataset, chosen: Selection) -> Mapping[str, object]:
    return {
        "dataset": asked.name,
        "start": chosen.start.timestamp() * 1000,
        "end": chosen.end.timestamp() * 1000,
    }


def _drawn(
    call: Call, asked: Dataset, chosen: Selection, group_by: list[str]
) -> tuple[Slots, list[Series]]:
    top, compared = _top(call, group_by), _compared(call)
    length = chosen.end - chosen.start
    try:
        width = interval(call.query.get("interval", ""), length, asked, top.count if top else 0)
        slots = Slots.covering(chosen.start, chosen.end, width)
        chart = Chart(
            scope=scope_of(call, asked, chosen),
            axes=call.query.getlist("yAxis") or _COUNT,
            query=call.query.get("query", ""),
            slots=slots,
            outside=_outside(chosen),
            compared=compared,
        )
        return slots, ranked(chart, top) if top else plotted(chart)
    except SearchError as error:
        raise bad_request(str(error)) from error


def _outside(chosen: Selection) -> Sql:
    among = Where.among("project", (project.id for project in chosen.projects))
    return from_where(among & environments_where(chosen.environments))


def _top(call: Call, group_by: list[str]) -> Top | None:
    asked = call.query.get("topEvents")
    if asked is None:
        return None
    count = _whole(asked, "topEvents")
    if count > _MOST_TOP:
        raise bad_request(f"Can only get up to {_MOST_TOP} top events")
    if count <= 0:
        raise bad_request("topEvents needs to be at least 1")
    if not group_by:
        raise bad_request("groupBy is a required parameter when doing topEvents")
    sorts = sorts_of(call)
    if "timestamp" in group_by:
        raise bad_request("Cannot group by timestamp")
    if "timestamp" in {sort.removeprefix("-") for sort in sorts}:
        raise bad_request("Cannot order by timestamp")
    return Top(group_by, sorts, count, with_other=call.query.get("excludeOther") != "1")


def _compared(call: Call) -> timedelta | None:
    asked = call.query.get("comparisonDelta")
    return None if asked is None else timedelta(seconds=_whole(asked, "comparisonDelta"))


def _whole(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise bad_request(f"{name} must be an integer") from None
