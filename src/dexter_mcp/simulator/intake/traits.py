"""What searches can find in an event's payload, apart from its tags."""

from collections.abc import Iterator, Mapping

from dexter_mcp.simulator.intake.loose import mapping, mappings, text
from dexter_mcp.simulator.intake.payload import culprit_of, message_of, title_of
from dexter_mcp.simulator.memory.store import Trait
from dexter_mcp.simulator.telling.story import Json

_FRAME_FIELDS = {
    "stack.filename": "filename",
    "stack.abs_path": "abs_path",
    "stack.module": "module",
    "stack.function": "function",
}


def traits_of(payload: Json, tags: Mapping[str, str]) -> Iterator[Trait]:
    """List the tags and the searchable fields that all events with this payload share."""
    yield from (Trait(key, value, tag=True) for key, value in tags.items())
    yield from (
        Trait(key, value, tag=False)
        for key, value in dict.fromkeys(_fields(payload))
        if value and key not in tags
    )


def trace_of(payload: Json) -> str:
    """Name the trace that an event is part of; empty for none."""
    return text(mapping(mapping(payload.get("contexts")).get("trace")).get("trace_id"))


def _fields(payload: Json) -> Iterator[tuple[str, str]]:
    yield "title", title_of(payload)
    yield "message", message_of(payload)
    yield "culprit", culprit_of(payload)
    yield "platform", text(payload.get("platform"))
    yield "sdk.name", text(mapping(payload.get("sdk")).get("name"))
    yield "sdk.version", text(mapping(payload.get("sdk")).get("version"))
    yield "http.url", text(mapping(payload.get("request")).get("url"))
    yield "http.method", text(mapping(payload.get("request")).get("method"))
    for exception in mappings(payload.get("exception")):
        yield "error.type", text(exception.get("type"))
        yield "error.value", text(exception.get("value"))
        mechanism = mapping(exception.get("mechanism"))
        yield "error.mechanism", text(mechanism.get("type"))
        yield from _handled(mechanism.get("handled"))
        for frame in mappings(mapping(exception.get("stacktrace")).get("frames")):
            yield from ((key, str(frame.get(name) or "")) for key, name in _FRAME_FIELDS.items())


def _handled(handled: object) -> Iterator[tuple[str, str]]:
    if isinstance(handled, bool):
        yield "error.handled", str(handled).lower()
        yield "error.unhandled", str(not handled).lower()
