"""Which toolsets there are, and how the tools of one are found."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dexter_mcp.tools.toolset import Toolset

TOOLSETS: Final[Mapping[str, tuple[str, ...]]] = {
    "issues": ("issues", "issue_changes", "events", "tags", "attachments", "feedback"),
    "discover": ("discover", "charts", "saved_queries", "exports"),
    "alerts": ("alerts", "alert_changes"),
    "releases": ("releases", "release_changes"),
    "integrations": ("integrations", "tickets"),
    "projects": ("identity", "organizations", "projects", "project_changes"),
    "teams": ("teams", "team_changes"),
    "stats": ("stats",),
    "replays": ("replays",),
    "traces": ("traces",),
    "monitors": ("monitors", "monitor_changes"),
    "dashboards": ("dashboards",),
    "scim": ("scim",),
    "catalogue": ("catalogue",),
    "changes": ("changes",),
}
"""Every toolset with the modules that make it up, in the order in which clients see them."""

CHANGES: Final = "changes"
"""The toolset that every other one needs as soon as it changes anything."""

_DAILY: Final[Mapping[str, frozenset[str]]] = {
    "issues": frozenset(
        {"search_issues", "get_issue", "get_event", "list_issue_events", "get_issue_tag"}
        | {"update_issues"}
    ),
    "discover": frozenset({"query_events", "query_timeseries", "list_event_fields"}),
    "alerts": frozenset({"list_alerts", "get_alert"}),
    "releases": frozenset({"list_releases", "get_release", "compare_releases"}),
    "integrations": frozenset({"list_integrations"}),
    "projects": frozenset({"whoami", "list_projects"}),
    "catalogue": frozenset({"find_operations", "read_sentry", "change_sentry"}),
    "changes": frozenset({"apply_change", "list_changes", "undo_change"}),
}

DAILY: Final = frozenset(tool for tools in _DAILY.values() for tool in tools)
"""The tools that a launch offers when nobody chooses: `default`."""

NEEDS: Final[Mapping[str, str]] = {
    "issues": "event:read",
    "discover": "org:read",
    "alerts": "org:read",
    "projects": "project:read",
    "teams": "team:read",
    "releases": "project:read",
    "integrations": "org:read",
    "monitors": "project:read",
    "dashboards": "org:read",
    "scim": "member:read",
    "stats": "org:read",
    "replays": "org:read",
    "traces": "org:read",
    "catalogue": "org:read",
    "changes": "org:read",
}
"""The scope that the tools of a toolset need; the write and admin scopes of its kind imply it.

https://docs.sentry.io/api/permissions/
"""


class UnknownToolset(ValueError):
    """A toolset was asked for that does not exist."""


@dataclass(frozen=True)
class Choice:
    """The toolsets of a launch: some whole, of the others the daily tools or nothing."""

    whole: frozenset[str]
    daily: bool

    @property
    def toolsets(self) -> tuple[str, ...]:
        """Name the toolsets that have something on offer."""
        daily = _DAILY if self.daily else ()
        return tuple(name for name in TOOLSETS if name in daily or name in self.whole)

    @property
    def modules(self) -> Iterator[tuple[str, str]]:
        """Name each module that may have something on offer, after its toolset."""
        return ((name, module) for name in self.toolsets for module in TOOLSETS[name])

    def offers(self, toolset: str, tool: str) -> bool:
        """Tell whether a tool of a toolset is on offer."""
        return toolset in self.whole or (self.daily and tool in DAILY)


def chosen(names: Iterable[str]) -> Choice:
    """Read what was chosen at launch: names of toolsets, `default` and `all`.

    Raises:
        UnknownToolset: A name is none of them; the message lists those that are.
    """
    wanted = set(names)
    if unknown := sorted(wanted - {"default", "all", *TOOLSETS}):
        raise UnknownToolset(
            f"There is no toolset {unknown[0]!r}. Valid are: default, all, {', '.join(TOOLSETS)}."
        )
    whole = TOOLSETS if "all" in wanted else {CHANGES, *wanted} & set(TOOLSETS)
    return Choice(frozenset(whole), "default" in wanted)


def load(module: str) -> "Toolset":
    """Import the tools of a module."""
    toolset: Toolset = import_module(f"dexter_mcp.tools.{module}").toolset
    return toolset
