"""The dashboards that people at Acme Shop look at.

`Checkout health` shows what a bad morning looks like: errors, the slow endpoint, the open issues.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from dexter_mcp.simulator.memory.dashboards import Dashboard, Question, Widget
from dexter_mcp.simulator.sample.people import ORG

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_COUNT, _P95 = ("count()",), ("p95(span.duration)",)
_REQUESTS = "is_transaction:true"

_CHECKOUT = (
    Widget(
        9101,
        "Errors",
        "line",
        "error-events",
        (Question(_COUNT, conditions="level:[error,fatal]"),),
    ),
    Widget(
        *(9102, "Users with errors", "big_number", "error-events"),
        (Question(("count_unique(user)",)),),
    ),
    Widget(
        *(9103, "p95 of checkout by release", "line", "spans"),
        (
            Question(
                _P95,
                ("release",),
                f"{_REQUESTS} transaction:/api/checkout",
                "-p95(span.duration)",
            ),
        ),
        "Is the new release slower?",
        limit=5,
    ),
    Widget(
        *(9104, "Slowest requests", "table", "spans"),
        (Question((*_P95, *_COUNT), ("transaction",), _REQUESTS, "-p95(span.duration)"),),
        limit=5,
    ),
    Widget(
        *(9105, "Unresolved, by users", "table", "issue"),
        (Question((), ("issue", "title", "assignee"), "is:unresolved", "user"),),
    ),
    Widget(
        9106,
        "Crash-free sessions",
        "big_number",
        "metrics",
        (Question(("crash_free_rate(session)",)),),
    ),
)
_MOBILE = (
    Widget(
        *(9201, "Crashes by release", "bar", "error-events"),
        (Question(_COUNT, ("release",), "error.handled:false", "-count()"),),
        limit=3,
    ),
    Widget(
        *(9202, "Screens", "table", "transaction-like"),
        (
            Question(
                ("p95(transaction.duration)", "count()"),
                ("transaction",),
                "transaction.op:ui.load",
                "-p95_transaction_duration",
            ),
        ),
    ),
    Widget(
        *(9203, "Crash-free users", "line", "metrics"),
        (Question(("crash_free_rate(user)",), ("release",)),),
    ),
)
_PLATFORM = (
    Widget(9301, "Errors by project", "area", "error-events", (Question(_COUNT, ("project",)),)),
    Widget(
        *(9302, "Warnings in logs", "line", "logs"),
        (Question(("count(message)",), conditions="severity:warn"),),
    ),
    Widget(
        *(9303, "Database time", "top_n", "spans"),
        (
            Question(
                ("sum(span.duration)",), ("span.description",), "span.op:db", "-sum(span.duration)"
            ),
        ),
    ),
    Widget(9304, "Runbook", "text", "", (), "Read https://wiki.acme.test/runbook before you page."),
)


def populate(world: "World") -> None:
    """Put the dashboards together."""
    numbers = {project.slug: project.id for project in world.projects_of(ORG)}
    for number, title, author, days, widgets, project, period in (
        (881, "Checkout health", "mira@acme.test", 160, _CHECKOUT, "checkout", "7d"),
        (882, "Mobile releases", "noor@acme.test", 41, _MOBILE, "mobile-app", "14d"),
        (883, "Platform overview", "jonas@acme.test", 300, _PLATFORM, "", "24h"),
    ):
        world.dashboards.add(
            Dashboard(
                *(number, ORG, title, author, world.now() - timedelta(days=days), list(widgets)),
                projects=[numbers[project]] if project else [-1],
                environments=["production"] if project == "checkout" else [],
                period=period,
                is_favorite=project == "checkout",
            )
        )
