"""Acme Shop's alerts and monitors, each with a fate of its own.

`Page on payment spikes` woke people up during the checkout incident, which `Checkout error budget`
is still measuring. `Storefront regressions` posts to a Slack workspace that is gone, `Old release
watch` listens to nothing, `Gateway noise` was switched off, `refresh-rates` is muted, `Import
backlog` lost its data, `Report worker errors` fires and nobody hears it, and `Mobile crashes` is
the noisiest of all.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from dexter_mcp.simulator.memory.alerts import (
    ERRORS,
    ISSUES,
    METRIC,
    Alert,
    Filters,
    Firing,
    Monitor,
    Period,
    built_in_id,
)
from dexter_mcp.simulator.sample.people import ORG
from dexter_mcp.simulator.telling.story import Json, Story

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_CRON, _UPTIME = "monitor_check_in_failure", "uptime_domain_failure"
_MONTH = timedelta(days=83)
_BUDGET = "Checkout error budget"
_LATENCY = "Payment latency"
_CRASHES = "Crash-free sessions"
_WORKERS = "Report worker errors"
_PAID = "KeyError: 'authorization'"
_DEADLOCK = "OperationalError: deadlock detected"
_LIMITED = "RateLimited: NordPay"
_CRASH = "NoSuchElementException: Key EEK"

Span = tuple[float, float, Sequence[tuple[str, float]]]
"""Hours ago when it began and ended (0: still open), and severities with theirs."""


def stories() -> Iterator[Story]:
    """Tell of what the metric monitors found, each an issue of its own."""
    yield _found(
        "checkout", _BUDGET, "Critical: Number of errors in the last 10 minutes above 40", 50, 4.5
    )
    yield _found("checkout", _LATENCY, "Critical: p95(span.duration) above 2500", 30, 30)
    yield _found("mobile-app", _CRASHES, "Critical: Crash-free sessions below 98", 67, 66)
    yield _found("reports", _WORKERS, "Critical: Number of errors in the last hour above 1", 45, 9)


def _found(project: str, title: str, what: str, first: float, last: float) -> Story:
    """Tell of a metric that was past its threshold, first and last so many hours ago."""
    is_open = title == _BUDGET
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


def populate(world: "World") -> None:
    """Let Acme Shop watch over itself."""
    numbers = {project.slug: project.id for project in world.projects_of(ORG)}
    for monitor in _monitors(numbers, world):
        world.alerts.add_monitor(monitor)
    for alert in _alerts(numbers, world):
        world.alerts.add_alert(alert)


def _monitors(numbers: Mapping[str, int], world: "World") -> Iterator[Monitor]:
    for number, (project, name, kind) in enumerate(_NAMES, 641):
        more = dict(_MORE.get(name, {}))
        spans: Sequence[Span] = more.pop("spans", ())
        yield Monitor(
            number,
            ORG,
            numbers[project],
            name,
            kind,
            world.now() - _MONTH,
            created_by="jonas@acme.test",
            periods=[_period(world, span) for span in spans],
            issue=_issue(world, more.pop("found", "")),
            **more,
        )


def _period(world: "World", span: Span) -> Period:
    began, ended, steps = span
    now = world.now()
    return Period(
        now - timedelta(hours=began),
        now - timedelta(hours=ended) if ended else None,
        [(severity, now - timedelta(hours=ago)) for severity, ago in steps],
    )


def _issue(world: "World", title: str) -> int:
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
    config = {"schedule_type": "crontab", "schedule": schedule, "timezone": "Europe/Oslo"}
    job = {"id": f"job-{slug}", "slug": slug, "name": slug, "status": "active"}
    return {
        "source_type": "cron_monitor",
        "source": job | {"isMuted": muted, "config": config},
        "owner": "team:data",
    }


_NAMES = (
    ("checkout", _BUDGET, METRIC),
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
        _BUDGET: {
            **_metric(
                _query("count()", "level:[error, fatal]", 10),
                ("gt", 40, 75),
                ("gt", 20, 50),
                ("lte", 10, 0),
            ),
            "owner": "team:payments",
            "description": "Runbook: https://wiki.acme.test/checkout-errors",
            "found": _BUDGET,
            "spans": (
                (50, 43.5, (("medium", 50), ("high", 49.8))),
                (22, 19.5, (("medium", 22),)),
                (4.5, 0, (("medium", 4.5), ("high", 4.2))),
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
                ("gt", 50, 75),
                ("lte", 20, 0),
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
            "spans": ((306, 282, (("high", 306),)), (20.2, 0, (("high", 20.2),))),
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


def _frequency(count: int, interval: str) -> tuple[str, object]:
    return ("event_frequency_count", {"value": count, "interval": interval})


def _alerts(numbers: Mapping[str, int], world: "World") -> Iterator[Alert]:
    for number, (name, watched, told) in enumerate(_TOLD, 5100):
        more = dict(told)
        filters: Sequence[tuple[str, Sequence[tuple[str, object]], str]] = more.pop("filters")
        fired: Sequence[tuple[str, float]] = more.pop("fired", ())
        yield Alert(
            number,
            ORG,
            name,
            world.now() - _MONTH,
            monitors=[one for mark in watched for one in _watched(mark, numbers)],
            filters=[Filters(logic, held, _actions(world, then)) for logic, held, then in filters],
            created_by="mira@acme.test",
            firings=[
                Firing(issue, world.now() - timedelta(hours=ago))
                for title, ago in fired
                if (issue := _issue(world, title))
            ],
            **more,
        )


def _watched(mark: str | int, numbers: Mapping[str, int]) -> tuple[int, ...]:
    """Read the number of a monitor, or a project whose errors and issues are meant."""
    if isinstance(mark, int):
        return (mark,)
    return tuple(built_in_id(kind, numbers[mark]) for kind in (ERRORS, ISSUES))


def _actions(world: "World", text: str) -> list[Json]:
    """Read `email team:data, slack #ops`; what is set in parentheses no longer works."""
    return [_action(world, each) for each in text.split(", ")]


def _action(world: "World", text: str) -> Json:
    kind, _, whom = text.strip("()").partition(" ")
    target, _, slug = whom.partition(":")
    known = {
        "team": lambda: next(team.id for team in world.teams if team.slug == slug),
        "user": lambda: next(one.user_id for one in world.members if one.email == slug),
        "issue_owners": lambda: None,
    }
    found = known.get(target)
    config: Json = {
        "targetType": target if found else "specific",
        "targetIdentifier": found() if found else f"id of {whom}",
        "targetDisplay": None if found else whom,
    }
    return {
        "type": kind,
        "config": config,
        "integrationId": None if found else "40",
        "status": "disabled" if text.startswith("(") else "active",
    }


def _every(hours: float, title: str, *, times: int, since: float = 0.6) -> list[tuple[str, float]]:
    return [(title, since + at * hours) for at in range(times)]


_SEVERE = ("level", {"level": 40, "match": "gte"})
_FATAL = ("level", {"level": 50, "match": "eq"})
_URGENT = ("issue_priority_greater_or_equal", 75)
_CALMER = ("issue_priority_deescalating", True)
_NORDPAY = ("tagged_event", {"key": "payment_provider", "match": "eq", "value": "nordpay"})
_KEY_ERROR = (
    "event_attribute",
    {"attribute": "exception.type", "match": "eq", "value": "KeyError"},
)
_FEEDBACK = ("issue_category", {"value": 6})
_OLD = ("age_comparison", {"comparisonType": "older", "value": 4, "time": "week"})

_TOLD: Sequence[tuple[str, Sequence[str | int], Json]] = (
    (
        "Page on payment spikes",
        ["checkout"],
        {
            "filters": [
                (
                    "all",
                    (_SEVERE, _frequency(15, "1h")),
                    "pagerduty Payments on-call, email team:payments",
                )
            ],
            "environment": "production",
            "owner": "team:payments",
            "frequency": 60,
            "fired": [*_every(7, _PAID, times=6), (_LIMITED, 30), (_LIMITED, 61)],
        },
    ),
    (
        "New or back in checkout",
        ["checkout"],
        {
            "triggers": ["first_seen_event", "regression_event"],
            "filters": [("all", (_URGENT,), "slack #payments-alerts")],
            "owner": "team:payments",
            "fired": [(_PAID, 50.6), (_DEADLOCK, 166)],
        },
    ),
    (
        "NordPay challenges",
        ["checkout"],
        {
            "filters": [("all", (_NORDPAY, _KEY_ERROR), "email user:mira@acme.test")],
            "frequency": 1440,
            "fired": _every(24, _PAID, times=3),
        },
    ),
    (
        "Storefront regressions",
        ["storefront"],
        {
            "triggers": ["regression_event"],
            "filters": [("any-short", (), "(slack #shop-old)")],
            "owner": "team:storefront",
            "fired": [("TypeError: Cannot read properties of undefined", 400)],
        },
    ),
    (
        "Mobile crashes",
        ["mobile-app"],
        {
            "filters": [("any-short", (_FATAL,), "email team:mobile")],
            "owner": "team:mobile",
            "frequency": 5,
            "fired": _every(1.7, _CRASH, times=84),
        },
    ),
    (
        "Gateway noise",
        ["gateway"],
        {"filters": [("all", (_frequency(10, "5min"),), "email issue_owners")], "enabled": False},
    ),
    (
        "Thresholds to #ops",
        [641, 642, 643, 644],
        {
            "filters": [
                ("any-short", (_URGENT,), "slack #ops"),
                ("any-short", (_CALMER,), "email team:payments"),
            ],
            "frequency": 0,
            "fired": [(_BUDGET, 49.8), (_BUDGET, 4.2)],
        },
    ),
    (
        "Missed jobs",
        [646, 647],
        {
            "triggers": ["first_seen_event", "reappeared_event", "regression_event"],
            "filters": [("all", (), "email team:data")],
            "owner": "team:data",
            "fired": [("Cron failure: nightly-invoices", 20.2)],
        },
    ),
    (
        "Feedback to support",
        ["storefront"],
        {
            "triggers": ["first_seen_event"],
            "filters": [("all", (_FEEDBACK,), "jira SUPPORT")],
            "snoozed": True,
            "fired": [("User Feedback: Coupon", 0.9), ("User Feedback: The pay button", 3.8)],
        },
    ),
    (
        "Old release watch",
        [],
        {"filters": [("all", (_OLD, ("latest_release", True)), "email user:mira@acme.test")]},
    ),
)
