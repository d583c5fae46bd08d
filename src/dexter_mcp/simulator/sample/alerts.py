"""Acme Shop's alerts, each with a fate of its own.

`Page on payment spikes` has woken people up three times since the checkout incident began.
`Storefront regressions` posts to a Slack workspace that is disabled, `Old release watch` listens
to nothing, `Gateway noise` was switched off, and `Mobile crashes` is the noisiest of all.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dexter_mcp.simulator.memory.alerts import (
    ERRORS,
    ISSUES,
    Alert,
    Filters,
    Firing,
    built_in_id,
)
from dexter_mcp.simulator.sample.alert_monitors import (
    AGE,
    BUDGET,
    Ago,
    issue_called,
    moment,
    monitors,
    stories,
)
from dexter_mcp.simulator.sample.integrations import JIRA, OLD_SLACK, PAGERDUTY, SLACK, channel_id
from dexter_mcp.simulator.sample.monitors import missed_ago
from dexter_mcp.simulator.sample.people import ORG
from dexter_mcp.simulator.telling.story import Json

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

__all__ = ["populate", "stories"]

_THROUGH: Mapping[str, str] = {"slack": SLACK, "jira": JIRA, "pagerduty": PAGERDUTY}
"""The integration that carries out each kind of action; what no longer works is of old Slack."""

_PAID = "KeyError: 'authorization'"
_DEADLOCK = "OperationalError: deadlock detected"
_LIMITED = "RateLimited: NordPay"
_CRASH = "NoSuchElementException: Key EEK"


def populate(world: "World") -> None:
    """Let Acme Shop watch over itself."""
    numbers = {project.slug: project.id for project in world.projects_of(ORG)}
    for monitor in monitors(numbers, world):
        world.alerts.add_monitor(monitor)
    for alert in _alerts(numbers, world):
        world.alerts.add_alert(alert)


def _frequency(count: int, interval: str) -> tuple[str, object]:
    return ("event_frequency_count", {"value": count, "interval": interval})


def _alerts(numbers: Mapping[str, int], world: "World") -> Iterator[Alert]:
    for number, (name, watched, told) in enumerate(_TOLD, 5100):
        more = dict(told)
        filters: Sequence[tuple[str, Sequence[tuple[str, object]], str]] = more.pop("filters")
        fired: Sequence[tuple[str, Ago]] = more.pop("fired", ())
        yield Alert(
            number,
            ORG,
            name,
            world.now() - AGE,
            monitors=[one for mark in watched for one in _watched(mark, numbers)],
            filters=[Filters(logic, held, _actions(world, then)) for logic, held, then in filters],
            created_by="mira@acme.test",
            firings=[
                Firing(issue, moment(world.now(), ago))
                for title, ago in fired
                if (issue := issue_called(world, title))
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
    gone = text.startswith("(")
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
        "targetIdentifier": found() if found else _identifier(kind, whom),
        "targetDisplay": None if found else whom,
    }
    return {
        "type": kind,
        "config": config,
        "data": {},
        "integrationId": OLD_SLACK if gone else _THROUGH.get(kind),
        "status": "disabled" if gone else "active",
    }


def _identifier(kind: str, whom: str) -> str:
    return channel_id(whom.removeprefix("#")) if kind == "slack" else f"id of {whom}"


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
            "fired": [
                *((_PAID, hours) for hours in (3.4, 9.5, 13.6)),
                *((_LIMITED, hours) for hours in (87.3, 89.1, 91)),
            ],
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
            "fired": [(BUDGET, 89.2), (BUDGET, 20.3), (BUDGET, 1.8)],
        },
    ),
    (
        "Missed jobs",
        [646, 647],
        {
            "triggers": ["first_seen_event", "reappeared_event", "regression_event"],
            "filters": [("all", (), "email team:data")],
            "owner": "team:data",
            "fired": [("Cron failure: nightly-invoices", missed_ago(0))],
        },
    ),
    (
        "Feedback to support",
        ["storefront"],
        {
            "triggers": ["first_seen_event"],
            "filters": [("all", (_FEEDBACK,), "jira SUPPORT")],
            "snoozes": frozenset({""}),
            "fired": [("User Feedback: Coupon", 0.9), ("User Feedback: The pay button", 3.8)],
        },
    ),
    (
        "Old release watch",
        [],
        {"filters": [("all", (_OLD, ("latest_release", True)), "email user:mira@acme.test")]},
    ),
)
