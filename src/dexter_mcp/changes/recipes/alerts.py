"""Recipes of what is done to alerts and monitors as they are today.

Sentry takes a whole alert, and shows it with numbers of its parts: those go out again with what
stays as it is, so that the parts are changed and not made anew. A monitor may be sent in part.
Events named the environments, so strangers did.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from dexter_mcp.changes.looks import alike, each, find, itself, read, rows
from dexter_mcp.changes.matching import ABSENT, shown
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Bulk, Create, Delete, Lens, Look, Recipe, Update
from dexter_mcp.changes.recipes.alert_wordings import ALERT, MONITOR, PROMISE
from dexter_mcp.sentry import Sentry, trail
from dexter_mcp.sentry.catalogue import Order, Question
from dexter_mcp.sentry.catalogue.operations import operation_named
from dexter_mcp.sentry.json_types import is_array, is_object

_AT_ONCE: Final = 100
_NATIVE: Final = frozenset({"error", "issue_stream"})
_METRIC: Final = "metric_issue"
_CONDITION: Final = {
    "type": "type",
    "comparison": "comparison",
    "conditionResult": "condition_result",
}
_ACTION: Final = {
    "type": "type",
    "integrationId": "integration_id",
    "data": "data",
    "config": "config",
    "status": "status",
}
_QUERY: Final = ("aggregate", "dataset", "query", "eventTypes", "timeWindow", "environment")
_WHATEVER: Final[Json] = {"logic_type": "any-short", "conditions": []}
"""Triggers of an alert that acts on all that its monitors find."""
_CONNECTS: Final = "detector_ids"
_ALERT_GOES: Final = "delete_workflow"
_LISTENS: Final = "listensTo"
"""Where the types of the monitors stand that an alert without conditions listens to."""
_GONE_TOO: Final = (
    "a deleted alert or monitor can't be brought back, and its history is gone; disabling it "
    "instead keeps both"
)


def _listed(operation: str, place: str) -> Look:
    """Read targets by their numbers, a hundred with each request."""

    async def look(sentry: Sentry, orders: Sequence[Order]) -> Sequence[State]:
        found = dict[tuple[str, str], Json]()
        for org in {order.places["org"] for order in orders}:
            ids = [order.places[place] for order in orders if order.places["org"] == org]
            for begin in range(0, len(ids), _AT_ONCE):
                some = await _some(sentry, operation, org, ids[begin : begin + _AT_ONCE])
                found |= {(org, str(row["id"])): row for row in some}
        return [found.get((order.places["org"], order.places[place])) for order in orders]

    return look


async def _some(sentry: Sentry, operation: str, org: str, ids: Sequence[str]) -> list[Json]:
    asked = Question(operation_named(operation), {"org": org}, {"id": list(ids)})
    with trail.anew():
        return rows((await sentry.catalogue.read(asked, limit=_AT_ONCE)).value)


async def _monitor_alike(sentry: Sentry, order: Order) -> State:
    """Find a monitor of the project that has everything that a new one shall have."""
    fits = alike(_OF_MONITOR)
    query = {"project": [order.places["project"]]}
    return await find(sentry, "list_detectors", order.places, lambda row: fits(row, order), **query)


async def _alert_alike(sentry: Sentry, order: Order) -> State:
    """Find an alert that has everything that a new one shall have.

    Where there is none, and it shall listen to monitors that are made just before it, say which
    numbers those have by now.
    """
    made = await _kept(sentry, order)
    ready = replace(order, body={**order.told, _CONNECTS: made}) if made else order
    fits = alike(_OF_ALERT)
    found = await find(
        sentry, "list_workflows", order.places, lambda row: fits(row, ready), project=["-1"]
    )
    if found:
        return found
    heard = await _types(sentry, ready, None)
    return {**({"connects": made} if made else {}), **heard} or None


async def _alert(sentry: Sentry, order: Order) -> State:
    """Read an alert, and what it listens to where it says nothing of what matters to it."""
    found = await read(sentry, "get_workflow", order.places)
    return {**found, **await _types(sentry, order, found)} if is_object(found) else None


async def _types(sentry: Sentry, order: Order, state: State) -> Json:
    alert = _as_told(order, state)
    ids = [str(each) for each in alert.get(_CONNECTS) or ()]
    if _conditional(alert) or not ids or set(order.told) == {"enabled"}:
        return {}
    if not all(each.isdecimal() for each in ids):
        return {_LISTENS: [_METRIC]}
    found = await _some(sentry, "list_detectors", order.places["org"], ids)
    return {_LISTENS: [str(each.get("type")) for each in found]}


def _as_told(order: Order, state: State) -> Json:
    return {**(whole_alert(state) if state else {}), **order.told}


def _conditional(alert: Json) -> bool:
    """Tell whether an alert waits for anything but a word of its monitors."""
    told: Any = alert.get("action_filters")
    filters = [each for each in (told if is_array(told) else ()) if is_object(each)]
    return any(shown(each, "conditions") for each in (alert.get("triggers") or {}, *filters))


def promised(project: str, name: str) -> str:
    """Name a monitor that will be made just before the alert that shall listen to it."""
    return f"{PROMISE}{project}:{name}"


async def _kept(sentry: Sentry, order: Order) -> list[int]:
    """Find the numbers of monitors, also of those that were only promised; none if one lacks."""
    told: Any = order.told.get(_CONNECTS)
    named = [str(each) for each in told] if is_array(told) else []
    if not any(each.startswith(PROMISE) for each in named):
        return []
    found = [await _number(sentry, order, each) for each in named]
    return [int(each) for each in found] if all(found) else []


async def _number(sentry: Sentry, order: Order, named: str) -> str:
    if not named.startswith(PROMISE):
        return named
    project, _, name = named.removeprefix(PROMISE).partition(":")
    found = await find(
        sentry,
        "list_detectors",
        order.places,
        lambda row: (row.get("name"), row.get("type")) == (name, _METRIC),
        project=[project],
        sortBy="-id",
    )
    return str(found["id"]) if found else ""


@dataclass(frozen=True, kw_only=True)
class Connected(Create):
    """Makes an alert, which may listen to monitors that are made just before it."""

    def met(self, order: Order, state: State) -> bool:  # noqa: ARG002 - the look compared them
        """Tell whether it is there."""
        return state is not None and "id" in state

    def before(self, order: Order, state: State) -> State:
        """Read what is there."""
        return super().before(order, state) if self.met(order, state) else None

    def complete(self, order: Order, state: State) -> Order:
        """Fill in the numbers of the monitors that were made meanwhile."""
        made = (state or {}).get("connects")
        return replace(order, body={**order.told, _CONNECTS: made}) if made else order


def _group(told: Any, *, numbered: bool = False) -> Json | None:
    """Read a group of conditions as it is written, with the numbers of its parts or without."""
    if not is_object(told):
        return None
    return {
        **_numbers(told, numbered=numbered),
        "logic_type": told.get("logicType"),
        "conditions": _parts(told, "conditions", _CONDITION, numbered=numbered),
    }


def _filters(state: Json, *, numbered: bool = False) -> list[Json]:
    told: Any = state.get("actionFilters")
    return [
        {
            **(_group(each, numbered=numbered) or {}),
            "actions": _parts(each, "actions", _ACTION, numbered=numbered),
        }
        for each in (told if is_array(told) else ())
        if is_object(each)
    ]


def _parts(
    group: Json, name: str, names: Mapping[str, str], *, numbered: bool
) -> list[Mapping[str, Any]]:
    told: Any = group.get(name)
    return [
        {
            **_numbers(each, numbered=numbered),
            **{ours: each[theirs] for theirs, ours in names.items() if theirs in each},
        }
        for each in (told if is_array(told) else ())
        if is_object(each)
    ]


def _numbers(part: Json, *, numbered: bool) -> Json:
    return {"id": part["id"]} if numbered and "id" in part else {}


def _ids(name: str) -> Lens:
    """Read numbers, which Sentry shows as texts."""

    def lens(state: Json) -> Any:
        told: Any = state.get(name)
        return [int(each) for each in told] if is_array(told) else []

    return lens


def _sources(state: Json) -> list[Json]:
    """Read what a monitor measures, flat as it is written."""
    told: Any = state.get("dataSources")
    sources = [each for each in (told if is_array(told) else ()) if is_object(each)]
    held = (shown(source, "queryObj") for source in sources)
    queries = (shown(each, "snubaQuery") for each in held if is_object(each))
    return [{name: q.get(name) for name in _QUERY} for q in queries if is_object(q)]


def _owner(state: Json) -> str | None:
    """Spell an owner as Sentry takes it: `user:42`, `team:7`."""
    owner: Any = state.get("owner")
    return f"{owner['type']}:{owner['id']}" if is_object(owner) else owner


_OF_ALERT: Final[tuple[tuple[str, Lens], ...]] = (
    ("triggers", lambda state: _group(state.get("triggers")) or _WHATEVER),
    ("action_filters", _filters),
    ("detector_ids", _ids("detectorIds")),
)
_OF_MONITOR: Final[tuple[tuple[str, Lens], ...]] = (
    ("owner", _owner),
    ("data_sources", _sources),
    ("condition_group", lambda state: _group(state.get("conditionGroup"))),
    ("workflow_ids", _ids("workflowIds")),
)


def whole_alert(state: Json) -> Json:
    """Give an alert as it has to be sent to stay as it is.

    One that acts on whatever its monitors find may have no triggers, and Sentry takes no null.
    """
    triggers = _group(state.get("triggers"), numbered=True)
    return {
        **{name: state.get(name) for name in ("name", "environment", "owner")},
        "enabled": state.get("enabled", True),
        "config": state.get("config") or {},
        **({"triggers": triggers} if triggers else {}),
        "action_filters": _filters(state, numbered=True),
        "detector_ids": _ids("detectorIds")(state),
    }


def _known_by(state: Json) -> Json:
    return {"name": state.get("name"), "type": state.get("type")}


def _unwise(order: Order, state: State) -> Iterable[str]:
    """Say what an alert would be no good for."""
    if set(order.told) == {"enabled"}:
        return
    alert = _as_told(order, state if state and "id" in state else None)
    filters = [each for each in alert.get("action_filters") or () if is_object(each)]
    if not any(each.get("actions") for each in filters):
        yield "it tells nobody: it has no action"
    if not alert.get("detector_ids"):
        yield "it watches nothing: no monitor is connected"
    heard = set((state or {}).get(_LISTENS) or _NATIVE)
    if not _conditional(alert) and heard & _NATIVE:
        yield "it matches everything: each event of each issue that it watches"


def _last_word(order: Order, state: State) -> Iterable[str]:
    """Say what a monitor that shall change can't be given back."""
    group = _group((state or {}).get("conditionGroup"))
    results = [shown(each, "condition_result") for each in (group or {}).get("conditions", ())]
    if "condition_group" in order.told and results and all(results):
        yield (
            "it says of no value that the trouble is over, which Sentry wants today: its "
            "thresholds can't be taken back"
        )


def _orphans(_: Order, state: State) -> Iterable[str]:
    """Say who hears nothing more once a monitor is gone."""
    it = state or {}
    if it.get("type") in _NATIVE:
        yield "it came with its project: Sentry lets nobody delete it, it can only be disabled"
    if (listening := shown(it, "workflowIds")) and listening is not ABSENT:
        yield f"alert {', '.join(map(str, listening))} listens to it, and will no more"


@dataclass(frozen=True, kw_only=True)
class _Silenced(Delete):
    """Deletes a monitor, which alerts may listen to."""

    def warned(self, order: Order, state: State, others: Sequence[Order]) -> Iterable[str]:
        """Say who hears nothing more, but for alerts that go along with it."""
        gone = {each.places["workflow"] for each in others if each.operation == _ALERT_GOES}
        told: Any = (state or {}).get("workflowIds")
        left = [each for each in (told if is_array(told) else ()) if str(each) not in gone]
        return self.warn(order, {**state, "workflowIds": left} if state else None)


RECIPES: Final[tuple[Recipe, ...]] = (
    Connected(
        operation="create_workflow",
        look=each(_alert_alike),
        undone_by=_ALERT_GOES,
        known_by=(("workflow", "id"),),
        tells=("id",),
        wordings=ALERT,
        lenses=_OF_ALERT,
        warn=_unwise,
    ),
    Update(
        operation="update_workflow",
        strange=True,
        look=each(_alert),
        wordings=ALERT,
        lenses=_OF_ALERT,
        whole=whole_alert,
        warn=_unwise,
    ),
    Delete(
        operation=_ALERT_GOES,
        look=itself("get_workflow"),
        shows=("name", "enabled", "owner", "lastTriggered"),
        lost=_GONE_TOO,
    ),
    Delete(
        operation="bulk_delete_workflows",
        look=_listed("list_workflows", "workflow"),
        lost=_GONE_TOO,
    ),
    Update(
        operation="bulk_update_workflows",
        look=_listed("list_workflows", "workflow"),
        bulk=Bulk("bulk_update_workflows", "workflow"),
    ),
    Create(
        operation="create_detector",
        look=each(_monitor_alike),
        undone_by="delete_detector",
        known_by=(("detector", "id"),),
        tells=("id",),
        wordings=MONITOR,
        lenses=_OF_MONITOR,
    ),
    Update(
        operation="update_detector",
        strange=True,
        look=itself("get_detector"),
        wordings=MONITOR,
        lenses=_OF_MONITOR,
        whole=_known_by,
        warn=_last_word,
    ),
    _Silenced(
        operation="delete_detector",
        look=itself("get_detector"),
        shows=("name", "type", "enabled", "openIssues"),
        lost=_GONE_TOO,
        warn=_orphans,
    ),
    Delete(
        operation="bulk_delete_detectors",
        look=_listed("list_detectors", "detector"),
        lost=_GONE_TOO,
    ),
    Update(
        operation="bulk_update_detectors",
        look=_listed("list_detectors", "detector"),
        bulk=Bulk("bulk_update_detectors", "detector"),
    ),
)
