"""Sentry's cursors: a boundary in a list, written in one of three styles.

A cursor reads `value:offset:is_prev`. The page after the boundary is wanted when `is_prev` is 0,
the page before it when it is 1.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote

from starlette.datastructures import QueryParams
from starlette.requests import Request

from dexter_mcp.simulator.routes.refusals import bad_request

T = TypeVar("T")

LARGEST = 100

_CURSOR = re.compile(r"(-?\d+)(?:\.\d+)?:(-?\d+):([01])")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A cursor as it is written."""

    value: int
    offset: int
    is_prev: bool = False

    def __str__(self) -> str:
        return f"{self.value}:{self.offset}:{int(self.is_prev)}"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, and the `Link` header that leads on."""

    items: Sequence[T]
    headers: dict[str, str]


def by_offset(request: Request, items: Sequence[T], largest: int = LARGEST) -> Page[T]:
    """Page a list whose cursor is `0:<rows to skip>:0`."""
    cursor, size = _cursor(request), per_page(request.query_params, largest)
    start = max(cursor.offset - (size if cursor.is_prev else 0), 0)
    return _page(
        request,
        items,
        slice(start, start + size),
        before=Cursor(0, start, is_prev=True),
        after=Cursor(0, start + size),
    )


def by_number(request: Request, items: Sequence[T]) -> Page[T]:
    """Page a list whose cursor is `<page size>:<page number>:0`."""
    cursor, size = _cursor(request), per_page(request.query_params)
    number = max(cursor.offset, 0)
    return _page(
        request,
        items,
        slice(number * size, (number + 1) * size),
        before=Cursor(size, number - 1, is_prev=True),
        after=Cursor(size, number + 1),
    )


def by_key(request: Request, items: Sequence[T], key: Callable[[T], int], size: int) -> Page[T]:
    """Page a list sorted by a falling key, whose cursor is `<key>:<rows with that key>:0`.

    What is added at the front between two pages neither repeats nor loses an item.
    """
    keys = [key(item) for item in items]
    boundary = 0
    cursor = _cursor(request)
    if "cursor" in request.query_params:
        boundary = sum(k > cursor.value for k in keys) + cursor.offset
    start = max(boundary - size, 0) if cursor.is_prev else boundary
    stop = boundary if cursor.is_prev else start + size
    return _page(
        request,
        items,
        slice(start, stop),
        before=_mark(keys, start, is_prev=True),
        after=_mark(keys, min(stop, len(keys)), is_prev=False),
    )


def per_page(query: QueryParams, largest: int = LARGEST) -> int:
    """Read `per_page`, refusing what is out of range as Sentry does."""
    try:
        size = int(query.get("per_page") or LARGEST)
    except ValueError:
        raise bad_request("Invalid per_page parameter.") from None
    if not 1 <= size <= largest:
        raise bad_request(f"Invalid per_page value. Must be between 1 and {largest}.")
    return size


def limit(query: QueryParams) -> int:
    """Read `limit`, silently held within bounds as the issue list does."""
    try:
        return min(max(int(query.get("limit") or LARGEST), 1), LARGEST)
    except ValueError:
        raise bad_request("Invalid limit parameter.") from None


def _cursor(request: Request) -> Cursor:
    text = request.query_params.get("cursor") or "0:0:0"
    found = _CURSOR.fullmatch(text)
    if not found:
        raise bad_request("Invalid cursor parameter.")
    value, offset, is_prev = found.groups()
    return Cursor(int(value), int(offset), is_prev == "1")


def _mark(keys: Sequence[int], position: int, *, is_prev: bool) -> Cursor:
    """Write a boundary as the key before it and how many items with that key lie before it."""
    if not keys or (is_prev and position >= len(keys)):
        return Cursor(0, 0, is_prev)
    key = keys[position] if is_prev else keys[max(position - 1, 0)]
    return Cursor(key, sum(k == key for k in keys[:position]), is_prev)


def _page(
    request: Request, items: Sequence[T], shown: slice, *, before: Cursor, after: Cursor
) -> Page[T]:
    links = ", ".join(
        (
            _link(request, "previous", before, more=shown.start > 0 and bool(items)),
            _link(request, "next", after, more=shown.stop < len(items)),
        )
    )
    return Page(items[shown], {"Link": links})


def _link(request: Request, relation: str, cursor: Cursor, *, more: bool) -> str:
    kept = "&".join(
        part for part in request.url.query.split("&") if part and not part.startswith("cursor=")
    )
    page = quote(str(request.url.replace(query="")), safe=":/%")
    url = f"{page}?{kept}&cursor={cursor}"
    results = "true" if more else "false"
    return f'<{url}>; rel="{relation}"; results="{results}"; cursor="{cursor}"'
