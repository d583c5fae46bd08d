"""Which toolsets there are, and how the tools of one are found."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dexter_mcp.tools.toolset import Toolset

DEFAULT: Final = ("identity", "organizations", "projects", "issues", "events", "tags")
"""What a launch offers when nobody chooses."""

TOOLSETS: Final = DEFAULT
"""Every toolset, named like its module, in the order in which clients see them."""

NEEDS: Final[Mapping[str, str]] = {
    "identity": "",
    "organizations": "org:read",
    "projects": "project:read",
    "issues": "event:read",
    "events": "event:read",
    "tags": "event:read",
}
"""The scope that the tools of a toolset need; the write and admin scopes of its kind imply it.

https://docs.sentry.io/api/permissions/
"""


class UnknownToolset(ValueError):
    """A toolset was asked for that does not exist."""


def chosen(names: Iterable[str]) -> list[str]:
    """Spell out `default` and `all`, and keep the order of `TOOLSETS`.

    Raises:
        UnknownToolset: A name is none of them; the message lists those that are.
    """
    wanted = set(_spelled_out(names))
    if unknown := sorted(wanted - set(TOOLSETS)):
        raise UnknownToolset(
            f"There is no toolset {unknown[0]!r}. Valid are: default, all, {', '.join(TOOLSETS)}."
        )
    return [name for name in TOOLSETS if name in wanted]


def _spelled_out(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from {"default": DEFAULT, "all": TOOLSETS}.get(name, (name,))


def load(name: str) -> "Toolset":
    """Import a toolset."""
    toolset: Toolset = import_module(f"dexter_mcp.tools.{name}").toolset
    return toolset
