"""Tools about sessions: recordings of what people did in an application."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from dexter_mcp.insights import replays as insight
from dexter_mcp.insights.replays import Listed, Part, Wanted
from dexter_mcp.tools.params import (
    Cursor,
    Limit,
    Org,
    Period,
    Project,
    listed,
)
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("replays")

Kind = Annotated[Listed, Field(description="selectors: elements clicked in vain.")]
Query = Annotated[str, Field(description="Such as count_rage_clicks:>0 user.email:a@b.test.")]
OfIssue = Annotated[str, Field(description="Replays that show this issue.")]
SortBy = Annotated[str, Field(description="Such as -count_errors, -duration; newest first.")]
Named = Annotated[str, Field(min_length=1, description="Replay id or link.")]
Parts = Annotated[tuple[Part, ...], BeforeValidator(listed), Field(description="Default: story.")]


@toolset.read
async def list_replays(
    desk: DeskDep,
    *,
    kind: Kind = "sessions",
    query: Query = "",
    issue: OfIssue = "",
    org: Org = "",
    project: Project = (),
    period: Period = "",
    sort: SortBy = "",
    limit: Limit = 10,
    cursor: Cursor = "",
) -> Answer:
    """List session replays: user, errors, rage and dead clicks. Last 14d; 90d for an issue."""
    within = time_range(period or ("90d" if issue else "14d"), "", "")
    wanted = Wanted(query, org, project, issue, within.period, str(within), sort)
    ask = insight.list_selectors if kind == "selectors" else insight.list_replays
    return await ask(desk, wanted, limit=limit, cursor=cursor)


@toolset.read
async def get_replay(desk: DeskDep, *, replay: Named, org: Org = "", include: Parts = ()) -> Answer:
    """Tell what a user did in a session: pages, clicks, requests and errors in their order."""
    return await insight.get_replay(desk, replay=replay, org=org, include=include)
