"""Calls of charts on canaries that sit in events."""

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World


def settle(_: World, __: Canaries) -> None:
    """Add none: charts show what events hold."""


def calls(_: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    return {
        "render_chart": [
            {},
            {"group_by": ["title", "user.email"], "format": "svg"},
            {"kind": "bars", "group_by": ["title", "message"]},
        ]
    }
