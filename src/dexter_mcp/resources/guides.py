"""The guides: what an assistant can read up on, as it is written in `docs/guide`."""

from dexter_mcp.resources.freshness import note
from dexter_mcp.views.authored import Offer, folder

_FOR_GOOD = 24 * 3_600.0
"""Seconds. A guide changes with the version of this server, and no sooner."""


class Guides:
    """What an assistant can read up on, without the tools that are not on offer."""

    def __init__(self, offer: Offer, table: str) -> None:
        self._offer, self._table = offer, table

    def search(self) -> str:
        """Read the guide to searching issues."""
        return self._read("search")

    def discover(self) -> str:
        """Read the guide to querying events."""
        return self._read("discover")

    def datasets(self) -> str:
        """Read the guide to data sets and their fields."""
        return self._read("datasets")

    def alerts(self) -> str:
        """Read the guide to alerts and monitors."""
        return self._read("alerts")

    def releases(self) -> str:
        """Read the guide to releases and their health."""
        return self._read("releases")

    def tools(self) -> str:
        """Read the guide to this server, with its tools."""
        return self._read("tools") + self._table

    def _read(self, name: str) -> str:
        text = (folder("guide", "docs/guide") / f"{name}.md").read_text(encoding="utf-8")
        note(_FOR_GOOD)
        return self._offer.keep(text)
