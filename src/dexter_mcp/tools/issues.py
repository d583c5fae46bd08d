"""Tools about issues."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights import missing
from dexter_mcp.insights.issue_context import read_issue
from dexter_mcp.insights.issue_counts import count
from dexter_mcp.sentry.issues import Sort
from dexter_mcp.tools.params import (
    Cursor,
    Detail,
    End,
    Environment,
    Include,
    Issue,
    Limit,
    Names,
    Org,
    Period,
    Project,
    Start,
)
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import issues as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("issues")

Query = Annotated[
    str,
    Field(
        description="Sentry issue search, sent as written: is:unresolved !has:assigned "
        "release:latest timesSeen:>100 text. No OR, AND, parentheses. Empty finds all."
    ),
]
Queries = Annotated[
    Names,
    Field(max_length=10, description="Issue searches; empty for the usual states."),
]
SortBy = Annotated[
    Sort,
    Field(description="date: last seen; new: first seen; freq: events; user: users affected."),
]


@toolset.read
async def search_issues(
    desk: DeskDep,
    *,
    query: Query = "is:unresolved",
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    period: Period = "14d",
    start: Start = "",
    end: End = "",
    sort: SortBy = "date",
    limit: Limit = 10,
    cursor: Cursor = "",
) -> Answer:
    """Search issues: what breaks, how often, for how many users, since when.

    Counts are of the time range. Syntax: the resource dexter://guide/search.
    """
    within = time_range(period, start, end)
    home = await desk.org(org)
    chosen = await desk.projects(home, project)
    with missing.organization(home, environment):
        page = await desk.sentry.issues.search(
            home,
            query=query,
            project=chosen,
            environment=environment,
            stats_period=within.period,
            start=within.start,
            end=within.end,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )
    asked = view.Asked(home, query, desk.among(project), tuple(environment), str(within), sort)
    return view.listing(page, asked, fence=desk.fence(), now=desk.now())


@toolset.read
async def count_issues(
    desk: DeskDep,
    *,
    queries: Queries = (),
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    period: Period = "14d",
) -> Answer:
    """Count the issues of several searches at once: how many are unresolved, new, regressed."""
    return await count(
        desk,
        queries=queries,
        org=org,
        project=project,
        environment=environment,
        period=time_range(period, "", "").period,
    )


@toolset.read
async def get_issue(
    desk: DeskDep,
    *,
    issue: Issue,
    org: Org = "",
    environment: Environment = (),
    include: Include = (),
    detail: Detail = "normal",
) -> Answer:
    """Read an issue in full: what broke and where, for whom, since when, what led to it.

    Stack trace, request, user, breadcrumbs of the event that represents it best; telling tags,
    activity, suspect commits.
    """
    return await read_issue(
        desk, issue=issue, org=org, environment=environment, include=include, detail=detail
    )
