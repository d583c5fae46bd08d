"""A body as a form with a file in it, which is how Sentry takes files."""

from collections.abc import Mapping
from typing import Any

import httpx2

from dexter_mcp.sentry.errors import Invalid

FILE = "file"
"""The field that holds the content of the file; `name` says how it is called."""


def written(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    """Write fields as a form, and name its type, which holds the boundary.

    Raises:
        Invalid: A text in it can't be encoded.
    """
    told = {name: value for name, value in fields.items() if name != FILE and value is not None}
    content = str(fields.get(FILE, ""))
    name = str(fields.get("name") or FILE).rpartition("/")[2] or FILE
    try:
        form = httpx2.Request(
            "POST", "http://form.invalid/", data=told, files={FILE: (name, content.encode())}
        )
    except UnicodeEncodeError:
        raise Invalid("A text in it holds half a character. Write it anew.") from None
    return form.read(), form.headers["content-type"]
