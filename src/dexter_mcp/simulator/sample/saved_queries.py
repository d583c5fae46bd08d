"""What people at Acme Shop ask again and again."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from dexter_mcp.simulator.memory.saved_queries import Place
from dexter_mcp.simulator.sample.people import ORG
from dexter_mcp.simulator.telling.story import Json

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_Saved = tuple[tuple[str, str, str, int, tuple[str, ...], Json], ...]
"""Name, dataset, author, days ago, projects, and what is asked."""

_DISCOVER: _Saved = (
    (
        "Top errors by users, production",
        "error-events",
        "mira@acme.test",
        90,
        (),
        {
            "fields": ["title", "project", "count()", "count_unique(user)"],
            "query": "level:[error,fatal]",
            "orderby": "-count_unique_user",
            "environment": ["production"],
            "range": "7d",
            "yAxis": ["count()"],
            "display": "default",
        },
    ),
    (
        "Payment errors by provider",
        "error-events",
        "tomas@acme.test",
        48,
        ("checkout",),
        {
            "fields": ["payment_provider", "count()", "last_seen()"],
            "query": "transaction:/api/orders/*/pay",
            "orderby": "-count",
            "range": "14d",
            "yAxis": ["count()"],
            "display": "top5",
            "topEvents": 5,
            "interval": "4h",
        },
    ),
    (
        "Errors by release of the app",
        "error-events",
        "noor@acme.test",
        30,
        ("mobile-app",),
        {
            "fields": ["release", "count()", "count_unique(user)", "failure_rate()"],
            "query": "",
            "orderby": "-count",
            "range": "30d",
            "yAxis": ["count()", "count_unique(user)"],
            "display": "bar",
        },
    ),
    (
        "Slow pages",
        "transaction-like",
        "lena@acme.test",
        210,
        ("storefront",),
        {
            "fields": ["transaction", "p95()", "count()"],
            "query": "transaction.op:pageload",
            "orderby": "-p95",
            "range": "24h",
        },
    ),
)
_EXPLORE: _Saved = (
    (
        "p95 of /api/checkout by release",
        "spans",
        "ines@acme.test",
        3,
        ("checkout",),
        {
            "range": "14d",
            "interval": "12h",
            "query": [
                {
                    "mode": "aggregate",
                    "query": "is_transaction:true transaction:/api/checkout",
                    "fields": ["id", "transaction", "span.duration", "timestamp"],
                    "orderby": "-timestamp",
                    "aggregateField": [
                        {"groupBy": "release"},
                        {"yAxes": ["p95(span.duration)"], "chartType": 1},
                        {"yAxes": ["count(span.duration)"]},
                    ],
                    "aggregateOrderby": "-p95(span.duration)",
                }
            ],
        },
    ),
    (
        "Slowest queries",
        "spans",
        "jonas@acme.test",
        25,
        (),
        {
            "range": "7d",
            "environment": ["production"],
            "query": [
                {
                    "mode": "aggregate",
                    "query": "span.op:db",
                    "fields": ["id", "span.description", "span.duration", "timestamp"],
                    "orderby": "-span.duration",
                    "aggregateField": [
                        {"groupBy": "span.description"},
                        {"yAxes": ["sum(span.duration)"]},
                    ],
                    "aggregateOrderby": "-sum(span.duration)",
                }
            ],
        },
    ),
    (
        "NordPay answers late",
        "logs",
        "tomas@acme.test",
        2,
        ("checkout",),
        {
            "range": "24h",
            "query": [
                {
                    "mode": "samples",
                    "query": 'severity:warn message:"*NordPay answered*"',
                    "fields": ["timestamp", "message", "trace"],
                    "orderby": "-timestamp",
                }
            ],
        },
    ),
)
_PLACES: Mapping[Place, _Saved] = MappingProxyType({"discover": _DISCOVER, "explore": _EXPLORE})


def populate(world: "World") -> None:
    """Save what they saved."""
    for place, saved in _PLACES.items():
        for name, dataset, author, days, projects, asks in saved:
            world.saved_queries.save(
                place,
                name,
                asks,
                org=ORG,
                dataset=dataset,
                author=author,
                created=world.now() - timedelta(days=days),
                projects=projects,
            )
