"""What a metric monitor counts, and from when on that is too much."""

import re
from collections.abc import Mapping
from typing import Any

from dexter_mcp.simulator.intake.loose import is_mapping
from dexter_mcp.simulator.memory.alerts import Monitor
from dexter_mcp.simulator.routes import alert_bodies as bodies
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.alert_conditions import LOGIC
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.writing import choose, invalid, require
from dexter_mcp.simulator.telling.story import Json

MINUTES = (1, 5, 10, 15, 30, 60, 120, 240, 1440)
_MINUTE = 60
_BEFORE = (300, 900, 3600, 86_400, 604_800, 2_592_000)
_ERRORS = frozenset({"error", "default"})
_SPANS = frozenset({"transaction", "trace_item_span", "trace_item_log", "trace_item_metric"})
DATASETS: Mapping[str, frozenset[str]] = {
    "events": _ERRORS,
    "transactions": _SPANS,
    "generic_metrics": _SPANS,
    "events_analytics_platform": _SPANS,
    "metrics": frozenset(),
}
"""Each dataset with the types of events that can be counted in it."""
KINDS = ("static", "percent", "dynamic")
_ANOMALY = "anomaly_detection"
_OPERATORS = ("gt", "gte", "lt", "lte", _ANOMALY)
_RESULTS = (75, 50, 0)
_MOST = 3


def write(call: Call, monitor: Monitor, told: Json) -> None:
    """Take over what a body says of a metric monitor: its source, conditions and config."""
    source, conditions, config = monitor.source, monitor.conditions, monitor.config
    if "dataSources" in told:
        source = _sources(call, monitor, bodies.objects(told, "dataSources"))
    if "config" in told:
        config = _config(bodies.mapping(told, "config"))
    if told.get("conditionGroup") is not None:
        with bodies.within("conditionGroup"):
            conditions = _conditions(bodies.mapping(told, "conditionGroup"))
        if config.get("detectionType") != "dynamic" and all(result for *_, result in conditions):
            raise bodies.whole("Resolution condition required for metric issue detector.")
    monitor.source, monitor.conditions, monitor.config = source, conditions, config


def _sources(call: Call, monitor: Monitor, told: list[Json]) -> Json | None:
    if len(told) > 1:
        raise invalid(dataSources="Only one data source is allowed for this detector type.")
    if not told:
        return monitor.source
    before: Json = monitor.source["snubaQuery"] if monitor.source else {}
    with bodies.within("dataSources"), bodies.within("0"):
        return source(call, monitor, {**before, **told[0]})


def source(call: Call, monitor: Monitor, told: Json) -> Json:
    """Read what is counted; its window is in seconds."""
    require(told, "dataset", "aggregate", "timeWindow", "eventTypes")
    if missing := {"query", "environment"} - told.keys():
        raise invalid(**dict.fromkeys(sorted(missing), "This field is required."))
    _check_window(told["timeWindow"])
    _check_counted(told)
    bodies.environment(call, told, "Environment is not part of this organization")
    usual: Json = {"id": str(monitor.id + 20), "status": 0, "subscription": None, "snubaQuery": {}}
    kept = monitor.source or usual
    query = {
        "id": kept["snubaQuery"].get("id") or str(monitor.id + 40),
        **{key: told[key] for key in ("dataset", "aggregate", "timeWindow")},
        "query": fields.text(told, "query"),
        "environment": told["environment"] or None,
        "eventTypes": list(told["eventTypes"]),
        "extrapolationMode": told.get("extrapolationMode") or "unknown",
    }
    return kept | {"snubaQuery": query}


def _check_window(seconds: object) -> None:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        raise invalid(timeWindow="A valid integer is required.")
    if seconds not in {minutes * _MINUTE for minutes in MINUTES}:
        said = ", ".join(str(minutes * _MINUTE) for minutes in MINUTES)
        raise invalid(timeWindow=f"Invalid Time Window: Allowed time windows (seconds) are: {said}")


def _check_counted(told: Json) -> None:
    if (dataset := str(told["dataset"])) not in DATASETS:
        raise invalid(dataset=f"Invalid dataset, valid values are {list(DATASETS)}")
    if not re.fullmatch(r"\w+\(.*\)( AS \w+)?", str(told["aggregate"])):
        raise invalid(aggregate="Invalid Metric: Please pass a valid function for aggregation")
    known = sorted(_ERRORS | _SPANS)
    kinds = set(map(str, fields.items(told, "eventTypes")))
    if kinds - set(known):
        raise invalid(eventTypes=f"Invalid event_type, valid values are {known}")
    if dataset != "metrics" and kinds - DATASETS[dataset]:
        valid = sorted(DATASETS[dataset])
        raise bodies.whole(f"Invalid event types for this dataset. Valid event types are {valid}")
    _check_query(fields.text(told, "query"))


def _check_query(query: str) -> None:
    for term in query.split():
        if term == "release:latest":
            raise invalid(query=f"Unsupported Query: We do not currently support the {term} query")
        if term.lstrip("!(").startswith("is:"):
            raise bodies.whole(
                'Invalid Query or Metric: "is:" queries are not supported in this search.'
            )


def _config(told: Json) -> Json:
    if "detectionType" not in told:
        raise invalid(config="'detection_type' is a required property")
    kind, delta = told["detectionType"], told.get("comparisonDelta")
    if kind not in KINDS:
        raise invalid(config=f"{kind!r} is not one of {list(KINDS)}")
    if kind == "percent" and (not isinstance(delta, int) or isinstance(delta, bool)):
        raise invalid(config="'comparison_delta' is a required property")
    if delta is not None and delta not in _BEFORE:
        raise invalid(config=f"{delta} is not one of {[None, *_BEFORE]}")
    if kind != "percent" and delta is not None:
        raise invalid(config=f"{delta!r} is not of type 'null'")
    return {"detectionType": kind} | ({"comparisonDelta": delta} if delta else {})


def _conditions(told: Json) -> list[tuple[str, object, int]]:
    require(told, "logicType", "conditions")
    choose(told, "logicType", LOGIC)
    with bodies.within("conditions"):
        found = [_condition(each) for each in bodies.objects(told, "conditions")]
    if len(found) > _MOST:
        raise bodies.whole("Too many conditions")
    return found


def _condition(told: Json) -> tuple[str, object, int]:
    require(told, "type", "comparison", "conditionResult")
    kind, result = told["type"], told["conditionResult"]
    if kind not in _OPERATORS:
        raise invalid(type=f"Unsupported type {kind}")
    if isinstance(result, bool) or result not in _RESULTS:
        raise invalid(conditionResult="Unsupported condition result")
    return kind, _comparison(kind, told["comparison"]), result


def _comparison(kind: str, given: Any) -> object:
    if kind == _ANOMALY and is_mapping(given) and "sensitivity" in given:
        return dict(given)
    if kind == _ANOMALY or not isinstance(given, int | float) or isinstance(given, bool):
        raise Refusal(400, {"comparison": ["A valid number or dict is required."]})
    return given
