"""What a client receives: an answer, or a failure that the model can act on."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any, TypeGuard

from mcp.types import (
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    TextContent,
    TextResourceContents,
)
from pydantic import TypeAdapter

from dexter_mcp.insights.answering import failed
from dexter_mcp.sentry.errors import SentryError
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.trail import Trail
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.authored import Offer
from dexter_mcp.views.secrets import redact_value
from dexter_mcp.views.untrusted import clean, glimpse

_MARK = "untrusted"
"""The only key of the object that stands for a text from an event."""
_PAIR = 2
_LONGEST = 4_000
"""Characters of a single text in structured data."""


def success(answer: Answer, trail: Trail, *, structured: bool) -> CallToolResult:
    """Send the text; the data too where programs asked for it."""
    return CallToolResult(
        content=[TextContent(type="text", text=answer.text), *_attached(answer)],
        structured_content=_data(answer) if structured else None,
        _meta={**answer.meta, **_cost(trail)},
    )


def _attached(answer: Answer) -> Iterator[ImageContent | EmbeddedResource]:
    for picture in answer.pictures:
        data = b64encode(picture.content).decode()
        yield ImageContent(type="image", data=data, mime_type=picture.mime_type)
    for document in answer.documents:
        contents = TextResourceContents(
            uri=document.uri, text=document.text, mime_type=document.mime_type
        )
        yield EmbeddedResource(type="resource", resource=contents)


def failure(text: str) -> CallToolResult:
    """Send one sentence that says what was wrong and what to do next."""
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def refusal(error: SentryError, trail: Trail, offer: Offer) -> CallToolResult:
    """Send what kept Sentry from answering; when it may work again, as data too."""
    again = {} if error.retry_after is None else {"dexter-mcp/retryAfterSeconds": error.retry_after}
    return CallToolResult(
        content=[TextContent(type="text", text=failed(error, trail, offer))],
        is_error=True,
        _meta={**again, **_cost(trail)},
    )


def _cost(trail: Trail) -> dict[str, Any]:
    age = {} if trail.oldest is None else {"dexter-mcp/cacheAgeSeconds": round(trail.oldest, 1)}
    return {"dexter-mcp/requests": trail.requests, **age}


def _data(answer: Answer) -> dict[str, Any]:
    dumped = TypeAdapter[Any](Any).dump_python(answer.data, mode="json", by_alias=True)
    told = _harmless(dumped)
    return told if is_object(told) else {"result": told}


def event_texts(data: Any) -> Iterator[str]:
    """Find the texts of events in what programs get."""
    if _is_event_text(data):
        yield _raw(data)
    elif is_object(data):
        for inner in data.values():
            yield from event_texts(inner)
    elif is_array(data):
        for inner in data:
            yield from event_texts(inner)


def _harmless(value: Any, name: str = "") -> Any:
    """Clean and redact every text, also for its `name`: programs hand what they read to models."""
    if is_object(value):
        return {
            clean(key, limit=_LONGEST): _harmless(value[key], to) for key, to in _names(value, name)
        }
    if is_array(value):
        return [_harmless(inner, to) for inner, to in zip(value, _names_in(value), strict=True)]
    return _text(value, name) if isinstance(value, str) else value


def _names_in(items: list[Any]) -> Sequence[str]:
    """Say for each item of an array which name it goes by: in a pair, the second by the first."""
    is_pair = len(items) == _PAIR and all(map(_is_event_text, items))
    return ("", items[0][_MARK]) if is_pair else [""] * len(items)


def _names(value: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """Say for each key of an object which name the text below it goes by.

    That is the key itself, but not the mark of event text, nor where `key` tells the name: a tag
    repeats its value as `name`.
    """
    told = _raw(value["key"]) if {"key", "value"} <= set(value) else ""
    by = {_MARK: name, **(dict.fromkeys(("value", "name"), told) if told else {})}
    return ((key, by.get(key, key)) for key in value)


def _is_event_text(value: Any) -> TypeGuard[dict[str, Any]]:
    return is_object(value) and set(value) == {_MARK}


def _raw(value: Any) -> str:
    text = value[_MARK] if _is_event_text(value) else value
    return text if isinstance(text, str) else ""


def _text(text: str, name: str) -> str:
    shown = redact_value(name, glimpse(text, limit=_LONGEST))
    return clean(shown, limit=_LONGEST, multiline=True)
