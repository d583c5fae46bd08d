"""Canaries in the environments that alerts are bound to, and in what they acted on."""

from typing import Any, Final

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.alerts import (
    ERRORS,
    METRIC,
    Alert,
    Filters,
    Firing,
    Monitor,
    Period,
    built_in_id,
)

_OCCASION: Final = {"when": "regression", "filters": "level>=error"}
_TOLD: Final = {"actions": "email:owners"}
_BIRDS: Final = {**_OCCASION, **_TOLD}
VALUES: Final = {"alert": "alert 51"}


def settle(world: World, canaries: Canaries) -> None:
    """Let an alert and a monitor watch the issue that is full of canaries."""
    (issue,) = world.issues.values()
    now, project = world.now(), issue.project
    everybody = {"type": "email", "config": {"targetType": "issue_owners"}}
    query: dict[str, Any] = {"aggregate": "count()", "dataset": "events", "timeWindow": 600}
    world.alerts.add_alert(
        Alert(
            51,
            "acme",
            "Birds are loose",
            now,
            filters=[Filters("all", [("level", {"level": 40, "match": "gte"})], [everybody])],
            monitors=[built_in_id(ERRORS, project)],
            environment=canaries.at("environment of alert"),
            firings=[Firing(issue.number, now)],
        )
    )
    query |= {"environment": canaries.at("environment of monitor"), "query": "", "eventTypes": []}
    world.alerts.add_monitor(
        Monitor(
            64,
            "acme",
            project,
            "Too much song",
            METRIC,
            now,
            source_type="snuba_query_subscription",
            source={"snubaQuery": query},
            conditions=[("gt", 3, 75)],
            issue=issue.number,
            periods=[Period(now, None, [("high", now)])],
        )
    )


def calls(place: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    everything = ["history", "connected"]
    return {
        "list_alerts": [{}, {"issue": place.issue}, {"project": "aviary", "state": "firing"}],
        "get_alert": [
            {"alert": "alert 51"},
            {"alert": "monitor 64", "include": everything},
            {"alert": "Birds are loose", "include": everything},
        ],
        "create_alert": [
            {"name": "Loose again", "project": "aviary", **_BIRDS},
            {"name": "Louder", "project": "aviary", "when": "critical>9", **_TOLD},
        ],
        "update_alert": [
            {"alert": "alert 51", **_BIRDS, "settings": "environment=none"},
            {"alert": "monitor 64", "metric": "count() in 1h"},
            {"alert": "monitor 64", "settings": "name=Song"},
        ],
        "preview_alert": [
            {"project": "aviary", **_OCCASION},
            {"project": "aviary", "when": "critical>0"},
        ],
        "delete_alert": [{"alert": "alert 51"}, {"alert": "monitor 64"}],
    }
