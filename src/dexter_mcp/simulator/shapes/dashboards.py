"""Dashboards in the shapes of Sentry's API.

https://docs.sentry.io/api/dashboards/
"""

from dexter_mcp.simulator.memory.dashboards import Dashboard, Question, Widget
from dexter_mcp.simulator.shapes.people import user_or_none
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


def dashboard_brief(world: World, it: Dashboard) -> Json:
    """Shape a dashboard as lists show it."""
    return {
        **_common(world, it),
        "environment": list(it.environments),
        "lastVisited": None,
        "widgetDisplay": [widget.display for widget in it.widgets],
        "widgetPreview": [{"displayType": widget.display} for widget in it.widgets],
    }


def dashboard_json(world: World, it: Dashboard) -> Json:
    """Shape a dashboard with its widgets. What nobody chose is not there."""
    chosen: Json = {
        "environment": list(it.environments),
        "period": it.period,
        "start": it.start,
        "end": it.end,
        "utc": it.utc,
    }
    return {
        **_common(world, it),
        **{name: value for name, value in chosen.items() if value},
        "widgets": [_widget(it, widget) for widget in it.widgets],
    }


def _common(world: World, it: Dashboard) -> Json:
    return {
        "id": str(it.id),
        "title": it.title,
        "dateCreated": iso(it.created),
        "createdBy": user_or_none(world, it.org, it.author),
        "projects": list(it.projects),
        "filters": {"release": list(it.releases)} if it.releases else {},
        "permissions": {
            "isEditableByEveryone": it.is_open,
            "teamsWithEditAccess": list(it.editors),
        },
        "isFavorited": it.is_favorite,
        "prebuiltId": it.prebuilt,
    }


def _widget(it: Dashboard, widget: Widget) -> Json:
    return {
        "id": str(widget.id),
        "title": widget.title,
        "description": widget.description or None,
        "displayType": widget.display,
        "thresholds": None,
        "interval": widget.interval,
        "dateCreated": iso(it.created),
        "dashboardId": str(it.id),
        "queries": [_question(widget, at, one) for at, one in enumerate(widget.questions)],
        "limit": widget.limit,
        "widgetType": widget.type,
        "layout": {"x": 0, "y": 0, "w": 2, "h": 2, "minH": 2},
        "axisRange": None,
        "legendType": None,
        "datasetSource": None,
        "exploreUrls": None,
        "changedReason": None,
        **widget.more,
    }


def _question(widget: Widget, at: int, one: Question) -> Json:
    return {
        "id": str(widget.id * 10 + at),
        "name": one.name,
        "fields": list(one.fields) or [*one.columns, *one.aggregates],
        "aggregates": list(one.aggregates),
        "columns": list(one.columns),
        "fieldAliases": [],
        "conditions": one.conditions,
        "orderby": one.orderby,
        "widgetId": str(widget.id),
        "onDemand": [],
        "isHidden": False,
        "selectedAggregate": None,
        "linkedDashboards": [],
        **one.more,
    }
