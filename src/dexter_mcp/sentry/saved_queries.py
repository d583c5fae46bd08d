"""Queries that people saved in Discover and in Explore.

Members write what stands in them, but for the environments, whose names came with events.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field, field_validator

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.identity import User
from dexter_mcp.sentry.json_types import is_array
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

Source = Literal["discover", "explore"]

_TODAY: Final = {"error-events": "errors", "transaction-like": "transactions"}
"""What Discover calls a data set in a saved query, and everywhere else."""


class _Saved(Reply):
    id: str
    name: str = ""
    projects: tuple[str, ...] = ()
    environment: tuple[Untrusted, ...] = ()
    range: str = ""
    start: str = ""
    end: str = ""
    interval: str = ""
    date_created: datetime | None = None
    date_updated: datetime | None = None
    created_by: User | None = None


class DiscoverQuery(_Saved):
    """A query saved in Discover."""

    query_dataset: str = ""
    fields: tuple[str, ...] = ()
    query: str = ""
    orderby: str = ""
    y_axis: tuple[str, ...] = ()

    @field_validator("y_axis", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("orderby", mode="before")
    @classmethod
    def _first(cls, value: Any) -> Any:
        return value[0] if is_array(value) and value else value


class Visual(Reply):
    """What an Explore query draws."""

    y_axes: tuple[str, ...] = ()


class Aggregate(Reply):
    """A column of an Explore query in today's form: something to group by, or to draw."""

    group_by: str = ""
    y_axes: tuple[str, ...] = ()


class ExplorePart(Reply):
    """One of the queries that an Explore query consists of; nearly always the only one."""

    query: str = ""
    fields: tuple[str, ...] = ()
    orderby: str = ""
    mode: str = ""
    groupby: tuple[str, ...] = ()
    visualize: tuple[Visual, ...] = ()
    aggregate_field: tuple[Aggregate, ...] = ()
    aggregate_orderby: str = ""


class ExploreQuery(_Saved):
    """A query saved in Explore."""

    dataset: str = ""
    query: tuple[ExplorePart, ...] = ()


class SavedQuery(Reply):
    """A saved query, wherever it was saved: what it asks, in the words of the events endpoint."""

    source: Source
    id: str
    name: str = ""
    dataset: str = ""
    fields: tuple[str, ...] = ()
    query: str = ""
    sort: str = ""
    y_axis: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    environment: tuple[Untrusted, ...] = ()
    period: str = ""
    start: str = ""
    end: str = ""
    date_updated: datetime | None = None
    created_by: User | None = Field(default=None, repr=False)

    @property
    def reference(self) -> str:
        """Tell it from all others: ids are given anew in each source."""
        return f"{self.source}/{self.id}"


def _common(saved: _Saved) -> dict[str, Any]:
    return {
        "id": saved.id,
        "name": saved.name,
        "projects": [each for each in saved.projects if each != "-1"],
        "environment": saved.environment,
        "period": saved.range if not saved.start else "",
        "start": saved.start,
        "end": saved.end,
        "date_updated": saved.date_updated or saved.date_created,
        "created_by": saved.created_by,
    }


def from_discover(saved: DiscoverQuery) -> SavedQuery:
    """Read a query saved in Discover; without a data set it is one of the oldest, about all."""
    return SavedQuery(
        source="discover",
        dataset=_TODAY.get(saved.query_dataset, saved.query_dataset or "discover"),
        fields=saved.fields,
        query=saved.query,
        sort=saved.orderby,
        y_axis=saved.y_axis,
        **_common(saved),
    )


def from_explore(saved: ExploreQuery) -> SavedQuery:
    """Read a query saved in Explore: what it groups by and draws, or the columns of its samples."""
    part = saved.query[0] if saved.query else ExplorePart()
    columns = [each.group_by for each in part.aggregate_field] or list(part.groupby)
    drawn = [*part.visualize, *part.aggregate_field]
    axes = tuple(dict.fromkeys(axis for each in drawn for axis in each.y_axes))
    aggregated = part.mode == "aggregate" or not part.fields
    grouped = tuple(filter(None, [*columns, *axes]))
    return SavedQuery(
        source="explore",
        dataset=saved.dataset or "spans",
        fields=grouped if aggregated else part.fields,
        query=part.query,
        sort=part.aggregate_orderby or part.orderby if aggregated else part.orderby,
        y_axis=axes,
        **_common(saved),
    )


class SavedQueries:
    """What one can ask about saved queries."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def discover(
        self, org: str, *, query: str = "", sort_by: str = "", per_page: int = 100, cursor: str = ""
    ) -> Page[SavedQuery]:
        """List the queries saved in Discover; `query` is part of a name.

        https://docs.sentry.io/api/discover/list-an-organizations-discover-saved-queries/
        """
        page = await self._api.page(
            DiscoverQuery,
            path("organizations", org, "discover", "saved"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            sortBy=sort_by or None,
            per_page=per_page,
        )
        return _read(page, [from_discover(each) for each in page.items])

    async def explore(
        self, org: str, *, query: str = "", per_page: int = 100, cursor: str = ""
    ) -> Page[SavedQuery]:
        """List the queries saved in Explore. Unpublished; Sentry's own pages use it."""
        page = await self._api.page(
            ExploreQuery,
            path("organizations", org, "explore", "saved"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            per_page=per_page,
        )
        return _read(page, [from_explore(each) for each in page.items])

    async def get(self, org: str, source: Source, number: str) -> SavedQuery:
        """Read one query by the number that it has in its source.

        https://docs.sentry.io/api/discover/retrieve-an-organizations-discover-saved-query/
        """
        where = path("organizations", org, source, "saved", number)
        if source == "discover":
            return from_discover(await self._api.get(DiscoverQuery, where, fresh_for=MINUTE))
        return from_explore(await self._api.get(ExploreQuery, where, fresh_for=MINUTE))


def _read(page: Page[Any], items: Sequence[SavedQuery]) -> Page[SavedQuery]:
    return Page(items=list(items), next_cursor=page.next_cursor, total=page.total)
