"""Tools about single events."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights import missing
from dexter_mcp.insights.event_lookup import read_event
from dexter_mcp.tools.params import (
    Cursor,
    Detail,
    End,
    Environment,
    EventInclude,
    Issue,
    Limit,
    Org,
    Period,
    Start,
)
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import events as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("events")

EventId = Annotated[
    str,
    Field(description="Event id or link; with `issue` also latest, oldest or recommended."),
]
OfIssue = Annotated[str, Field(description="Issue number, short id or link; not needed for an id.")]
Query = Annotated[
    str, Field(description="Event search, sent as written: user.id:42 browser:Firefox* text.")
]


@toolset.read
async def get_event(
    desk: DeskDep,
    *,
    event: EventId,
    issue: OfIssue = "",
    org: Org = "",
    environment: Environment = (),
    include: EventInclude = (),
    detail: Detail = "normal",
) -> Answer:
    """Read one event: stack trace with source and variables, request, user, breadcrumbs."""
    return await read_event(
        desk,
        event=event,
        issue=issue,
        org=org,
        environment=environment,
        include=include,
        detail=detail,
    )


@toolset.read
async def list_issue_events(
    desk: DeskDep,
    *,
    issue: Issue,
    org: Org = "",
    query: Query = "",
    environment: Environment = (),
    period: Period = "",
    start: Start = "",
    end: End = "",
    limit: Limit = 10,
    cursor: Cursor = "",
) -> Answer:
    """List an issue's events, newest first: id, time, user, release, environment."""
    within = time_range(period, start, end)
    named = await desk.issue(org, issue)
    with missing.issue(named.org, named.id, environment):
        page = await desk.sentry.events.list(
            named.org,
            named.id,
            query=query,
            environment=environment,
            stats_period=within.period,
            start=within.start,
            end=within.end,
            per_page=limit,
            cursor=cursor,
        )
    asked = view.Asked(named.id, query, tuple(environment), str(within))
    return view.listing(page, asked, fence=desk.fence(), now=desk.now())
