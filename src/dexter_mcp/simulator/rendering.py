"""The payload of one stored event: what all events of its body share, and what is its own."""

from typing import Any

from dexter_mcp.simulator.loose import is_mapping, mapping, mappings, pairs
from dexter_mcp.simulator.store import Event
from dexter_mcp.simulator.story import Json
from dexter_mcp.simulator.visitors import visitor

_OFFSETS = 100_000_000
"""Numbers below this are seconds relative to the event, not since the epoch."""


def payload_of(body: Json, event: Event, tags: dict[str, str]) -> Json:
    """Complete a body to the payload that the event's SDK would have sent."""
    if "event_id" in body:
        return body
    own: Json = {
        "event_id": event.id,
        "timestamp": event.at,
        "release": event.release or None,
        "environment": event.environment or None,
        "tags": dict(pairs(body.get("tags"))) | tags,
    }
    if event.user:
        own["user"] = visitor(event.user)
    return body | own | _dated(body, event.at)


def _dated(body: Json, at: float) -> Json:
    dated: Json = {}
    if "start_timestamp" in body:
        dated["start_timestamp"] = _absolute(body["start_timestamp"], at)
    if "breadcrumbs" in body:
        crumbs = mappings(body["breadcrumbs"])
        dated["breadcrumbs"] = {"values": [_moved(crumb, at) for crumb in crumbs]}
    if "spans" in body:
        dated["spans"] = [_moved(span, at) for span in mappings(body["spans"])]
    if is_mapping(body.get("_occurrence")):
        dated["_occurrence"] = {"detectionTime": at} | mapping(body["_occurrence"])
    return dated


def _moved(item: Json, at: float) -> Json:
    times = {key: item[key] for key in ("timestamp", "start_timestamp") if key in item}
    return item | {key: _absolute(value, at) for key, value in times.items()}


def _absolute(value: Any, at: float) -> Any:
    if isinstance(value, int | float) and abs(value) < _OFFSETS:
        return at + value
    return value
