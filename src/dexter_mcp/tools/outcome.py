"""What a client receives: an answer, or a failure that the model can act on."""

from typing import Any

from mcp.types import CallToolResult, TextContent
from pydantic import TypeAdapter

from dexter_mcp.sentry.errors import SentryError
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.trail import Trail
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.moments import span
from dexter_mcp.views.untrusted import clean

_WORTH_SAYING = 5.0
"""Seconds: a younger answer is as good as a new one."""
_LONGEST = 4_000
"""Characters of a single text in structured data."""


def success(answer: Answer, trail: Trail, *, structured: bool) -> CallToolResult:
    """Send the text; the data too where programs asked for it."""
    return CallToolResult(
        content=[TextContent(type="text", text=answer.text + _age_note(trail))],
        structured_content=_data(answer) if structured else None,
        _meta={**answer.meta, **_cost(trail)},
    )


def failure(text: str) -> CallToolResult:
    """Send one sentence that says what was wrong and what to do next."""
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def refusal(error: SentryError, trail: Trail) -> CallToolResult:
    """Send what kept Sentry from answering; when it may work again, as data too.

    The reference leads to the lines of the log, where something went over the wire at all.
    """
    sent = f" (request {trail.reference})" if trail.requests or trail.ages else ""
    again = {} if error.retry_after is None else {"dexter-mcp/retryAfterSeconds": error.retry_after}
    return CallToolResult(
        content=[TextContent(type="text", text=f"{error}{sent}")],
        is_error=True,
        _meta={**again, **_cost(trail)},
    )


def _age_note(trail: Trail) -> str:
    age = trail.oldest or 0.0
    if trail.stale:
        return f"\n(Sentry does not answer; some of this is from {span(age)} ago)"
    return f"\n(partly from memory, up to {span(age)} old)" if age >= _WORTH_SAYING else ""


def _cost(trail: Trail) -> dict[str, Any]:
    age = {} if trail.oldest is None else {"dexter-mcp/cacheAgeSeconds": round(trail.oldest, 1)}
    return {"dexter-mcp/requests": trail.requests, **age}


def _data(answer: Answer) -> dict[str, Any]:
    dumped = TypeAdapter[Any](Any).dump_python(answer.data, mode="json", by_alias=True)
    told = _harmless(dumped)
    return told if is_object(told) else {"result": told}


def _harmless(value: Any) -> Any:
    """Clean and redact every text: programs hand what they read to models too."""
    if is_object(value):
        return {clean(key, limit=_LONGEST): _harmless(inner) for key, inner in value.items()}
    if is_array(value):
        return [_harmless(inner) for inner in value]
    return clean(value, limit=_LONGEST, multiline=True) if isinstance(value, str) else value
