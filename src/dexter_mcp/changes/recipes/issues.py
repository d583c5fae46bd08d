"""Recipes of what is done to issues."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from dexter_mcp.changes.looks import each, find, read, row
from dexter_mcp.changes.matching import ABSENT, holds, shown
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Bulk, Create, Deed, Delete, Recipe, Tie, Update
from dexter_mcp.changes.recipes import issue_standing as standing
from dexter_mcp.sentry import Sentry, trail
from dexter_mcp.sentry.catalogue import Order, Question
from dexter_mcp.sentry.catalogue.operations import operation_named
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.json_types import is_object

_AT_ONCE: Final = 100
_LEAN: Final = ["stats", "lifetime", "filtered", "unhandled"]
_FOLLOWING: Final = frozenset({"status", "assignedTo", "isBookmarked"})
"""What makes the token's user follow an issue."""


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
    more = {"expand": ["inbox"], "collapse": _LEAN}
    asked = Question(operation_named("list_issues"), {"org": org}, {**query, **more})
    with trail.anew():
        value = (await sentry.catalogue.read(asked, limit=_AT_ONCE)).value
    now = {standing.ASKED_AT: sentry.now()}
    return {str(row["id"]): {**row, **now} for row in value if is_object(row)}


def by_search(ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Name the ids a second time, as a search.

    Where none of the ids is there any more, Sentry takes the search instead, and without one it
    takes everything that is unresolved.
    """
    return {"query": (f"issue.id:[{','.join(ids)}]",), "project": ("-1",)}


@dataclass(frozen=True, kw_only=True)
class _IssueUpdate(Update):
    """Sets fields of an issue; a state is set, read and taken back with all that belongs to it."""

    def fit(self, order: Order) -> Recipe:
        """Tell what sets fields from what deletes or merges.

        A state may name a release, whose name comes with events.
        """
        if order.told.get("merge"):
            raise Invalid("One issue can't be merged. `merge_issues` names the others too.")
        if order.told.get("discard"):
            return _DISCARD
        return replace(self, strange=True) if "status" in order.told else self

    def names(self, state: State) -> Mapping[str, str]:
        """Call a member by the name, and a team by its slug."""
        kind, _, called = _assignee(state or {}).partition(" ")
        mark = "#" if kind.startswith("team:") else ""
        return {kind: f"{mark}{called}"} if called else {}

    def before(self, order: Order, state: State) -> State:
        """Read the fields that the order sets, and those that change along with them."""
        if state is None:
            return None
        told = {n: _read(state, n) for n in order.told if n not in standing.CONDITIONS}
        if "status" in order.told:
            told |= {n: _read(state, n) for n in ("status", "substatus", "statusDetails")}
            told |= {"inbox": _read(state, "inbox")} if told["status"] == "unresolved" else {}
        if _changes_following(order.told, state):
            told["isSubscribed"] = state["isSubscribed"]
        return {name: value for name, value in told.items() if value is not ABSENT}

    def after(self, order: Order, state: State) -> State:
        """Give the fields that the order sets, in the words of an answer."""
        told = {n: v for n, v in order.told.items() if n not in standing.CONDITIONS}
        if "status" in told:
            told["status"] = standing.status(told["status"])
        if (details := standing.wanted_details(order.told)) is not None:
            told["statusDetails"] = standing.spelt(standing.without_clock(details))
        if state is not None and "assignedTo" in told and _is_assigned(state, told["assignedTo"]):
            told["assignedTo"] = _assignee(state)
        return told

    def met(self, order: Order, state: State) -> bool:
        """Tell whether an issue is as asked for."""
        return state is not None and all(_is_so(order.told, name, state) for name in order.told)

    def due(self, order: Order, state: State) -> bool:
        """Tell whether there is something to do: a release that is shown may bring any commit."""
        wanted = standing.wanted_details(order.told) or {}
        shown_as = standing.details(state or {}).get("inCommit")
        return super().due(order, state) or wanted.get("inCommit") != shown_as

    def complete(self, order: Order, state: State) -> Order:
        """Say in minutes until when an issue is to be archived."""
        details = order.told.get("statusDetails")
        if state is None or not is_object(details):
            return order
        timed = standing.timed(details, state[standing.ASKED_AT])
        return replace(order, body={**order.told, "statusDetails": timed})

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it is known
        """Set the fields to what they were."""
        if before is None:
            return None
        body = {n: _written(n, v) for n, v in before.items() if n != "substatus" or v}
        return replace(order, body=body)


def _changes_following(told: Json, state: Json) -> bool:
    """Tell whether the token's user may follow an issue afterwards, or no more.

    Whoever removes a bookmark stops following, so that taking one back would end it too.
    """
    starts = state.get("isSubscribed") is False and not _FOLLOWING.isdisjoint(told)
    return starts or ("isSubscribed" in state and "isBookmarked" in told)


def _read(state: Json, name: str) -> Any:
    """Read a field in the words in which it is written, for people to read."""
    match name:
        case "assignedTo":
            return _assignee(state)
        case "statusDetails":
            return standing.spelt(standing.details(state))
        case "inbox":
            return bool(state["inbox"]) if name in state else ABSENT
        case _:
            return shown(state, name)


def _written(name: str, value: Any) -> Any:
    """Write a field that was read."""
    match name:
        case "assignedTo":
            return str(value).partition(" ")[0]
        case "statusDetails":
            return json.loads(value) if value else {}
        case _:
            return value


def _is_so(told: Json, name: str, state: Json) -> bool:
    """Tell whether one field is as an order wants it."""
    match name:
        case "status" | "statusDetails":
            wanted = standing.wanted_details(told)
            now = state[standing.ASKED_AT]
            right = wanted is None or standing.brought(wanted, standing.details(state), now)
            return right and state.get("status") == standing.status(told.get("status", ""))
        case "assignedTo":
            return _is_assigned(state, told[name])
        case "substatus":
            return told[name] is None or holds(shown(state, name), told[name])
        case _:
            return name in standing.CONDITIONS or holds(_read(state, name), told[name])


def _assignee(state: Json) -> str:
    """Spell an assignee as Sentry takes it, with the name: `user:42 Mira Voss`, or nothing."""
    actor = state.get("assignedTo")
    return f"{actor['type']}:{actor['id']} {actor.get('name', '')}" if is_object(actor) else ""


def _is_assigned(state: Json, wanted: Any) -> bool:
    """Tell whether an issue is somebody's who may be named `user:42`, `42` or by the address."""
    actor, named = state.get("assignedTo"), str(wanted or "")
    if not is_object(actor):
        return not named
    known = {f"{actor['type']}:{actor['id']}", str(actor.get("email", ""))}
    return bool(named) and named in known | (
        {str(actor["id"])} if actor["type"] == "user" else set()
    )


def _warn(order: Order, state: State) -> Iterable[str]:
    """Say what Sentry does otherwise than one would think."""
    if state is None:
        return
    how, wanted = state.get("substatus"), order.told.get("substatus")
    if state.get("status") == order.told.get("status") and wanted and how != wanted:
        yield (
            f"{state.get('shortId')} is {order.told['status']} already, and Sentry leaves it "
            f"{how}: give it another status first"
        )
    if order.told.get("isPublic") is False and state.get("isPublic"):
        yield "the public link is gone for good; shared again, it is another one"


async def _hashes(sentry: Sentry, org: str, issue: str) -> list[str]:
    found = list[str]()

    def collect(row: Json) -> bool:
        found.append(str(row["id"]))
        return False

    await find(sentry, "list_issue_hashes", {"org": org, "issue": issue}, collect, full="0")
    return found


async def _merged(sentry: Sentry, order: Order) -> State:
    """Tell whether the second issue has gone into the first, and if not, what it consists of."""
    org, (parent, child) = order.places["org"], order.query["id"]
    there = await _some(sentry, org, [parent, child])
    if len(there) == len({parent, child}):
        return {"merged": False, "hashes": await _hashes(sentry, org, child)}
    return {"merged": True} if there else None


@dataclass(frozen=True, kw_only=True)
class _Merge(Tie):
    """Puts an issue into another one: the ids of its query, the one with more events first."""

    def before(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the state tells
        """Tell whether they are one, and by what the smaller one could be parted again."""
        return state

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:
        """Part what the smaller one consisted of."""
        merge = reply.get("merge") if is_object(reply) else None
        _, child = order.query["id"]
        if before is None or not is_object(merge) or merge.get("children") != [child]:
            return None
        places = {"org": order.places["org"], "issue": str(merge["parent"])}
        return Order("unmerge_issue", places, {"id": tuple(before["hashes"])})


def _warn_merging(_: Order, __: State) -> Iterable[str]:
    yield (
        "taking a merge back makes new issues with new numbers; comments, assignees and tickets "
        "stay where they are"
    )


async def _parted(sentry: Sentry, order: Order) -> State:
    found = await _hashes(sentry, order.places["org"], order.places["issue"])
    return {"parted": set(found).isdisjoint(order.query.get("id", ()))}


def _said(row: Json) -> str:
    data = row.get("data")
    return str(data.get("text", "")) if is_object(data) else ""


async def _note(sentry: Sentry, order: Order) -> State:
    """Read a comment: the one of the path, or else one that says the same."""
    note, text = order.places.get("note"), order.told.get("text")
    found = await find(
        sentry,
        "list_issue_notes",
        order.places,
        lambda row: str(row.get("id")) == note if note else _said(row) == text,
    )
    return None if found is None else {"id": found.get("id"), "text": _said(found)}


@dataclass(frozen=True, kw_only=True)
class _NoteRemoval(Delete):
    """Deletes a comment, which can be posted again."""

    lost: str = ""

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it is known
        """Post it again."""
        if before is None:
            return None
        places = {name: order.places[name] for name in ("org", "issue")}
        return Order("create_issue_note", places, {}, {"text": before["text"]})


async def _run(sentry: Sentry, order: Order) -> State:
    """Tell whether Seer is at it; to go on with a run is another thing."""
    try:
        told = await read(sentry, "get_autofix_state", order.places)
    except NotFound:
        return None
    run = told.get("autofix") if is_object(told) else None
    if order.told.get("run_id") or not is_object(run):
        return None
    at_it = str(run.get("status", "")).upper() in {"PROCESSING", "IN_PROGRESS", "PENDING"}
    return {"run": run.get("run_id"), "status": run.get("status")} if at_it else None


def _same_report(row: Json, order: Order) -> bool:
    """Know a report by its event and its words."""
    event = str(order.told.get("event_id", "")).replace("-", "").lower()
    told = all(row.get(name) == order.told.get(name) for name in ("name", "email", "comments"))
    return told and str(row.get("eventID", "")).lower() == event


_DISCARD: Final = Delete(
    operation="update_issue",
    look=_issues,
    strange=True,
    shows=("shortId", "status"),
    lost="Sentry deletes what is discarded, and drops what comes of it later",
    bulk=Bulk("bulk_update_issues", "issue", by_search),
)

_UPDATE: Final = _IssueUpdate(
    operation="update_issue",
    look=_issues,
    watched=True,
    warn=_warn,
    bulk=Bulk("bulk_update_issues", "issue", by_search),
)
_DELETION: Final = Delete(
    operation="delete_issue",
    look=_issues,
    shows=("shortId", "status"),
    bulk=Bulk("bulk_delete_issues", "issue", by_search),
)

RECIPES: Final[tuple[Recipe, ...]] = (
    _UPDATE,
    replace(_UPDATE, operation="bulk_update_project_issues"),
    _DELETION,
    replace(_DELETION, operation="bulk_delete_issues"),
    replace(_DELETION, operation="bulk_delete_project_issues"),
    _Merge(
        operation="bulk_update_issues",
        look=each(_merged),
        called="merged",
        ties=True,
        warn=_warn_merging,
    ),
    Tie(
        operation="unmerge_issue",
        look=each(_parted),
        called="parted",
        ties=True,
        lost="what is parted is an issue of its own; `merge_issues` puts it back",
    ),
    Create(
        operation="create_issue_note",
        look=each(_note),
        undone_by="delete_issue_note",
        known_by=(("note", "id"),),
        tells=("id",),
        strange=True,
    ),
    Update(operation="update_issue_note", look=each(_note), strange=True),
    _NoteRemoval(
        operation="delete_issue_note",
        look=each(_note),
        shows=("text",),
        anew="taken back, it is posted anew: with another id and date, in your name",
        strange=True,
    ),
    Deed(operation="start_autofix", look=each(_run), seen=False, tells=("run_id",)),
    Create(
        operation="submit_user_feedback",
        look=row("list_user_feedback", _same_report),
        lost="Sentry offers no way to delete a report",
        strange=True,
    ),
)
