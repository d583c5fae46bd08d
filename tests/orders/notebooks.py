"""Calls that change dashboards and saved queries."""

import json
from collections.abc import Mapping
from typing import Final

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.dashboards import Dashboard, Question, Widget
from orders.case import Case

DASHBOARD: Final = 801


def settle(world: World) -> None:
    """Let there be two dashboards, and a saved query."""
    count = Question(("count()",), ("release",), "level:error", "-count()", "Errors")
    widgets = [
        Widget(91, "Errors by release", "line", "error-events", (count,)),
        Widget(92, "Slowest pages", "table", "spans", (Question(("p95(span.duration)",)),)),
    ]
    first = Dashboard(DASHBOARD, "acme", "Checkout", "mira@acme.test", world.now(), widgets)
    first.period = "14d"
    world.dashboards.add(first)
    world.dashboards.add(Dashboard(802, "acme", "Empty", "mira@acme.test", world.now()))
    world.saved_queries.save(
        "discover",
        "Errors by release",
        {"query": "level:error", "fields": ["release", "count()"], "orderby": "-count"},
        org="acme",
        dataset="error-events",
        author="mira@acme.test",
        created=world.now(),
        projects=("checkout",),
    )


_WIDGET: Final = {
    "title": "Errors",
    "displayType": "line",
    "widgetType": "error-events",
    "queries": [{"name": "", "fields": ["count()"], "aggregates": ["count()"], "conditions": ""}],
}
_WIDGETS: Final = [{"id": "91", "title": "Errors of releases"}, {"id": "92"}, _WIDGET]


def _query(world: World) -> str:
    (saved,) = world.saved_queries.of("acme", "discover")
    return f"saved_query={saved.id}"


CASES: Final[Mapping[str, Case]] = {
    "create_dashboard": Case(
        lambda _: ("title=Errors today", f"widgets:={json.dumps([_WIDGET])}", "period=24h")
    ),
    "update_dashboard": Case(
        lambda _: (
            *(f"dashboard={DASHBOARD}", "title=The checkout"),
            *(f"widgets:={json.dumps(_WIDGETS)}", "environment=production"),
        ),
        frozenset({"id"}),
    ),
    "delete_dashboard": Case(lambda _: ("dashboard=802",), frozenset({"id", "created"})),
    "create_saved_query": Case(
        lambda _: ("name=Slow", "query=transaction.duration:>3s", "fields=title", "fields=count()")
    ),
    "update_saved_query": Case(lambda world: (_query(world), "query=level:fatal", "range=24h")),
    "delete_saved_query": Case(lambda world: (_query(world),), frozenset({"id", "created"})),
}
