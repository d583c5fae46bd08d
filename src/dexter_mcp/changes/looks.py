"""Ways to look at the target of an order: what Sentry shows of it now."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import anyio

from dexter_mcp.changes.matching import holds
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Lens, Look, seen_through
from dexter_mcp.sentry import Sentry, trail
from dexter_mcp.sentry.catalogue import Order, Question
from dexter_mcp.sentry.catalogue.operations import operation_named
from dexter_mcp.sentry.errors import NotFound, SentryError
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.wire import QueryValue

_SIDE_BY_SIDE: Final = 4
_PAGES: Final = 20
"""Pages of a list that are walked through for one row."""

_WRAPS: Final = ("data", "Resources")

LookAt = Callable[[Sentry, Order], Awaitable[State]]
Fits = Callable[[Json, Order], bool]
"""Whether a row is the target of an order."""


def each(look: LookAt) -> Look:
    """Look at targets one by one, a few side by side."""

    async def looked(sentry: Sentry, orders: Sequence[Order]) -> Sequence[State]:
        limiter, found = anyio.CapacityLimiter(_SIDE_BY_SIDE), dict[int, State]()
        failed: list[SentryError] = []

        async def one(at: int, order: Order) -> None:
            async with limiter:
                try:
                    found[at] = await look(sentry, order)
                except SentryError as error:
                    failed.append(error)

        async with anyio.create_task_group() as group:
            for at, order in enumerate(orders):
                group.start_soon(one, at, order)
        if failed:
            raise failed[0]
        return [found[at] for at in range(len(orders))]

    return looked


def itself(operation: str, **query: QueryValue) -> Look:
    """Read the target where it stands, by an operation that takes the same places."""

    async def look(sentry: Sentry, order: Order) -> State:
        value = await read(sentry, operation, order.places, **query)
        return value if is_object(value) else None

    return each(look)


def row(operation: str, fits: Fits, **query: QueryValue) -> Look:
    """Find the target among the rows of a list."""

    async def look(sentry: Sentry, order: Order) -> State:
        return await find(sentry, operation, order.places, lambda row: fits(row, order), **query)

    return each(look)


def by(field: str, place: str) -> Fits:
    """Know a row by a field that holds what stands in a place of the order's path."""
    return lambda row, order: str(row.get(field)) == order.places[place]


def same(*fields: str) -> Fits:
    """Know a row by fields that hold what the order sets; those it does not set don't count."""
    return lambda row, order: (
        all(holds(row.get(field), order.told[field]) for field in fields if field in order.told)
        and any(field in order.told for field in fields)
    )


def alike(lenses: tuple[tuple[str, Lens], ...] = ()) -> Fits:
    """Know a row by everything that the order sets, seen through lenses."""
    return lambda row, order: holds(seen_through(dict(lenses), row, order.told), order.told)


async def _not_there(_: Sentry, orders: Sequence[Order]) -> Sequence[State]:
    return [None] * len(orders)


unseen: Final[Look] = _not_there
"""Look at nothing: for what no reading shows."""


async def read(sentry: Sentry, operation: str, places: Json, **query: QueryValue) -> Any:
    """Read by an operation of the catalogue, past the memory; `None` where nothing is there."""
    facts = operation_named(operation)
    asked = Question(facts, {p: places[p] for p in facts.places}, query)
    with trail.anew():
        try:
            return (await sentry.catalogue.read(asked)).value
        except NotFound as missing:
            if missing.wordless:
                raise
            return None


async def find(
    sentry: Sentry,
    operation: str,
    places: Json,
    fits: Callable[[Json], bool],
    **query: QueryValue,
) -> State:
    """Walk through a list until a row fits; `None` if none does."""
    facts, cursor = operation_named(operation), ""
    asked = Question(facts, {p: places[p] for p in facts.places}, query)
    for _ in range(_PAGES):
        with trail.anew():
            page = await sentry.catalogue.read(asked, cursor=cursor)
        for found in rows(page.value):
            if fits(found):
                return found
        if not (cursor := page.next_cursor):
            break
    return None


def rows(value: Any) -> list[Json]:
    """Give the rows of an answer, however they are wrapped."""
    if is_object(value):
        return next((rows(value[name]) for name in _WRAPS if name in value), list[Json]())
    return [item for item in value if is_object(item)] if is_array(value) else []
