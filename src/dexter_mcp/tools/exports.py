"""Tools that give whole documents away."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights import exports
from dexter_mcp.insights.event_queries import TableWanted, Wanted
from dexter_mcp.tools.discover import SameDataset, SameQuery, Saved
from dexter_mcp.tools.params import Cursor, End, Environment, Names, Org, Period, Project, Start
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.exports import Format

toolset = Toolset("exports")

Fields = Annotated[Names, Field(description="As query_events.")]
SortBy = Annotated[str, Field(description="As query_events.")]
Form = Annotated[Format, Field(description="Of the document.")]
Most = Annotated[int, Field(ge=1, le=10_000, description="Rows, up to 10000.")]


@toolset.read_bare
async def export_events(
    desk: DeskDep,
    *,
    dataset: SameDataset = "",
    fields: Fields = (),
    query: SameQuery = "",
    sort: SortBy = "",
    saved: Saved = "",
    format: Form = "csv",  # noqa: A002 - what everybody calls it
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    period: Period = "",
    start: Start = "",
    end: End = "",
    limit: Most = 1_000,
    cursor: Cursor = "",
) -> Answer:
    """Export the rows of an events query as an attached document."""
    within = time_range(period, start, end)
    about = Wanted(dataset, query, org, project, environment, *within)
    return await exports.export_events(
        desk, TableWanted(about, fields, sort, saved), limit=limit, form=format, cursor=cursor
    )
