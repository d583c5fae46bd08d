"""The calls that read through the catalogue: everything that comes is a stranger's there."""

from typing import Final

from canaries.discover import TRACE
from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World

_OF_AN_ORGANIZATION: Final = (
    *("list_replays", "list_replay_selectors", "list_monitors", "list_workflows"),
    *("list_org_tags", "list_org_environments", "list_dashboards"),
)
_OF_A_PROJECT: Final = ("list_project_users", "list_user_feedback", "list_project_events")
_OF_A_RELEASE: Final = (
    *("get_release", "list_release_commits", "list_deploys"),
    *("list_release_commit_files", "list_release_files"),
)
_SERIES: Final = ["dataset=errors", "groupBy=title", "topEvents=5"]
_SESSIONS: Final = ["field=sum(session)", "groupBy=release", "groupBy=environment"]


def settle(_: World, __: Canaries) -> None:
    """Do nothing: other domains have let canaries in wherever Sentry answers with a text."""


def calls(place: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    issue, event = f"issue={place.issue}", f"event={place.event}"
    full = ["contexts", "entries", "tags", "user", "title", "metadata"]
    return {
        "find_operations": [{"query": "replays"}, {"query": "list_issues"}, {"writes": True}],
        "read_sentry": [
            {"operation": "list_issues", "arguments": ["query="]},
            {"operation": "list_issues", "include": ["title", "metadata"]},
            {"operation": "get_issue", "arguments": [issue]},
            {"operation": "get_issue_event", "arguments": [issue, event]},
            {"operation": "get_issue_event", "arguments": [issue, event], "include": full},
            {"operation": "list_issue_tags", "arguments": [issue]},
            {"operation": "list_issue_activities", "arguments": [issue]},
            {"operation": "list_issue_attachments", "arguments": [issue]},
            {"operation": "list_projects"},
            {"operation": "list_releases"},
            {"operation": "list_project_environments", "project": "aviary"},
            *({"operation": operation} for operation in _OF_AN_ORGANIZATION),
            *({"operation": operation, "project": "aviary"} for operation in _OF_A_PROJECT),
            {"operation": "query_events", "arguments": ["field=title", "dataset=errors"]},
            {"operation": "query_events_timeseries", "arguments": _SERIES},
            {"operation": "query_sessions", "arguments": _SESSIONS},
            {"operation": "get_trace", "arguments": [f"trace={TRACE}"]},
            {"operation": "get_trace", "arguments": [f"trace={TRACE}"], "include": ["children"]},
            {"operation": "list_monitor_checkins", "arguments": ["monitor=feed-birds"]},
            {"operation": "get_issue_tag", "arguments": [issue, "key=user"]},
            {"operation": "list_issue_user_reports", "arguments": [issue]},
            {"operation": "get_source_map_debug", "arguments": [event], "project": "aviary"},
            *({"operation": each, "arguments": ["release=1.0"]} for each in _OF_A_RELEASE),
        ],
    }
