"""Ask Sentry any operation of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from dexter_mcp.sentry import cursors, endpoints
from dexter_mcp.sentry.api import MOMENT, Api
from dexter_mcp.sentry.catalogue.operations import Operation, operation_named
from dexter_mcp.sentry.catalogue.orders import FORMS, Order
from dexter_mcp.sentry.catalogue.questions import Question
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.transports.bounded import LIMIT
from dexter_mcp.sentry.wire import QueryValue, query_string

_BUCKETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "list_issues": endpoints.ISSUE_LIST,
        "get_issue": endpoints.ISSUE,
        "get_issues_stats": endpoints.ISSUE_COUNTS,
        "get_issue_event": endpoints.ISSUE_EVENT,
        "get_project_event": endpoints.ISSUE_EVENT,
        "list_issue_tag_values": endpoints.TAG_VALUES,
        "list_project_tag_values": endpoints.TAG_VALUES,
        "resolve_event_id": endpoints.EVENT_LOOKUP,
        "list_project_events": endpoints.PROJECT_EVENTS,
        "query_events": endpoints.EVENTS,
        "query_events_timeseries": endpoints.TIME_SERIES,
        "get_stats_v2": endpoints.USAGE,
        "update_issue": endpoints.ISSUE,
        "delete_issue": endpoints.ISSUE,
        "bulk_update_issues": endpoints.ISSUE_LIST,
        "bulk_delete_issues": endpoints.ISSUE_LIST,
    }
)
"""The operations with a rate limit of their own."""

_EVERYTHING: Final = ("/",)
"""A write may show in places that nobody thought of, and comes seldom enough to forget them all."""

_ROWS: Final = ("data", "Resources")
"""Under which name an object holds the rows of a page."""


@dataclass(frozen=True)
class Reading:
    """What Sentry answered, as it came: JSON that nobody has judged yet.

    More rows than the `limit` come where a server does not page them.
    """

    question: Question
    value: Any
    limit: int
    next_cursor: str = ""
    total: int | None = None
    at_least: bool = False


class Catalogue:
    """Every operation, by its name."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def reading(self, name: str) -> Operation:
        """Find an operation that reads.

        Raises:
            Invalid: There is none of that name, or it writes.
        """
        found = operation_named(name)
        if not found.reads:
            raise Invalid(f"{found.name} changes Sentry ({found.method}); only reading works here.")
        return found

    async def read(self, asked: Question, *, limit: int = 100, cursor: str = "") -> Reading:
        """Ask, and give what comes as it is.

        It is remembered only as long as what changes while one looks at it, because nobody knows
        here how long it holds. Where a server pages the rows of an object, or counts where SCIM
        begins, the next page is worked out from how many came.
        https://docs.sentry.io/api/

        Raises:
            Invalid: The cursor belongs to another question.
            SentryError: As `errors` draws them.
        """
        paging = _page_size(asked.operation, limit)
        if asked.operation.answer == "object":
            return await self._object(asked, {**asked.query, **paging}, limit, cursor)
        page = await self._api.page(
            object,
            asked.path,
            cursor=cursor,
            fresh_for=MOMENT,
            base="",
            bucket=_BUCKETS.get(asked.operation.name, ""),
            envelope="",
            **asked.query,
            **paging,
        )
        onward = page.next_cursor if len(page.items) <= limit else ""
        return Reading(asked, page.items, limit, onward, page.total, page.at_least)

    async def carry_out(self, order: Order) -> Any:
        """Change Sentry, and give what it answers: JSON as it came, or `None`.

        https://docs.sentry.io/api/

        Raises:
            Unclear: Sentry may have carried it out.
            SentryError: As `errors` draws them. Sentry did not carry it out.
        """
        return await self._api.send(
            object,
            order.facts.method,
            order.path,
            order.body,
            touches=_EVERYTHING,
            bucket=_BUCKETS.get(order.operation, ""),
            form=order.operation in FORMS,
            **order.query,
        )

    async def _object(
        self, asked: Question, query: Mapping[str, QueryValue], limit: int, cursor: str
    ) -> Reading:
        bound_to = f"{asked.path}?{query_string(query)}"
        start = _position(cursors.unseal(cursor, bound_to)) if cursor else 0
        value = await self._api.get(
            object,
            asked.path,
            fresh_for=MOMENT,
            absent_for=0.0,
            limit_bytes=LIMIT,
            base="",
            bucket=_BUCKETS.get(asked.operation.name, ""),
            **query,
            **_beginning(asked.operation, start),
        )
        onward = start + limit if asked.operation.paged and _is_full(value, limit) else 0
        return Reading(asked, value, limit, cursors.seal(str(onward), bound_to) if onward else "")


def _page_size(operation: Operation, limit: int) -> dict[str, QueryValue]:
    """Name the parameter that says how much is wanted: every paged list takes `per_page`."""
    for name in ("limit", "per_page", "count"):
        if name in operation.narrowing:
            return {name: limit}
    return {"per_page": limit} if operation.paged else {}


def _beginning(operation: Operation, start: int) -> dict[str, QueryValue]:
    if not start:
        return {}
    if "startIndex" in operation.narrowing:
        return {"startIndex": start + 1}
    return {"cursor": f"0:{start}:0"}


def _position(text: str) -> int:
    if not text.isdecimal():
        raise Invalid("That is no cursor of this list. Leave `cursor` out to begin anew.")
    return int(text)


def _is_full(value: Any, limit: int) -> bool:
    """Tell whether an object holds as many rows as a page may, so that there may be more."""
    rows = [value.get(name) for name in _ROWS] if is_object(value) else []
    return any(is_array(row) and len(row) >= limit for row in rows)
