"""The calls that carry out what was planned for the issue that holds canaries."""

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World


def settle(_: World, __: Canaries) -> None:
    """Do nothing: the issue is full of canaries already."""


def calls(place: Place) -> Calls:
    """Apply the plan of the place, then look at the change, then plan to take it back."""
    change = place.handle.partition(".")[0]
    return {
        "apply_change": [{"change": place.handle}],
        "list_changes": [{}, {"change": change}],
        "undo_change": [{"change": change}],
        "change_sentry": [order(place.issue, "to be looked at")],
    }


def handle_of(plan: str) -> str:
    """Find the handle in a plan."""
    return plan.rpartition("apply_change change=")[2].split()[0]


def order(issue: str, text: str) -> dict[str, object]:
    """Say what `change_sentry` is to plan: a comment, unless it is there already."""
    arguments = [f"issue={issue}", f"text={text}"]
    return {"operation": "create_issue_note", "arguments": arguments}
