"""Recipes of what is done to issues."""

from collections.abc import Mapping, Sequence
from typing import Final

from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Bulk, Recipe, Update
from dexter_mcp.sentry import Sentry, trail
from dexter_mcp.sentry.catalogue import Order, Question
from dexter_mcp.sentry.catalogue.operations import operation_named
from dexter_mcp.sentry.json_types import is_object

_AT_ONCE: Final = 100


async def _issues(sentry: Sentry, orders: Sequence[Order]) -> Sequence[State]:
    """Read issues by number, a hundred with each request."""
    found = dict[str, Json]()
    for org in {order.places["org"] for order in orders}:
        ids = [order.places["issue"] for order in orders if order.places["org"] == org]
        for begin in range(0, len(ids), _AT_ONCE):
            found |= await _some(sentry, org, ids[begin : begin + _AT_ONCE])
    return [found.get(order.places["issue"]) for order in orders]


async def _some(sentry: Sentry, org: str, ids: Sequence[str]) -> Mapping[str, Json]:
    query = {"group": list(ids), "query": "", "project": ["-1"]}
    asked = Question(operation_named("list_issues"), {"org": org}, query)
    with trail.anew():
        value = (await sentry.catalogue.read(asked, limit=_AT_ONCE)).value
    return {str(row["id"]): row for row in value if is_object(row)}


def _assignee(state: Json) -> str:
    """Spell an assignee as Sentry takes it: `user:42`, `team:7`, or nothing."""
    actor = state.get("assignedTo")
    return f"{actor['type']}:{actor['id']}" if is_object(actor) else ""


def _wanted(told: Json) -> Json:
    """Say in the words of an answer what was asked for in those of a request."""
    status = {"resolvedInNextRelease": "resolved", "muted": "ignored"}
    return {
        name: status.get(value, value) if name == "status" else value
        for name, value in told.items()
    }


def _nothing_else(ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Name the ids a second time, as a search.

    Where none of the ids is there any more, Sentry takes the search instead, and without one it
    takes everything that is unresolved.
    """
    return {"query": (f"issue.id:[{','.join(ids)}]",), "project": ("-1",)}


RECIPES: Final[tuple[Recipe, ...]] = (
    Update(
        operation="update_issue",
        look=_issues,
        lenses=(("assignedTo", _assignee),),
        wanted=_wanted,
        bulk=Bulk("bulk_update_issues", "issue", _nothing_else),
    ),
)
