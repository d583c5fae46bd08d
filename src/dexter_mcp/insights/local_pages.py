"""Pages of what was gathered whole, because Sentry filters or sorts nothing as it is asked for."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeVar

from dexter_mcp.sentry import cursors
from dexter_mcp.sentry.reply import Page

T = TypeVar("T")

PAGES: Final = 5
"""Pages of a hundred that are read of each list."""


async def everything(read: Callable[[str], Awaitable[Page[T]]]) -> tuple[list[T], bool]:
    """Read a list to its end, or to where it becomes too long; says whether it did."""
    items: list[T] = []
    cursor = ""
    for _ in range(PAGES):
        page = await read(cursor)
        items += page.items
        cursor = page.next_cursor
        if not cursor:
            break
    return items, bool(cursor)


def cut(lists: Mapping[str, bool], narrow: str) -> str:
    """Say of which lists there is more than was read; empty if of none."""
    what = " and ".join(noun for noun, more in lists.items() if more)
    return f"only the first {PAGES * 100} {what} were read: narrow with {narrow}" if what else ""


def page_of(items: Sequence[T], asked: object, limit: int, cursor: str) -> Page[T]:
    """Cut a page out of all that there is; the cursor counts what was shown before.

    It holds for what was `asked` alone, which must be spelt alike each time.

    Raises:
        Invalid: The cursor belongs to another query, or is none.
    """
    query = f"{asked}?limit={limit}"
    start = int(cursors.unseal(cursor, query)) if cursor else 0
    stop = start + limit
    onward = cursors.seal(str(stop), query) if stop < len(items) else ""
    return Page(items=list(items[start:stop]), next_cursor=onward, total=len(items))
