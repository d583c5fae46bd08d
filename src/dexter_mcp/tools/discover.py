"""Tools that ask for events by the field: tables, time series, and which fields there are."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights import discover, event_fields, timeseries
from dexter_mcp.insights.event_queries import TableWanted, Wanted
from dexter_mcp.insights.timeseries import SeriesWanted
from dexter_mcp.tools.params import (
    Cursor,
    End,
    Environment,
    Limit,
    Names,
    Org,
    Period,
    Project,
    Start,
)
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("discover")

Dataset = Annotated[
    str, Field(description="errors (default), spans, transactions, logs, metrics …")
]
SameDataset = Annotated[str, Field(description="As query_events.")]
Fields = Annotated[
    Names,
    Field(description="Such as title, tags[plan], count(), p95(span.duration); plain ones group."),
]
Query = Annotated[str, Field(description="Event search: level:error (os:iOS OR !has:user).")]
SameQuery = Annotated[str, Field(description="As query_events.")]
SortBy = Annotated[str, Field(description="Such as -count().")]
Saved = Annotated[str, Field(description="Saved query: name, id or link.")]
Axes = Annotated[Names, Field(description="Functions; count() by default.")]
GroupBy = Annotated[Names, Field(description="Fields.")]
Top = Annotated[int, Field(ge=1, le=10, description="Up to 10 groups.")]
Interval = Annotated[str, Field(description="Such as 5m, 1h.")]
Compare = Annotated[bool, Field(description="Against before.")]
Search = Annotated[str, Field(description="Name or meaning: slow endpoint.")]


@toolset.read_bare
async def query_events(
    desk: DeskDep,
    *,
    dataset: Dataset = "",
    fields: Fields = (),
    query: Query = "",
    sort: SortBy = "",
    saved: Saved = "",
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    period: Period = "",
    start: Start = "",
    end: End = "",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Answer:
    """Query events as a table, or run a saved query. Last 14d unless said."""
    within = time_range(period, start, end)
    about = Wanted(dataset, query, org, project, environment, *within)
    return await discover.query_events(
        desk, TableWanted(about, fields, sort, saved), limit=limit, cursor=cursor
    )


@toolset.read_bare
async def query_timeseries(
    desk: DeskDep,
    *,
    dataset: SameDataset = "",
    axes: Axes = (),
    query: SameQuery = "",
    group_by: GroupBy = (),
    top: Top = 5,
    interval: Interval = "",
    compare: Compare = True,
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    period: Period = "",
    start: Start = "",
    end: End = "",
) -> Answer:
    """Query events over time: course, figures, change, turning point."""
    within = time_range(period, start, end)
    about = Wanted(dataset, query, org, project, environment, *within)
    return await timeseries.query_timeseries(
        desk,
        SeriesWanted(about, axes, group_by, top=top, interval=interval, compare=compare),
    )


@toolset.read_bare
async def list_event_fields(
    desk: DeskDep,
    *,
    dataset: SameDataset = "",
    search: Search = "",
    org: Org = "",
    project: Project = (),
) -> Answer:
    """List fields, tags and functions of events, by name or meaning."""
    return await event_fields.list_event_fields(
        desk, dataset=dataset, search=search, org=org, project=project
    )
