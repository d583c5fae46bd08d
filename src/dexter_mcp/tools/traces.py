"""Tools about traces and profiles."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from dexter_mcp.insights import traces as insight
from dexter_mcp.insights.traces import Named, Part, ProfileWanted
from dexter_mcp.tools.params import (
    Org,
    Period,
    Project,
    listed,
)
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("traces")

Trace = Annotated[str, Field(description="Trace id or link.")]
OfEvent = Annotated[str, Field(description="Or the trace of this event id or link.")]
OfIssue = Annotated[str, Field(description="Or of this issue's most telling event.")]
Parts = Annotated[
    tuple[Part, ...],
    BeforeValidator(listed),
    Field(description="Default: summary, errors, tree."),
]
HowMuch = Annotated[Literal["normal", "full"], Field(description="full: the whole tree.")]
Profile = Annotated[str, Field(description="Id or link of one transaction's profile.")]
Profiler = Annotated[str, Field(description="Id of a continuous profiler, with `project`.")]
Query = Annotated[str, Field(description="Or all that match, such as transaction:/api/checkout.")]
Functions = Annotated[int, Field(ge=1, le=100, description="Functions shown.")]


@toolset.read
async def get_trace(
    desk: DeskDep,
    *,
    trace: Trace = "",
    event: OfEvent = "",
    issue: OfIssue = "",
    org: Org = "",
    include: Parts = (),
    detail: HowMuch = "normal",
    period: Period = "",
) -> Answer:
    """Read a trace: span tree across services, own times, gaps, N+1, errors, slowest path, logs."""
    within = time_range(period, "", "")
    return await insight.get_trace(
        desk,
        Named(trace, event, issue, org),
        include=include,
        period=within.period,
        full=detail == "full",
    )


@toolset.read_bare
async def get_profile(
    desk: DeskDep,
    *,
    profile: Profile = "",
    profiler: Profiler = "",
    query: Query = "",
    org: Org = "",
    project: Project = (),
    period: Period = "24h",
    limit: Functions = 15,
) -> Answer:
    """Show in which functions time was spent: of one profile, or of many together."""
    within = time_range(period, "", "")
    wanted = ProfileWanted(profile, profiler, query, org, project, within.period, str(within))
    return await insight.get_profile(desk, wanted, limit=limit)
