"""What Sentry's API can be asked: facts about each operation, read from a file beside this one.

`make catalogue` renews the file from Sentry's published description.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from typing import Final, Literal

from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.reply import adapter

Standing = Literal["published", "legacy", "unpublished"]
"""Legacy operations live on older servers; unpublished ones serve Sentry's own pages."""

Value = str | int | float | bool
_PLACE: Final = re.compile(r"\{(\w+)\}")
_DOCS: Final = "https://docs.sentry.io/api/"


@dataclass(frozen=True)
class Parameter:
    """What narrows an operation, or a field of its body.

    `type` is in the description's words, with `?` where null is taken; `repeated` ones are sent
    once for each value. `longest` counts characters.
    """

    name: str
    type: str = "string"
    required: bool = False
    repeated: bool = False
    values: tuple[Value, ...] = ()
    default: Value | None = None
    least: float | None = None
    longest: int | None = None


@dataclass(frozen=True)
class Operation:
    """One thing that Sentry's API does; any one of the `scopes` suffices for it.

    `path` stands below `/api/0`. `instead` names what replaces a deprecated one.
    """

    name: str
    method: str
    path: str
    category: str
    summary: str
    answer: Literal["list", "object", "none"] = "none"
    scopes: tuple[str, ...] = ()
    query: tuple[Parameter, ...] = ()
    body: tuple[Parameter, ...] = ()
    paged: bool = False
    deprecated: bool = False
    instead: str = ""
    standing: Standing = "published"

    @property
    def reads(self) -> bool:
        """Tell whether it changes nothing."""
        return self.method == "GET"

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Name the parameters of the path, in their order."""
        return tuple(_PLACE.findall(self.path))

    @cached_property
    def narrowing(self) -> Mapping[str, Parameter]:
        """Give the parameters of the query string by name."""
        return {parameter.name: parameter for parameter in self.query}

    @property
    def needs(self) -> tuple[str, ...]:
        """Name what can't be left out."""
        return (*self.places, *(each.name for each in self.query if each.required))

    @property
    def docs(self) -> str:
        """Point to Sentry's page about its category; empty where Sentry has none."""
        page = self.category.lower().replace(" ", "-")
        return f"{_DOCS}{page}/" if self.standing == "published" else ""


@cache
def operations() -> Mapping[str, Operation]:
    """Read the facts: every operation by its name."""
    text = (files("dexter_mcp.sentry.catalogue") / "operations.json").read_bytes()
    known: tuple[Operation, ...] = adapter(tuple[Operation, ...]).validate_json(text)
    return {operation.name: operation for operation in known}


def operation_named(name: str) -> Operation:
    """Find an operation by its name.

    Raises:
        Invalid: There is none; the message names those that come close.
    """
    known, wanted = operations(), name.strip("` ")
    if wanted in known:
        return known[wanted]
    close = get_close_matches(wanted.lower(), known, n=3)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise Invalid(f"There is no operation {name[:80]!r}.{hint} `find_operations` searches them.")
