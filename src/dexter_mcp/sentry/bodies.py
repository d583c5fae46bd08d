"""What stands in an answer: JSON, whatever its type says, or something else in its place."""

import re
from typing import Any, Final, TypeVar

import httpx2
from pydantic import ValidationError

from dexter_mcp.sentry import features, json_text, wire
from dexter_mcp.sentry.errors import Broken
from dexter_mcp.sentry.json_types import is_object
from dexter_mcp.sentry.reply import adapter, readable

T = TypeVar("T")

NOT_JSON: Final = object()
"""Stands for a body that could not be read."""
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z_]{0,39}")
"""A field's name, or a key that nobody could say anything in."""


def json_of(response: httpx2.Response) -> Any:
    """Read a body as JSON whatever its type says: Sentry's 429 claims to be HTML.

    What was parsed on the way is shared with whoever asked the same at once: do not change it.
    """
    if (known := response.extensions.get("json")) is not None:
        return known
    try:
        return json_text.read(response.content)
    except ValueError:
        return NOT_JSON


def is_web_page(response: httpx2.Response) -> bool:
    """Tell a page for people from an answer."""
    told = response.headers.get("content-type", "").lower()
    return told.startswith("text/html") and not wire.is_data(response.content)


def stand_in(response: httpx2.Response) -> Broken:
    """Say that something else answered in Sentry's place."""
    return Broken(
        f"{wire.origin(str(response.url))} did not answer with JSON, so perhaps it is not "
        "Sentry, or a sign-in page stands before it. Check SENTRY_URL if this goes on."
    )


def parse(shape: type[T], response: httpx2.Response, envelope: str = "") -> T:
    """Read a body, or what stands in it under the key `envelope`.

    Raises:
        Broken: It is no JSON, or not of that shape.
    """
    asked = response.request.method == "GET"
    body = json_of(response) if response.content.strip() or asked else None
    if body is NOT_JSON:
        raise stand_in(response)
    if envelope and is_object(body):
        body = body.get(envelope)
    try:
        return readable(body, adapter(shape).validate_python)
    except ValidationError as error:
        where = ".".join(map(_plain, error.errors(include_input=False)[0]["loc"])) or "the whole"
        # The cause is left out: it quotes the reply, which strangers wrote.
        raise Broken(
            f"Sentry's reply to {features.place(_path(response))} was not understood at {where}."
        ) from None


def _plain(part: int | str) -> str:
    """Keep numbers and plain words: keys of a reply may be anyone's."""
    return str(part) if isinstance(part, int) or _PLAIN.fullmatch(part) else "…"


def _path(response: httpx2.Response) -> str:
    return response.url.raw_path.decode("ascii").partition("?")[0]
