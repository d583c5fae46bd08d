"""Tools about dashboards."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights import dashboards
from dexter_mcp.insights.dashboards import Wishes
from dexter_mcp.tools.params import (
    Cursor,
    Environment,
    Limit,
    Names,
    Org,
    Period,
    Project,
)
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("dashboards")

Query = Annotated[str, Field(description="Part of a title.")]
Named = Annotated[str, Field(min_length=1, description="Id, title or link.")]
Widgets = Annotated[Names, Field(description="Titles or ids; one alone shows more rows.")]


@toolset.read_bare
async def list_dashboards(
    desk: DeskDep, *, query: Query = "", org: Org = "", limit: Limit = 20, cursor: Cursor = ""
) -> Answer:
    """List dashboards; get_dashboard runs one."""
    return await dashboards.list_dashboards(desk, org=org, query=query, limit=limit, cursor=cursor)


@toolset.read
async def get_dashboard(
    desk: DeskDep,
    *,
    dashboard: Named,
    widget: Widgets = (),
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    period: Period = "",
) -> Answer:
    """Run a dashboard's widgets: each as a number, a course or a small table.

    Its own projects, environments and period hold unless said.
    """
    wishes = Wishes(widget, project, environment, time_range(period, "", "").period)
    return await dashboards.get_dashboard(desk, org=org, named=dashboard, wishes=wishes)
