"""Acme Shop's monitors: thresholds, jobs and a check from outside, each with a fate of its own.

`Checkout error budget` is past its threshold now, `refresh-rates` is muted, `Import backlog` lost
its data, and `Report worker errors` fires but no alert listens to it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from dexter_mcp.simulator.memory.alerts import METRIC, Monitor, Period
from dexter_mcp.simulator.sample.monitors import missed_ago
from dexter_mcp.simulator.sample.people import ORG
from dexter_mcp.simulator.telling.story import Json, Story

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

AGE = timedelta(days=83)
"""How long ago all of it was set up."""
BUDGET = "Checkout error budget"

_CRON, _UPTIME = "monitor_check_in_failure", "uptime_domain_failure"
_LATENCY = "Payment latency"
_CRASHES = "Crash-free sessions"
_WORKERS = "Report worker errors"

Ago = float | Callable[[datetime], float]
"""Hours ago, or how to reckon them from now, where a clock on the wall decides."""
Span = tuple[Ago, Ago, Sequence[tuple[str, Ago]]]
"""When it began and ended (0: still open), and severities with theirs."""


def stories() -> Iterator[Story]:
    """Tell of what the metric monitors found, each an issue of its own."""
    yield _found(
        "checkout", BUDGET, "Critical: Number of errors in the last 10 minutes above 10", 92, 1.9
    )
    yield _found("checkout", _LATENCY, "Critical: p95(span.duration) above 2500", 30, 30)
    yield _found("mobile-app", _CRASHES, "Critical: Crash-free sessions below 98", 67, 66)
    yield _found("reports", _WORKERS, "Critical: Number of errors in the last hour above 1", 45, 9)


def _found(project: str, title: str, what: str, first: float, last: float) -> Story:
    """Tell of a metric that was past its threshold, first and last so many hours ago."""
    is_open = title == BUDGET
    occurrence: Json = {
        "type": 8001,
        "issueTitle": title,
        "subtitle": what,
        "culprit": "",
        "level": "error",
        "fingerprint": [f"metric:{title}"],
        "evidenceData": {},
        "evidenceDisplay": [{"name": "Threshold", "value": what, "important": True}],
    }
    payload: Json = {"platform": "other", "level": "error", "tags": {}, "contexts": {}}
    return Story(
        project=project,
        payload=payload | {"_occurrence": occurrence},
        count=2,
        users=0,
        first_seen=timedelta(hours=first),
        last_seen=timedelta(hours=last),
        status="unresolved" if is_open else "resolved",
        substatus="ongoing" if is_open else "",
        priority="high",
        category="metric",
        kind=METRIC,
    )


def monitors(numbers: Mapping[str, int], world: "World") -> Iterator[Monitor]:
    """Set up what raises issues, in the projects whose numbers are given."""
    for number, (project, name, kind) in enumerate(_NAMES, 641):
        more = dict(_MORE.get(name, {}))
        spans: Sequence[Span] = more.pop("spans", ())
        yield Monitor(
            number,
            ORG,
            numbers[project],
            name,
            kind,
            world.now() - AGE,
            created_by="jonas@acme.test",
            periods=[_period(world, span) for span in spans],
            issue=issue_called(world, more.pop("found", "")),
            **more,
        )


def _period(world: "World", span: Span) -> Period:
    began, ended, steps = span
    now = world.now()
    return Period(
        moment(now, began),
        moment(now, ended) if ended else None,
        [(severity, moment(now, ago)) for severity, ago in steps],
    )


def moment(now: datetime, ago: Ago) -> datetime:
    """Reckon back from now."""
    return now - timedelta(hours=ago(now) if callable(ago) else ago)


def issue_called(world: "World", title: str) -> int:
    """Find an issue by the beginning of its title; 0 for no title."""
    issues = world.issues.values()
    return next((i.number for i in issues if title and i.title.startswith(title)), 0)


def _query(aggregate: str, query: str, minutes: int, **more: object) -> Json:
    query_obj: Json = {
        "id": "88",
        "dataset": "events",
        "query": query,
        "aggregate": aggregate,
        "timeWindow": minutes * 60,
        "environment": None,
        "eventTypes": ["error", "default"],
        "extrapolationMode": "unknown",
    }
    return {"id": "77", "status": 0, "subscription": None, "snubaQuery": query_obj | more}


def _metric(source: Json | None, *conditions: tuple[str, object, int], **config: object) -> Json:
    return {
        "source_type": "snuba_query_subscription",
        "source": source,
        "conditions": conditions,
        "config": {"detectionType": "static"} | config,
    }


def _cron(slug: str, schedule: str, *, muted: bool) -> Json:
    config = {"schedule_type": "crontab", "schedule": schedule, "timezone": "UTC"}
    job = {"id": f"job-{slug}", "slug": slug, "name": slug, "status": "active"}
    return {
        "source_type": "cron_monitor",
        "source": job | {"isMuted": muted, "config": config},
        "owner": "team:data",
    }


_NAMES = (
    ("checkout", BUDGET, METRIC),
    ("checkout", _LATENCY, METRIC),
    ("mobile-app", _CRASHES, METRIC),
    ("gateway", "Gateway errors week over week", METRIC),
    ("storefront", "Storefront traffic anomaly", METRIC),
    ("reports", "nightly-invoices", _CRON),
    ("reports", "refresh-rates", _CRON),
    ("storefront", "Shop front page", _UPTIME),
    ("inventory", "Import backlog", METRIC),
    ("reports", _WORKERS, METRIC),
)

_MORE: Mapping[str, Json] = MappingProxyType(
    {
        BUDGET: {
            **_metric(
                _query("count()", "level:[error, fatal]", 10),
                ("gt", 10, 75),
                ("gt", 8, 50),
                ("lte", 4, 0),
            ),
            "owner": "team:payments",
            "description": "Runbook: https://wiki.acme.test/checkout-errors",
            "found": BUDGET,
            "spans": (
                (92, 86.2, (("medium", 92), ("high", 89.2))),
                (20.3, 19.5, (("high", 20.3),)),
                (1.9, 0, (("medium", 1.9), ("high", 1.8))),
            ),
        },
        _LATENCY: {
            **_metric(
                _query(
                    "p95(span.duration)",
                    'is_transaction:true transaction:"/api/orders/{order_id}/pay"',
                    60,
                    dataset="events_analytics_platform",
                    environment="production",
                    eventTypes=["trace_item_span"],
                ),
                ("gt", 2500, 75),
                ("lte", 2000, 0),
            ),
            "owner": "team:payments",
            "found": _LATENCY,
            "spans": ((30, 27.5, (("high", 30),)),),
        },
        _CRASHES: {
            **_metric(
                _query(
                    "percentage(sessions_crashed, sessions) AS _crash_rate_alert_aggregate",
                    "",
                    60,
                    dataset="metrics",
                    eventTypes=[],
                ),
                ("lt", 98, 75),
                ("lt", 99, 50),
                ("gte", 99.5, 0),
            ),
            "owner": "team:mobile",
            "found": _CRASHES,
            "spans": ((67, 62, (("medium", 67), ("high", 66))),),
        },
        "Gateway errors week over week": {
            **_metric(
                _query("count()", "", 60),
                ("gt", 150, 75),
                ("lte", 120, 0),
                detectionType="percent",
                comparisonDelta=604_800,
            ),
            "owner": "user:jonas@acme.test",
        },
        "Storefront traffic anomaly": {
            **_metric(
                _query("count_unique(user)", "", 30),
                (
                    "anomaly_detection",
                    {"sensitivity": "medium", "seasonality": "auto", "thresholdType": 2},
                    75,
                ),
                detectionType="dynamic",
            ),
            "enabled": False,
        },
        "nightly-invoices": {
            **_cron("nightly-invoices", "0 2 * * *", muted=False),
            "found": "Cron failure: nightly-invoices",
            "spans": (
                (missed_ago(12), missed_ago(11), (("high", missed_ago(12)),)),
                (missed_ago(0), 0, (("high", missed_ago(0)),)),
            ),
        },
        "refresh-rates": {
            **_cron("refresh-rates", "*/15 * * * *", muted=True),
            "found": "Cron failure: refresh-rates",
            "spans": ((399, 196, (("high", 399),)),),
        },
        "Shop front page": {
            "source_type": "uptime_subscription",
            "source": {"id": "61", "url": "https://shop.acme.test/", "intervalSeconds": 60},
            "config": {"mode": 1, "environment": "production"},
            "owner": "team:storefront",
        },
        "Import backlog": _metric(None, ("gt", 1_000, 75)),
        _WORKERS: {
            **_metric(_query("count()", "error.type:MemoryError", 60), ("gt", 1, 75)),
            "found": _WORKERS,
            "spans": ((45, 31, (("high", 45),)), (9, 1.2, (("high", 9),))),
        },
    }
)
