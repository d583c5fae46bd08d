"""Arguments of a write that strangers may have put into a model's mouth."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from dexter_mcp.insights.shown import Shown
from dexter_mcp.sentry.json_types import is_array, is_object

_LONG: Final = 200
"""Characters up to which a value is judged as a whole; of longer ones, what leads elsewhere is."""
_LEADS: Final = re.compile(
    r"https?://[^\s\"'<>)\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w/])[@#][\w.-]{3,}"
)
"""Addresses, e-mails, and the names of people and channels."""


def tainted(arguments: Mapping[str, Any], shown: Shown, naming: frozenset[str]) -> tuple[str, ...]:
    """Name the arguments that have appeared in event text and nowhere else.

    `naming` are those that say what is to be changed: an issue named in an event is no danger.
    """
    return tuple(
        name
        for name, value in arguments.items()
        if name not in naming and any(map(shown.only_strangers_said, _telling(value)))
    )


def _telling(value: Any) -> Iterator[str]:
    """Pick out of a value what says where something goes, or who gets it."""
    if is_object(value):
        for inner in value.values():
            yield from _telling(inner)
    elif is_array(value):
        for inner in value:
            yield from _telling(inner)
    elif isinstance(value, str):
        yield from _LEADS.findall(value)
        if len(value) <= _LONG:
            yield value.partition("=")[2] or value
