"""Recipes of what is done to dashboards and to saved queries of Discover.

What is deleted of them can be made anew with the same content, under a new id.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from dexter_mcp.changes.looks import alike, each, find, itself, read, same
from dexter_mcp.changes.matching import ABSENT, differences, shown
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Create, Recipe, Update
from dexter_mcp.changes.recipes.remade import Remade
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.views.untrusted import name

_WIDGET: Final = (
    *("id", "title", "description", "displayType", "widgetType", "interval", "limit"),
    *("thresholds", "layout", "axisRange", "legendType", "queries"),
)
_QUERY: Final = (
    *("id", "name", "fields", "aggregates", "columns", "fieldAliases", "conditions", "orderby"),
    *("isHidden", "selectedAggregate", "linkedDashboards"),
)
_FILTERS: Final = ("environment", "period", "start", "end", "utc", "filters")
_EMPTY: Final[Json] = {"environment": [], "filters": {}, "projects": []}
_SAVED: Final = (
    *("name", "projects", "queryDataset", "start", "end", "range", "fields", "orderby"),
    *("environment", "query", "yAxis", "display", "topEvents", "interval"),
    *("version", "widths", "conditions", "aggregations", "limit"),
)
_OF_TODAY: Final[Json] = {"version": 2}
"""Of which version a saved query is; one that does not say so may have no `query`."""
_ALL: Final = [-1]
"""The projects of what is about all of them."""
_PART: Final = re.compile(r"[.\[]")
_ANEW: Final = "Taken back, it is made anew: with a new id, and you as its author."


def _some(state: Json, fields: Iterable[str]) -> dict[str, Any]:
    return {each: state[each] for each in fields if state.get(each) is not None}


def _widgets(state: Json) -> list[dict[str, Any]]:
    """Give the widgets of a dashboard with what can be written of them."""
    return [
        {
            **_some(widget, _WIDGET),
            "queries": [_some(query, _QUERY) for query in widget.get("queries") or ()],
        }
        for widget in _objects(state.get("widgets"))
    ]


def _objects(value: Any) -> Sequence[Json]:
    return [item for item in value if is_object(item)] if is_array(value) else []


def _without_ids(widget: Json) -> Json:
    queries = [
        {field: value for field, value in query.items() if field != "id"}
        for query in _objects(widget.get("queries"))
    ]
    return {**{f: v for f, v in widget.items() if f != "id"}, "queries": queries}


def _read(field: str) -> tuple[str, Callable[[Json], Any]]:
    """Read a field that is not shown where nothing was chosen."""
    empty = _EMPTY.get(field)
    return field, lambda state: state.get(field, empty)


async def _of_that_title(sentry: Sentry, order: Order) -> State:
    """Find a dashboard by its title, which no other has."""
    title = order.told.get("title")
    found = await find(
        sentry, "list_dashboards", order.places, lambda row: row.get("title") == title
    )
    if found is None:
        return None
    whole = await read(sentry, "get_dashboard", {**order.places, "dashboard": str(found["id"])})
    return whole if is_object(whole) else None


async def _of_that_name(sentry: Sentry, order: Order) -> State:
    """Find a saved query by its name: the one that is as asked for, or else any."""
    for fits in (alike(), same("name")):
        found = await find(
            sentry, "list_saved_queries", order.places, lambda row, fits=fits: fits(row, order)
        )
        if found is not None:
            return found
    return None


@dataclass(frozen=True, kw_only=True)
class _Titled(Create):
    """Makes something unless it is there; `kind` is what it is, `change` what changes it."""

    kind: str
    change: str

    def met(self, order: Order, state: State) -> bool:
        """Tell whether it is there with everything that was asked for."""
        return self.fulfilled(order, state)

    def warned(self, order: Order, state: State, others: Sequence[Order]) -> Iterable[str]:
        """Refuse to make another one of that title.

        Raises:
            Invalid: There is one, and it holds something else.
        """
        if state is not None:
            told = differences(self.before(order, state), self.after(order, state))
            fields = dict.fromkeys(_PART.split(each.field)[0] for each in told)
            raise Invalid(
                f"A {self.kind} of that title is there ({name(str(state.get('id')))}), with other "
                f"{', '.join(fields)}: change it with {self.change}."
            )
        return super().warned(order, state, others)


@dataclass(frozen=True, kw_only=True)
class _UpdateDashboard(Update):
    """Changes a dashboard. The widgets are sent as a whole, and so are the filters."""

    def complete(self, order: Order, state: State) -> Order:
        """Repeat the filters: where one is sent, Sentry forgets those that are not.

        That a dashboard is about all projects is a filter too.
        """
        if state is None or not {*_FILTERS, "projects"} & set(order.told):
            return order
        everywhere = {"projects": _ALL} if state.get("projects") == _ALL else {}
        return replace(order, body={**_some(state, _FILTERS), **everywhere, **order.told})

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:
        """Set the fields to what they were; widgets that are gone are made anew."""
        made = super().inverse(order, before, reply)
        if made is None or "widgets" not in made.told:
            return made
        now = {str(widget.get("id")) for widget in _objects(reply.get("widgets"))}
        told = {str(widget.get("id")): widget for widget in _objects(order.told.get("widgets"))}
        back = [
            _restored(widget, told.get(widget["id"], {}))
            if widget["id"] in now
            else _without_ids(widget)
            for widget in _objects(made.told["widgets"])
        ]
        return replace(made, body={**made.told, "widgets": back})


def _restored(widget: Json, told: Json) -> Json:
    """Set what was said of a widget to what it was, and leave the rest of it alone."""
    plain = _without_ids(widget)
    fields = {field: shown(plain, field) for field in told if field != "id"}
    return {"id": widget["id"]} | {f: None if v is ABSENT else v for f, v in fields.items()}


@dataclass(frozen=True, kw_only=True)
class _NewQuery(_Titled):
    """Saves a query of Discover."""

    def complete(self, order: Order, state: State) -> Order:  # noqa: ARG002 - there is none
        """Say that it is one of today."""
        return replace(order, body={**_OF_TODAY, **order.told})


def _saved(state: Json) -> Json:
    """Give a saved query as it has to be sent to stay as it is."""
    return {**_OF_TODAY, **_some(state, _SAVED)}


def _fewer_widgets(order: Order, state: State) -> Iterable[str]:
    """Name the widgets that go by not being among those that are sent."""
    if state is None or "widgets" not in order.told:
        return
    kept = {str(widget.get("id")) for widget in _objects(order.told["widgets"])}
    gone = [each for each in _widgets(state) if str(each.get("id")) not in kept]
    if gone:
        titles = ", ".join(name(str(each.get("title", ""))) for each in gone)
        yield (
            f"These widgets go, because they are not among those given: {titles}. A widget stays "
            'as it is with {"id": …} alone.'
        )


def _dashboard(state: Json) -> Json:
    """Give what is needed to make a dashboard anew."""
    access = state.get("permissions")
    return {
        "title": state["title"],
        "widgets": [_without_ids(widget) for widget in _widgets(state)],
        **_some(state, ("projects", *_FILTERS)),
        **({"permissions": access} if access else {}),
        **({"is_favorited": True} if state.get("isFavorited") else {}),
    }


def _anew(_: Order, __: State) -> Iterable[str]:
    yield _ANEW


RECIPES: Final[tuple[Recipe, ...]] = (
    _Titled(
        operation="create_dashboard",
        kind="dashboard",
        change="update_dashboard",
        look=each(_of_that_title),
        lenses=(("widgets", _widgets), ("is_favorited", lambda state: state.get("isFavorited"))),
        tells=("id",),
        undone_by="delete_dashboard",
        known_by=(("dashboard", "id"),),
    ),
    _UpdateDashboard(
        operation="update_dashboard",
        look=itself("get_dashboard"),
        lenses=(("widgets", _widgets), *map(_read, (*_FILTERS, "projects"))),
        warn=_fewer_widgets,
    ),
    Remade(
        operation="delete_dashboard",
        look=itself("get_dashboard"),
        again="create_dashboard",
        content=_dashboard,
        warn=_anew,
    ),
    _NewQuery(
        operation="create_saved_query",
        kind="saved query",
        change="update_saved_query",
        look=each(_of_that_name),
        tells=("id",),
        undone_by="delete_saved_query",
        known_by=(("saved_query", "id"),),
    ),
    Update(
        operation="update_saved_query",
        look=itself("get_saved_query"),
        lenses=tuple((field, lambda state, f=field: state.get(f)) for field in _SAVED),
        whole=_saved,
    ),
    Remade(
        operation="delete_saved_query",
        look=itself("get_saved_query"),
        again="create_saved_query",
        content=_saved,
        warn=_anew,
    ),
)
