"""Tools about releases."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from dexter_mcp.insights.release_comparison import compare
from dexter_mcp.insights.releases import read_release
from dexter_mcp.insights.session_groups import read_sessions
from dexter_mcp.insights.shipments import Within, list_shipped
from dexter_mcp.sentry.sessions import GroupBy
from dexter_mcp.tools.params import (
    Cursor,
    End,
    Environment,
    Limit,
    Org,
    Period,
    Project,
    Start,
    listed,
)
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.releases import Asked
from dexter_mcp.views.sessions import Asked as AskedSessions
from dexter_mcp.views.whole_release import ReleasePart

toolset = Toolset("releases")

_LONG_AGO = "1970-01-01T00:00:00Z"

Version = Annotated[str, Field(min_length=1, description="Version, latest or link.")]
Baseline = Annotated[str, Field(description="Empty for the previous one.")]
Query = Annotated[
    str, Field(description="Part of a version; release.version:>=2.4 release.stage:adopted.")
]
SortBy = Annotated[
    Literal["date", "users", "crash_free_sessions"],
    Field(description="Newest, most used or worst first."),
]
Since = Annotated[str, Field(description="ISO 8601; adds deploys.")]
Include = Annotated[
    tuple[ReleasePart, ...],
    BeforeValidator(listed),
    Field(description="Only these, in full."),
]
SessionQuery = Annotated[str, Field(description='Such as release:"shop@2.4.1".')]
Groups = Annotated[
    tuple[GroupBy, ...], BeforeValidator(listed), Field(description="What to compare.")
]


@toolset.read_bare
async def list_releases(
    desk: DeskDep,
    *,
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    query: Query = "",
    start: Since = "",
    end: End = "",
    sort: SortBy = "date",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Answer:
    """List releases: crash-free rates, adoption, new issues; what was deployed when."""
    within = _within(start, end, desk.now())
    home = await desk.org(org)
    said = "" if within is None else _said(within)
    asked = Asked(home, desk.among(project), tuple(environment), query, said, sort)
    return await list_shipped(desk, asked, within, limit=limit, cursor=cursor)


@toolset.read_bare
async def get_release(
    desk: DeskDep,
    *,
    release: Version,
    org: Org = "",
    project: Project = (),
    include: Include = (),
) -> Answer:
    """Read a release: health, new and regressed issues, deploys."""
    return await read_release(desk, release=release, org=org, project=project, include=include)


@toolset.read_bare
async def compare_releases(
    desk: DeskDep,
    *,
    release: Version,
    baseline: Baseline = "",
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
) -> Answer:
    """Tell what a release made better or worse: crashes, errors, speed, issues."""
    return await compare(
        desk,
        release=release,
        baseline=baseline,
        org=org,
        project=project,
        environment=environment,
    )


@toolset.read
async def query_sessions(
    desk: DeskDep,
    *,
    group_by: Groups = ("release",),
    query: SessionQuery = "",
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    period: Period = "14d",
    start: Start = "",
    end: End = "",
    limit: Limit = 20,
) -> Answer:
    """Count sessions and users, with crash-free rates, by release, environment or project."""
    within = time_range(period, start, end)
    asked = AskedSessions(
        org=await desk.org(org),
        project=desk.among(project),
        environment=tuple(environment),
        query=query,
        group_by=group_by,
        within=str(within),
    )
    return await read_sessions(
        desk, asked, period=within.period, start=within.start, end=within.end, limit=limit
    )


def _within(start: str, end: str, now: datetime) -> Within | None:
    """Read a time of which either end may be left open.

    Raises:
        Invalid: One is no time, or they are the wrong way round.
    """
    if not (start or end):
        return None
    told = time_range("", start or _LONG_AGO, end or now.isoformat())
    first, last = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in told[1:])
    return Within(first if start else None, last)


def _said(within: Within) -> str:
    last = f"{within.end:%Y-%m-%dT%H:%M} UTC"
    return f"{within.start:%Y-%m-%dT%H:%M} to {last}" if within.start else f"before {last}"
