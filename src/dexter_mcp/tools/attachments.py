"""Tools about the files of events."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights.attachments import read_attachment
from dexter_mcp.tools.params import Cursor, Detail, Org
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("attachments")

Which = Annotated[str, Field(description="Number, file name or link; empty lists them.")]
OfEvent = Annotated[str, Field(description="Event id or link; with `issue` also latest.")]
OfIssue = Annotated[str, Field(description="Issue number, short id or link.")]


@toolset.read
async def get_attachment(
    desk: DeskDep,
    *,
    attachment: Which = "",
    event: OfEvent = "",
    issue: OfIssue = "",
    org: Org = "",
    detail: Detail = "normal",
    cursor: Cursor = "",
) -> Answer:
    """Show a file that came with an event: screenshot as image, log or JSON as text."""
    return await read_attachment(
        desk,
        attachment=attachment,
        event=event,
        issue=issue,
        org=org,
        detail=detail,
        cursor=cursor,
    )
