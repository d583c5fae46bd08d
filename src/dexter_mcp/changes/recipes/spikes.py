"""Recipes of spike protection: the projects where Sentry holds spikes back, and who hears of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from dexter_mcp.changes.looks import alike, each, read, rows
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Bulk, Create, Recipe, Update, nothing, seen_through
from dexter_mcp.changes.recipes.remade import Remade
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.json_types import is_array, is_object

_OFF: Final = "quotas:spike-protection-disabled"
_CALLED: Final = "spike protection"
_ON_OFF: Final = ("off", "on")
_FIELDS: Final = (
    *("trigger_type", "service_type", "integration_id"),
    *("target_type", "target_identifier", "target_display", "sentry_app_id", "projects"),
)


def _whole(state: Json) -> Json:
    """Give an action as it has to be sent to stay as it is."""
    told = seen_through({}, state, _FIELDS)
    return {name: value for name, value in told.items() if value is not None}


async def _action(sentry: Sentry, order: Order) -> State:
    found = await read(sentry, "get_notification_action", order.places)
    return (await _named(sentry, order, [found]))[0] if is_object(found) else None


async def _action_alike(sentry: Sentry, order: Order) -> State:
    told = rows(await read(sentry, "list_notification_actions", order.places, project=["-1"]))
    fits = alike()
    return next((a for a in await _named(sentry, order, told) if fits(a, order)), None)


async def _named(sentry: Sentry, order: Order, actions: Sequence[Json]) -> Sequence[Json]:
    """Name the projects of actions as they are written: by slug, where Sentry shows numbers."""
    wanted = {str(number) for each in actions for number in _projects(each)}
    known = await sentry.projects.known(order.places["org"], sorted(wanted)) if wanted else {}
    slugs = {number: known[number].slug if number in known else number for number in wanted}
    return [{**each, "projects": [slugs[str(n)] for n in _projects(each)]} for each in actions]


def _projects(told: Mapping[str, Any]) -> list[Any]:
    found: Any = told.get("projects")
    return found if is_array(found) else []


def _new_number(_: Order, __: State) -> Iterable[str]:
    yield "taken back, it comes under a new number"


async def _protected(sentry: Sentry, order: Order) -> State:
    """Tell whether spikes are held back in a project; they are where nobody said otherwise."""
    told = await read(sentry, "get_project", order.places)
    if not is_object(told):
        return None
    options: Any = told.get("options")
    return {_CALLED: _ON_OFF[not (is_object(options) and options.get(_OFF))]}


@dataclass(frozen=True, kw_only=True)
class Protection(Recipe):
    """Holds spikes of a project back, or lets them through. `other` does the opposite."""

    on: bool
    other: str

    def before(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the state tells
        """Tell whether they are held back."""
        return state

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - the recipe tells
        """Say whether they shall be."""
        return {_CALLED: _ON_OFF[self.on]}

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it is the opposite
        """Do the opposite."""
        return replace(order, operation=self.other)


def _unguarded(_: Order, __: State) -> Iterable[str]:
    yield "a sudden flood of events will count against the quota"


RECIPES: Final[tuple[Recipe, ...]] = (
    Create(
        operation="create_notification_action",
        look=each(_action_alike),
        undone_by="delete_notification_action",
        known_by=(("action", "id"),),
    ),
    Update(operation="update_notification_action", look=each(_action), whole=_whole),
    Remade(
        operation="delete_notification_action",
        look=each(_action),
        again="create_notification_action",
        content=_whole,
        warn=_new_number,
    ),
    Protection(
        operation="enable_spike_protection",
        look=each(_protected),
        on=True,
        other="disable_spike_protection",
        bulk=Bulk("enable_spike_protection", "project", listed="projects"),
        warn=nothing,
    ),
    Protection(
        operation="disable_spike_protection",
        look=each(_protected),
        on=False,
        other="enable_spike_protection",
        bulk=Bulk("disable_spike_protection", "project", listed="projects"),
        warn=_unguarded,
    ),
)
