"""The `entries` of an event: what happened, piece by piece, in the API's shapes."""

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

from dexter_mcp.simulator.intake.loose import (
    is_list,
    is_mapping,
    mapping,
    mappings,
    optional,
    pairs,
    text,
)
from dexter_mcp.simulator.intake.moments import epoch, moment
from dexter_mcp.simulator.intake.titles import message_of
from dexter_mcp.simulator.shapes.frames import frames_of, has_system_frames, stacktrace
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

Data = Json | list[Json] | None
_THREAD = {"id": "id", "name": "name", "state": "state", "held_locks": "heldLocks"}


def entries_of(payload: Json) -> list[Json]:
    """Shape every interface that the payload holds, as `{"type", "data"}` in the API's order."""
    found = ((kind, shape(payload)) for kind, shape in _SHAPES.items())
    return [{"type": kind, "data": data} for kind, data in found if data]


def _exception(payload: Json) -> Data:
    values = mappings(payload.get("exception"))
    frames = [frame for value in values for frame in frames_of(value)]
    return values and {
        "values": [_exception_value(value) for value in values],
        "hasSystemFrames": has_system_frames(frames),
        "excOmitted": mapping(payload.get("exception")).get("exc_omitted"),
    }


def _exception_value(raw: Json) -> Json:
    return {
        "type": optional(raw.get("type")),
        "value": text(raw.get("value")),
        "module": optional(raw.get("module")),
        "threadId": raw.get("thread_id"),
        "mechanism": raw.get("mechanism"),
        **_traces(raw),
    }


def _threads(payload: Json) -> Data:
    values = mappings(payload.get("threads"))
    return values and {"values": [_thread(value) for value in values]}


def _thread(raw: Json) -> Json:
    flags = {key: bool(raw.get(key)) for key in ("current", "crashed")}
    return {name: raw.get(key) for key, name in _THREAD.items()} | flags | _traces(raw)


def _traces(raw: Json) -> Json:
    return {
        "stacktrace": stacktrace(raw.get("stacktrace")),
        "rawStacktrace": stacktrace(raw.get("raw_stacktrace")),
    }


def _message(payload: Json) -> Json | None:
    if not (payload.get("logentry") or payload.get("message")):
        return None
    logged = mapping(payload.get("logentry")) or mapping(payload.get("message"))
    return {
        "formatted": message_of(payload),
        "message": optional(logged.get("message")),
        "params": logged.get("params"),
    }


def _request(payload: Json) -> Data:
    raw = mapping(payload.get("request"))
    url = _split(text(raw.get("url")))
    headers = [[key, text(value)] for key, value in pairs(raw.get("headers"))]
    jar = [value for key, value in headers if key.lower() == "cookie"]
    return raw and {
        "method": optional(raw.get("method")),
        "url": urlunsplit((url.scheme, url.netloc, url.path, "", "")) or optional(raw.get("url")),
        "query": _query(raw.get("query_string") or url.query),
        "fragment": optional(raw.get("fragment")) or url.fragment or None,
        "data": raw.get("data"),
        "headers": sorted(pair for pair in headers if pair[0].lower() != "cookie"),
        "cookies": _cookies(raw.get("cookies") or next(iter(jar), "")),
        "env": raw.get("env"),
        "inferredContentType": _content_type(raw, headers),
        "apiTarget": raw.get("api_target"),
    }


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _query(value: object) -> list[list[Any]]:
    if isinstance(value, str):
        return [list(pair) for pair in parse_qsl(value.lstrip("?"), keep_blank_values=True)]
    return [list(pair) for pair in pairs(value)]


def _cookies(value: object) -> list[list[Any]]:
    if not isinstance(value, str):
        return [list(pair) for pair in pairs(value)]
    try:
        return [[name, morsel.value] for name, morsel in SimpleCookie(value).items()]
    except CookieError:
        return []


def _content_type(raw: Json, headers: list[list[str]]) -> str | None:
    named = (value.split(";")[0] for key, value in headers if key.lower() == "content-type")
    guessed = "application/json" if is_mapping(raw.get("data")) or is_list(raw.get("data")) else ""
    return next(named, raw.get("inferred_content_type") or guessed) or None


def _breadcrumbs(payload: Json) -> Data:
    values = mappings(payload.get("breadcrumbs"))
    return values and {"values": [_breadcrumb(value) for value in values]}


def _breadcrumb(raw: Json) -> Json:
    at = moment(raw.get("timestamp"))
    return {
        "timestamp": iso(at) if at else None,
        "type": text(raw.get("type")) or "default",
        "category": optional(raw.get("category")),
        "level": text(raw.get("level")) or "info",
        "message": optional(raw.get("message")),
        "data": raw.get("data") or None,
        "event_id": optional(raw.get("event_id")),
    }


def _spans(payload: Json) -> list[Json]:
    return [_span(span) for span in mappings(payload.get("spans"))]


def _span(raw: Json) -> Json:
    return {
        "span_id": text(raw.get("span_id")),
        "trace_id": text(raw.get("trace_id")),
        "parent_span_id": optional(raw.get("parent_span_id")),
        "op": optional(raw.get("op")),
        "description": optional(raw.get("description")),
        "status": optional(raw.get("status")),
        "start_timestamp": epoch(raw.get("start_timestamp")),
        "timestamp": epoch(raw.get("timestamp")),
        "data": mapping(raw.get("data")),
        "tags": raw.get("tags"),
        "hash": optional(raw.get("hash")),
        "exclusive_time": raw.get("exclusive_time"),
        "same_process_as_parent": raw.get("same_process_as_parent"),
    }


def _debug_images(payload: Json) -> Data:
    images = mappings(mapping(payload.get("debug_meta")).get("images"))
    return images and {"images": images}


_SHAPES: dict[str, Callable[[Json], Data]] = {
    "exception": _exception,
    "stacktrace": lambda payload: stacktrace(payload.get("stacktrace")),
    "threads": _threads,
    "message": _message,
    "request": _request,
    "breadcrumbs": _breadcrumbs,
    "spans": _spans,
    "csp": lambda payload: mapping(payload.get("csp")),
    "template": lambda payload: mapping(payload.get("template")),
    "debugmeta": _debug_images,
}
