"""Recipes of what is done to cron monitors.

Whoever checks in may have named them, and their environments.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dexter_mcp.changes.looks import LookAt, each, find, read
from dexter_mcp.changes.matching import holds, shown
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Create, Delete, Recipe, Update
from dexter_mcp.changes.schedules import NICKNAMES
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.json_types import is_object

_HISTORY: Final = "its check-ins go with it"
_OWNERS: Final = "owners by name"
"""Under which name a look notes what people call the owner."""


def _as_written(state: Any) -> State:
    """Say what a monitor is in the words in which one is written."""
    if not is_object(state):
        return None
    owner, project = state.get("owner"), state.get("project")
    return {
        **state,
        "owner": _actor(owner) if is_object(owner) else None,
        _OWNERS: {_actor(owner): _called(owner)} if is_object(owner) else {},
        "project": project.get("slug", "") if is_object(project) else "",
        "environments": [row for row in state.get("environments") or () if is_object(row)],
    }


def _actor(owner: Json) -> str:
    return f"{owner['type']}:{owner['id']}"


def _called(owner: Json) -> str:
    return f"{'#' if owner['type'] == 'team' else ''}{owner.get('name') or owner['id']}"


def _monitor(operation: str) -> LookAt:
    async def look(sentry: Sentry, order: Order) -> State:
        return _as_written(await read(sentry, operation, order.places))

    return look


async def _new(sentry: Sentry, order: Order) -> State:
    """Find a monitor by the slug that it shall have, or else by its name within its project."""
    told = order.told
    fields = ("slug",) if told.get("slug") else ("name", "project")

    def fits(row: Json) -> bool:
        written = _as_written(row) or {}
        return all(holds(written.get(field), told.get(field)) for field in fields)

    return _as_written(await find(sentry, "list_monitors", order.places, fits, project=["-1"]))


def _wanted(told: Json) -> Json:
    """Say in Sentry's words what was asked for: a margin of 0 is 1, nicknames are written out."""
    config = told.get("config")
    if not is_object(config):
        return told
    plain = {field: _plain(field, value) for field, value in config.items()}
    return {**told, "config": plain}


def _plain(field: str, value: Any) -> Any:
    if field in {"checkin_margin", "checkinMargin"} and value == 0:
        return 1
    return NICKNAMES.get(value, value) if isinstance(value, str) else value


def _narrowed(found: State, wanted: State) -> State:
    """Keep of a configuration what is wanted of it; Sentry leaves the rest of it alone."""
    config = (wanted or {}).get("config")
    if found is None or not is_object(config) or not is_object(found.get("config")):
        return found
    return {**found, "config": {field: shown(found["config"], field) for field in config}}


@dataclass(frozen=True, kw_only=True)
class _CreateMonitor(Create):
    """Sets up a monitor."""

    def before(self, order: Order, state: State) -> State:
        """Read what is there, of its configuration what the order names."""
        return _narrowed(super().before(order, state), self.after(order, state))

    def after(self, order: Order, state: State) -> State:
        """Give the fields of what is to be, in Sentry's words."""
        return _wanted(super().after(order, state) or {})


@dataclass(frozen=True, kw_only=True)
class _UpdateMonitor(Update):
    """Changes a monitor; of its configuration, what the order names."""

    def names(self, state: State) -> Mapping[str, str]:
        """Call the owner as people do."""
        return dict((state or {}).get(_OWNERS, {}))

    def before(self, order: Order, state: State) -> State:
        """Read the fields that the order sets, of the configuration no others."""
        return _narrowed(super().before(order, state), self.after(order, state))


@dataclass(frozen=True, kw_only=True)
class _DeleteMonitor(Delete):
    """Removes a monitor, or some of its environments.

    Where an organization knows none of the environments that are named, Sentry takes that as
    meant for the whole monitor; so each must be one of the monitor's own.
    """

    def settled(self, order: Order, state: State) -> Order:
        """Make sure that the environments are the monitor's.

        Raises:
            Invalid: One is not.
        """
        own = _environments(state)
        if strange := [each for each in _named(order) if each not in own]:
            raise Invalid(
                f"The monitor has no environment {strange[0][:80]!r}; Sentry might delete all of "
                "it. `get_monitor` names those that it has."
            )
        return super().settled(order, state)

    def before(self, order: Order, state: State) -> State:
        """Show what will be gone."""
        if state is None:
            return None
        shown = {} if _named(order) else super().before(order, state) or {}
        return {**shown, "environments": _environments(state)}

    def after(self, order: Order, state: State) -> State:
        """Leave nothing, or the other environments."""
        named = _named(order)
        left = [each for each in _environments(state) if each not in named]
        return {"environments": left} if named else None

    def met(self, order: Order, state: State) -> bool:
        """Tell whether what was named is gone, whatever came meanwhile."""
        if state is None or not (named := _named(order)):
            return state is None
        return not set(named) & set(_environments(state))

    def due(self, order: Order, state: State) -> bool:  # noqa: ARG002 - only the state tells
        """Let environments that there are not be refused, and not be passed over."""
        return state is not None


def _named(order: Order) -> Sequence[str]:
    return order.query.get("environment", ())


def _environments(state: State) -> Sequence[str]:
    return [str(row.get("name", "")) for row in (state or {}).get("environments", ())]


def _mute(order: Order, state: State) -> Iterable[str]:
    """Say what muting can't do: only environments are muted, all at once.

    Raises:
        Invalid: There are none that could be.
    """
    told = shown(order.told, "is_muted")
    if not isinstance(told, bool):
        return
    rows = (state or {}).get("environments", ())
    muted = [row for row in rows if row.get("isMuted")]
    if not rows and told:
        raise Invalid(
            "It has no environment yet, and only environments can be muted: wait for its first "
            "check-in, or disable it."
        )
    if muted and len(muted) < len(rows):
        yield "Only some of its environments are muted now; taking it back unmutes all of them."


def _mute_nothing(order: Order, _: State) -> Iterable[str]:
    if order.told.get("is_muted"):
        yield "A new monitor can't be muted: only environments are, and it has none yet."


def _moves(order: Order, state: State) -> Iterable[str]:
    """Warn of a new slug: those that check in know the old one."""
    if state and order.told.get("slug", state["slug"]) != state["slug"]:
        yield "Jobs that check in under the old slug are no longer heard."


def _warned(order: Order, state: State) -> Iterable[str]:
    yield from _mute(order, state)
    yield from _moves(order, state)


_PINS: Final = (("monitor", "id"),)
_HOMES: Final = (("", "get_monitor"), ("project_", "get_project_monitor"))

RECIPES: Final[tuple[Recipe, ...]] = (
    _CreateMonitor(
        operation="create_monitor",
        look=each(_new),
        strange=True,
        naming=frozenset({"is_muted"}),
        tells=("slug", "id"),
        undone_by="delete_monitor",
        known_by=(("monitor", "id"),),
        warn=_mute_nothing,
    ),
    *(
        _UpdateMonitor(
            operation=f"update_{home}monitor",
            look=each(_monitor(reading)),
            strange=True,
            wanted=_wanted,
            warn=_warned,
            pins=_PINS,
        )
        for home, reading in _HOMES
    ),
    *(
        _DeleteMonitor(
            operation=f"delete_{home}monitor",
            look=each(_monitor(reading)),
            strange=True,
            shows=("name", "slug", "project"),
            lost=_HISTORY,
            pins=_PINS,
        )
        for home, reading in _HOMES
    ),
)
