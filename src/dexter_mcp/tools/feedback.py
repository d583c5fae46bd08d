"""Tools about what end users wrote."""

from typing import Annotated, Literal

from pydantic import Field

from dexter_mcp.insights.feedback import list_messages, list_reports
from dexter_mcp.tools.params import Cursor, Limit, Org, Period, Project
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("feedback")

Query = Annotated[str, Field(description="Issue search, sent as written.")]
OfIssue = Annotated[str, Field(description="Its reports.")]
Kind = Annotated[
    Literal["messages", "reports"],
    Field(description="reports: the older form, of one `project`."),
]


@toolset.read
async def list_feedback(
    desk: DeskDep,
    *,
    kind: Kind = "messages",
    query: Query = "is:unresolved",
    org: Org = "",
    project: Project = (),
    issue: OfIssue = "",
    period: Period = "14d",
    limit: Limit = 10,
    cursor: Cursor = "",
) -> Answer:
    """List what end users wrote: through the feedback widget, or about an error."""
    if issue or kind == "reports":
        return await list_reports(
            desk, org=org, project=project, issue=issue, limit=limit, cursor=cursor
        )
    return await list_messages(
        desk,
        query=query,
        org=org,
        project=project,
        period=time_range(period, "", "").period,
        limit=limit,
        cursor=cursor,
    )
