"""The widgets of a dashboard, as bodies describe them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dexter_mcp.simulator.intake.loose import mapping
from dexter_mcp.simulator.memory.dashboards import Dashboard, Question, Widget
from dexter_mcp.simulator.routes import bounds, fields
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request
from dexter_mcp.simulator.routes.writing import choose, invalid
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_DISPLAYS = (
    *("line", "area", "bar", "table", "big_number", "details", "categorical_bar", "wheel"),
    *("rage_and_dead_clicks", "server_tree", "text", "agents_traces_table", "heatmap", "top_n"),
)
_TYPES = (
    *("discover", "issue", "metrics", "error-events", "transaction-like", "spans", "logs"),
    *("tracemetrics", "preprod-app-size", None),
)
_MOST = 30
_HUGE = 10_000
_LAYOUT = (("x", 0, 5), ("y", 0, _HUGE), ("w", 1, 6), ("h", 1, _HUGE), ("minH", 1, _HUGE))
_WIDGET_EXTRAS = ("thresholds", "layout", "axisRange", "legendType")
_QUERY_EXTRAS = ("fieldAliases", "isHidden", "selectedAggregate", "linkedDashboards")


def check_widgets(told: Json, it: Dashboard | None) -> None:
    """Refuse widgets that can't be made, or that are another dashboard's."""
    rows = fields.each(told, "widgets", _checked)
    if len(rows) > _MOST:
        said = f"Number of widgets must be less than {_MOST}"
        raise Refusal(400, {"nonFieldErrors": [said]})
    known = {str(widget.id) for widget in it.widgets} if it else set[str]()
    if any(row.get("id") and str(row["id"]) not in known for row in rows):
        raise bad_request("You cannot update widgets that are not part of this dashboard.")


def made_of(world: World, it: Dashboard, rows: Sequence[Json]) -> list[Widget]:
    """Make the widgets that rows describe; one with an id keeps what its row leaves out."""
    known = {str(widget.id): widget for widget in it.widgets}
    return [_changed(known.get(str(row.get("id"))) or _blank(world), row) for row in rows]


def named(row: Json) -> Json:
    """Name the fields of a widget and of its layout as answers do."""
    told = fields.camel(row)
    if isinstance(told.get("layout"), dict):
        told["layout"] = fields.camel(mapping(told["layout"]))
    return told


def _blank(world: World) -> Widget:
    return Widget(world.next_id(20_000), "", "", "error-events", ())


def _checked(said: Json) -> Json:
    row = named(said)
    for name in ("title", "description"):
        fields.text(row, name, longest=255)
    choose(row, "displayType", _DISPLAYS)
    choose(row, "widgetType", _TYPES)
    if row.get("interval") and not re.fullmatch(r"\d+[smhdw]", str(row["interval"])):
        raise invalid(interval="Invalid interval")
    bounds.within(row, "limit", 1, _HUGE)
    if layout := mapping(row.get("layout")):
        with bounds.inside("layout"):
            _check_layout(layout)
    fields.each(row, "queries", _question)
    if not row.get("id"):
        _check_new(row)
    return row


def _check_layout(layout: Json) -> None:
    for name, least, most in _LAYOUT:
        if bounds.within(layout, name, least, most) is None:
            raise invalid(**{name: "This field is required."})


def _check_new(row: Json) -> None:
    if not row.get("queries") and row.get("displayType") != "text":
        raise invalid(queries="One or more queries are required to create a widget")
    if not row.get("title"):
        raise invalid(title="Title is required during creation.")
    if row.get("displayType") is None:
        raise invalid(displayType="displayType is required during creation.")


def _changed(widget: Widget, row: Json) -> Widget:
    said: dict[str, Any] = {}
    for name, key in (("title", "title"), ("display", "displayType"), ("type", "widgetType")):
        if row.get(key):
            said[name] = str(row[key])
    if "description" in row:
        said["description"] = fields.text(row, "description")
    if row.get("interval"):
        said["interval"] = str(row["interval"])
    if "limit" in row:
        said["limit"] = fields.number(row, "limit")
    if row.get("queries"):
        said["questions"] = fields.each(row, "queries", _question)
    more = {name: row[name] for name in _WIDGET_EXTRAS if name in row}
    return replace(widget, **said, more=widget.more | more)


def _question(row: Json) -> Question:
    told = fields.camel(row)
    listed = {name: tuple(map(str, fields.items(told, name))) for name in _LISTS}
    shown = listed["fields"]
    aggregates = listed["aggregates"] or tuple(each for each in shown if "(" in each)
    columns = listed["columns"] or tuple(each for each in shown if each not in aggregates)
    return Question(
        aggregates,
        columns,
        fields.text(told, "conditions"),
        fields.text(told, "orderby"),
        fields.text(told, "name"),
        shown,
        {name: told[name] for name in _QUERY_EXTRAS if told.get(name) is not None},
    )


_LISTS = ("fields", "aggregates", "columns")
