"""Calls that change issues."""

from collections.abc import Mapping
from typing import Final

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.records import Issue
from orders.case import Case
from small_world import story

_NOTE: Final = "4711"
_MINUTES: Final = 0.1
"""Hours since the first issue happened last: people may still report on that."""
_ON_THE_WAY: Final = frozenset({"inbox", "priority_locked", "fixed_after"})
"""That somebody reviewed an issue, or chose its priority, stays known to Sentry."""


def settle(world: World) -> None:
    """Let issues happen, one of which was merged, and somebody talk about the first."""
    for name in ("KeyError", "ValueError", "TypeError"):
        world.tell("acme", story(name, ago=_MINUTES))
    first, second, third = sorted(world.issues)
    world.merge_issues(second, [third])
    issue = world.issues[first]
    world.note(issue, "note", user="mira@acme.test", data={"text": "mine"})
    issue.activity[-1].id = _NOTE
    issue.subscribed_by["mira@acme.test"] = "unknown"


def _first(world: World) -> Issue:
    return world.issues[min(world.issues)]


def _issue(world: World) -> str:
    return f"issue={_first(world).number}"


def _ids(world: World) -> list[str]:
    return [f"id={number}" for number in sorted(world.issues)]


def _merged(world: World) -> list[str]:
    number = max(world.issues)
    return [f"issue={number}", f"id={world.issues[number].hashes[-1]}"]


def _report(world: World) -> list[str]:
    event = world.store.find(world.events_of(_first(world)))[0]
    said = ("name=Bo Lind", "email=bo@shop.test", "comments=It hangs")
    return ["project=checkout", f"event_id={event.id}", *said]


CASES: Final[Mapping[str, Case]] = {
    "update_issue": Case(
        lambda world: (
            _issue(world),
            "status=ignored",
            "substatus=archived_until_condition_met",
            'statusDetails:={"ignoreDuration": 60}',
            "priority=high",
            "assignedTo=mira@acme.test",
            "isBookmarked=true",
            "hasSeen=true",
            "isPublic=true",
        ),
        _ON_THE_WAY,
    ),
    "bulk_update_issues": Case(
        lambda world: (*_ids(world), "status=resolvedInNextRelease"), _ON_THE_WAY
    ),
    "bulk_update_project_issues": Case(
        lambda world: ("project=checkout", *_ids(world), "isBookmarked=true")
    ),
    "delete_issue": Case(lambda world: (_issue(world),)),
    "bulk_delete_issues": Case(_ids),
    "bulk_delete_project_issues": Case(lambda world: ("project=checkout", *_ids(world))),
    "unmerge_issue": Case(_merged),
    "create_issue_note": Case(lambda world: (_issue(world), "text=looking into it")),
    "update_issue_note": Case(lambda world: (_issue(world), f"note={_NOTE}", "text=not mine")),
    "delete_issue_note": Case(lambda world: (_issue(world), f"note={_NOTE}")),
    "start_autofix": Case(lambda world: (_issue(world), "step=root_cause")),
    "submit_user_feedback": Case(_report),
}
