"""What takes a change back, and what else that would take back with it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from dexter_mcp.changes.matching import holds
from dexter_mcp.changes.plan import Plan, Proposal, Wish
from dexter_mcp.changes.record import CARRIED, OPEN, UNKNOWN, Change
from dexter_mcp.sentry.errors import Invalid


def undoing(change: Change) -> Proposal:
    """Say what takes a change back, the last step first.

    Raises:
        Invalid: Nothing of it can be, it has been, or it is still under way.
    """
    if change.undone_by:
        raise Invalid(f"{change.id} has been taken back already, by {change.undone_by}.")
    if change.standing == "applying":
        raise Invalid(f"{change.id} is still under way. Take it back when it has ended.")
    if not change.undoable:
        raise Invalid(f"{change.id} can't be taken back: {_why_not(change)}.")
    what = f"which took back {change.plan.undoes}" if change.plan.undoes else change.plan.purpose
    return Proposal(
        org=change.plan.org,
        purpose=f"Take back {change.id} ({what})",
        wishes=[
            Wish(order, step.target, step.title, called=step.called)
            for step, order in change.undoable
        ],
        undoes=change.id,
    )


def _why_not(change: Change) -> str:
    if not UNKNOWN.isdisjoint(change.fates):
        return f"nobody knows whether it was carried out; `apply_change` change={change.id} looks"
    return "; ".join(change.plan.lost) or "nothing of it was carried out"


def takes_back(change: Change, undone: Change) -> bool:
    """Tell whether a change took back all of another, which may have gone on meanwhile."""
    taken = {*(step.target for step in change.plan.steps), *change.plan.already}
    whole = taken.issuperset(step.target for step, _ in undone.undoable)
    return whole and OPEN.isdisjoint(change.fates)


def overtaken(change: Change, plan: Plan) -> Iterator[str]:
    """Warn of targets that somebody has changed since: taking back would undo that too."""
    left = defaultdict[str, dict[str, Any]](dict)
    for _, step, outcome in change.pairs:
        if outcome.fate in CARRIED:
            left[step.target].update(outcome.found or {})
    for step in plan.steps:
        if step.before is not None and not holds(step.before, left[step.target]):
            yield f"{step.target} has been changed since, and that would be lost."
