"""What one more event does to an issue that people were done with."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dexter_mcp.simulator.intake.loose import text
from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.telling.story import Json

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World


def happen_again(world: "World", issue: Issue, release: str) -> None:
    """Reopen an issue whose fix did not help, or of which enough has come since it was archived.

    To be called before the event is stored.
    """
    if issue.status == "resolved" and not _is_from_before(world, issue, release):
        data = {"version": release} if release else {}
        _reopen(world, issue, "regressed", "set_regression", data)
    elif issue.status == "ignored" and _is_enough(world, issue):
        told = {"expired_snooze": issue.status_details}
        _reopen(world, issue, "escalating", "set_escalating", told)


def _reopen(world: "World", issue: Issue, substatus: str, kind: str, data: Json) -> None:
    issue.status, issue.substatus, issue.status_details = "unresolved", substatus, {}
    issue.inbox, issue.fixed_after = None, ""
    world.note(issue, kind, data=data)


def _is_from_before(world: "World", issue: Issue, release: str) -> bool:
    """Tell whether an event comes from a version older than the one that is to bring the fix."""
    came = world.release(issue.org, release)
    fixed = world.release(issue.org, text(issue.status_details.get("inRelease")))
    after = world.release(issue.org, issue.fixed_after)
    if came is None:
        return False
    if after:
        return came.created <= after.created
    return fixed is not None and came.created < fixed.created


def _is_enough(world: "World", issue: Issue) -> bool:
    """Tell whether one of the conditions is met under which an issue was archived."""
    details = issue.status_details
    until = text(details.get("ignoreUntil"))
    if until and world.now() >= datetime.fromisoformat(until):
        return True
    events, _ = _since(world, issue, details.get("ignoreWindow"))
    _, users = _since(world, issue, details.get("ignoreUserWindow"))
    enough, crowd = details.get("ignoreCount"), details.get("ignoreUserCount")
    return bool((enough and events + 1 >= enough) or (crowd and users >= crowd))


def _since(world: "World", issue: Issue, window: int | None) -> tuple[int, int]:
    """Count events and users since an issue was archived, or within so many minutes."""
    archived = [entry.at for entry in issue.activity if entry.type == "set_ignored"]
    start = archived[-1] if archived else world.now()
    if window:
        start = max(start, world.now() - timedelta(minutes=window))
    later = world.events_of(issue) & Where("received >= ?", (start.timestamp(),))
    totals = world.store.lifetime(later)
    return (totals.count, totals.users) if totals else (0, 0)
