"""Pages of what was gathered whole, because Sentry filters or sorts nothing as it is asked for."""

from collections.abc import Sequence
from typing import TypeVar

from dexter_mcp.sentry import cursors
from dexter_mcp.sentry.reply import Page

T = TypeVar("T")


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
