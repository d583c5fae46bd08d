"""The calls that read through the catalogue: everything that comes is a stranger's there."""

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World


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
        ],
    }
