"""Dashboards: pages of widgets, each of which asks something.

Members put them together; what their queries find came with events.
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.identity import User
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

Sort = Literal["", "title", "-title", "dateCreated", "-dateCreated", "mydashboards"]


class WidgetQuery(Reply):
    """What a widget asks: `columns` group, `conditions` are a search in the words of its type."""

    id: str = ""
    name: str = ""
    fields: tuple[str, ...] = ()
    aggregates: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    conditions: str = ""
    orderby: str = ""
    is_hidden: bool = False


class Widget(Reply):
    """A part of a dashboard.

    `display_type` is line, area, bar, table, top_n, big_number or another; `widget_type` is what it
    asks about: error-events, transaction-like, discover (both), spans, logs, tracemetrics, issue,
    metrics (release health) or another.
    """

    id: str = ""
    title: str = ""
    description: str = ""
    display_type: str = ""
    widget_type: str = ""
    limit: int | None = None
    queries: tuple[WidgetQuery, ...] = ()


class GlobalFilter(Reply):
    """A condition on all widgets that ask about one thing; `dataset` is their `widget_type`."""

    dataset: str = ""
    value: str = ""


class Filters(Reply):
    """What narrows all widgets of a dashboard."""

    release: tuple[Untrusted, ...] = ()
    global_filter: tuple[GlobalFilter, ...] = ()


class DashboardBrief(Reply):
    """A dashboard as it is listed; of its widgets only how each is drawn."""

    id: str
    title: str = ""
    date_created: datetime | None = None
    created_by: User | None = Field(default=None, repr=False)
    environment: tuple[Untrusted, ...] = ()
    projects: tuple[str, ...] = ()
    filters: Filters = Filters()
    is_favorited: bool = False
    last_visited: datetime | None = None
    widget_display: tuple[str, ...] = ()


class Dashboard(DashboardBrief):
    """A dashboard with its widgets, and the time that it is usually looked at with.

    Its time range is either a period, or a start and an end in UTC.
    """

    period: str = ""
    start: str = ""
    end: str = ""
    widgets: tuple[Widget, ...] = ()


class Dashboards:
    """What one can ask about dashboards."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        query: str = "",
        sort: Sort = "",
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[DashboardBrief]:
        """List dashboards; `query` is part of a title.

        https://docs.sentry.io/api/dashboards/list-an-organizations-custom-dashboards/

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            DashboardBrief,
            path("organizations", org, "dashboards"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            sort=sort or None,
            per_page=per_page,
        )

    async def get(self, org: str, dashboard: str) -> Dashboard:
        """Read one dashboard with its widgets, by id.

        https://docs.sentry.io/api/dashboards/retrieve-an-organizations-custom-dashboard/
        """
        return await self._api.get(
            Dashboard, path("organizations", org, "dashboards", dashboard), fresh_for=MINUTE
        )
