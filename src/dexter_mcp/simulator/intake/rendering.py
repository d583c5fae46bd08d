"""The payload of one stored event: what all events of its body share, and what is its own."""

from typing import Any

from dexter_mcp.simulator.intake.loose import mapping, mappings, pairs, text
from dexter_mcp.simulator.memory.store import Event
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.telling.visitors import visitor

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
    return body | own | _placed(body, event, tags)


def _placed(body: Json, event: Event, tags: dict[str, str]) -> Json:
    """Put what a body tells relative to its event into the event's time, trace and surroundings."""
    at, trace = event.at, {"trace_id": event.trace} if event.trace else {}
    placed: Json = {}
    if "start_timestamp" in body:
        placed["start_timestamp"] = _absolute(body["start_timestamp"], at)
    if "breadcrumbs" in body:
        crumbs = mappings(body["breadcrumbs"])
        placed["breadcrumbs"] = {"values": [_moved(crumb, at) for crumb in crumbs]}
    if "spans" in body:
        placed["spans"] = [_moved(span, at) | trace for span in mappings(body["spans"])]
    if "_occurrence" in body:
        placed["_occurrence"] = {"detectionTime": at} | mapping(body["_occurrence"])
    if contexts := mapping(body.get("contexts")):
        placed["contexts"] = contexts | _varied(contexts, tags)
    if trace:
        placed["contexts"]["trace"] = mapping(contexts["trace"]) | trace
    return placed


def _varied(contexts: Json, tags: dict[str, str]) -> Json:
    """Complete the products that each event has another version or model of, as its tags say."""
    varied: Json = {}
    for kind in ("browser", "os"):
        product = mapping(contexts.get(kind))
        version = tags.get(kind, "").removeprefix(text(product.get("name"))).strip()
        if product and version:
            varied[kind] = {"version": version} | product
    if device := mapping(contexts.get("device")):
        varied["device"] = {"model": tags["device"]} | device if "device" in tags else device
    return varied


def _moved(item: Json, at: float) -> Json:
    times = {key: item[key] for key in ("timestamp", "start_timestamp") if key in item}
    return item | {key: _absolute(value, at) for key, value in times.items()}


def _absolute(value: Any, at: float) -> Any:
    if isinstance(value, int | float) and abs(value) < _OFFSETS:
        return at + value
    return value
