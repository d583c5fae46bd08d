"""JSON as servers write it, which is not always as JSON should be."""

import json
import re
from typing import Any, Final

from pydantic_core import from_json

from dexter_mcp.sentry.errors import Invalid

_HALF: Final = re.compile(
    r"(?P<whole>\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""Half a character, which nothing could pass on; whole ones and backslashes are stepped over."""


def read(body: bytes) -> Any:
    """Read a body as JSON, and once more with some patience if it is none.

    One odd character or number must not cost the whole answer: what is no number reads as `None`,
    what is no character as the sign for that.

    Raises:
        ValueError: It is no JSON however it is read.
    """
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        return _patiently(body)


def _patiently(body: bytes) -> Any:
    text = _HALF.sub(lambda half: half["whole"] or r"\ufffd", body.decode(errors="replace"))
    try:
        return json.loads(text, parse_constant=lambda _: None, strict=False)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def written(value: Any) -> tuple[bytes, str]:
    """Write a body as JSON, and name its type.

    Raises:
        Invalid: It holds half a character, or a number that is none.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode(), "application/json"
    except UnicodeEncodeError:
        raise Invalid("A text in it holds half a character. Write it anew.") from None
    except ValueError:
        raise Invalid("A number in it is infinite or none at all. Give a finite one.") from None
