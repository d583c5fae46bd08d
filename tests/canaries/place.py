"""Where the canaries sit, for those who call tools on them."""

from dataclasses import dataclass
from typing import Any

Calls = dict[str, list[dict[str, Any]]]
"""Ways to call each tool, by its name."""


@dataclass(frozen=True)
class Place:
    """The issue and the event that hold canaries; not always is every section wanted.

    `handle` is that of a plan for the issue.
    """

    issue: str
    event: str
    every_section: bool = True
    handle: str = ""
