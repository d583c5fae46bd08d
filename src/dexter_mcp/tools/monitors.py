"""Tools about what is watched by the clock: cron jobs and uptime checks."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from dexter_mcp.insights import monitors
from dexter_mcp.insights.monitors import Kind, MonitorPart, Place
from dexter_mcp.tools.params import (
    Cursor,
    Environment,
    Limit,
    Org,
    Period,
    Project,
    listed,
)
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.monitors import Asked, State

toolset = Toolset("monitors")

Query = Annotated[str, Field(description="Part of a name.")]
OfKind = Annotated[Kind, Field(description="Empty for both.")]
InState = Annotated[State, Field(description="failing: any trouble.")]
Named = Annotated[
    str, Field(min_length=1, description="Slug, project/slug, id, name, `uptime 61` or link.")
]
Include = Annotated[
    tuple[MonitorPart, ...],
    BeforeValidator(listed),
    Field(description="Empty for the first two."),
]


@toolset.read
async def list_monitors(
    desk: DeskDep,
    *,
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    query: Query = "",
    kind: OfKind = "",
    state: InState = "",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Answer:
    """List cron and uptime monitors, trouble first: what is wrong, last and next run."""
    asked = Asked(await desk.org(org), desk.among(project), environment, query, kind, state)
    return await monitors.list_monitors(desk, asked, limit=limit, cursor=cursor)


@toolset.read
async def get_monitor(
    desk: DeskDep,
    *,
    monitor: Named,
    org: Org = "",
    environment: Environment = (),
    include: Include = (),
    period: Period = "",
    limit: Limit = 10,
    cursor: Cursor = "",
) -> Answer:
    """Read a cron or uptime monitor: schedule, margins, check-ins, streaks."""
    within = time_range(period, "", "")
    place = Place(await desk.org(org), "", environment, within.period, limit, cursor)
    return await monitors.get_monitor(desk, monitor, place, include=include)
