"""The parts of a thing that questions of their own bring, asked for side by side."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeGuard, TypeVar

from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.answer import Answer, Failed
from dexter_mcp.views.listing import onward
from dexter_mcp.views.sheet import Part, sheet

T = TypeVar("T")


@dataclass(frozen=True)
class Facet(Generic[T]):
    """How a part is asked for, and how it is shown; a `strange` one holds event text."""

    ask: Callable[[], Awaitable[T]]
    show: Callable[[T], Iterable[str]]
    strange: bool = False


Facets = Mapping[str, Facet[Any]]


async def answer(
    desk: Desk,
    heading: Sequence[str],
    facets: Facets,
    wanted: Sequence[str],
    *,
    thing: tuple[str, object],
    bare: bool = False,
) -> Answer:
    """Show a thing with the parts wanted; those that fail or come late are named.

    `thing` is what it is called in structured data, and itself. Of a `bare` one the heading tells
    nothing but what was asked, so that it is no answer without any part.

    Raises:
        SentryError: No part of a bare thing came, for this reason.
    """
    chosen = {name: facets[name] for name in dict.fromkeys(wanted)}
    async with side_by_side(desk.settings.soft_deadline) as these:
        asked = {name: these.ask(name, facet.ask) for name, facet in chosen.items()}
    came = {name: part.required() for name, part in asked.items() if part.came}
    if bare and not came:
        raise next(iter(asked.values())).reason
    failed: list[Failed] = [each for part in asked.values() for each in part.failed]
    parts = {
        name: Part(list(chosen[name].show(value)), strange=chosen[name].strange)
        for name, value in came.items()
    }
    text = sheet(
        heading,
        parts,
        onward=list(_onward(came, [name for name in facets if name not in chosen])),
        failed=failed,
        fence=desk.fence(),
        budget=desk.settings.answer_budget,
    )
    told = [f"{each.part}: {each.reason}" for each in failed]
    return Answer(text, data={thing[0]: thing[1], **came, "failed": told})


def _onward(came: Mapping[str, object], others: Sequence[str]) -> Iterator[str]:
    """Say how a part goes on, and which parts there are besides."""
    for name, value in came.items():
        if _is_page(value) and value.next_cursor:
            yield from onward(value) if len(came) == 1 else [f"more {name}: include={name}"]
    if others:
        yield f"more: include={'|'.join(others)}"


def _is_page(value: object) -> TypeGuard[Page[Any]]:
    return isinstance(value, Page)


def alone(include: Sequence[str], cursor: str) -> None:
    """Check that a cursor goes on with a single part.

    Raises:
        Invalid: Several parts were asked for, or none.
    """
    if cursor and len(include) != 1:
        raise Invalid("`cursor` goes on with one part: name that one alone in `include`.")
