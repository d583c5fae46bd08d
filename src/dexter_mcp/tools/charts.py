"""Pictures of events and releases."""

from typing import Annotated, Any, Literal

from mcp.server.apps import client_supports_apps
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Resolve
from pydantic import Field

from dexter_mcp.charts.theme import Name
from dexter_mcp.insights import charts
from dexter_mcp.insights.charts import Format, Look
from dexter_mcp.insights.event_queries import TableWanted, Wanted
from dexter_mcp.insights.timeseries import SeriesWanted
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.tools.discover import SameDataset, SameQuery, Top
from dexter_mcp.tools.params import End, Environment, Names, Org, Period, Project, Start
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("charts")

VIEW = "ui://dexter/chart"
"""Where a host finds the interactive view."""


async def _shows_views(ctx: Context[Any]) -> bool:
    return client_supports_apps(ctx)


Interactive = Annotated[bool, Resolve(_shows_views)]

Kind = Annotated[
    Literal["series", "bars", "release_comparison"],
    Field(description="bars are the top groups."),
]
Axes = Annotated[Names, Field(description="Functions; count() by default. Bars show the first.")]
GroupBy = Annotated[Names, Field(description="Fields; bars need one.")]
Version = Annotated[str, Field(description="As compare_releases.")]
Form = Annotated[Format, Field(description="Of the picture.")]
Theme = Annotated[Name, Field(description="Of the picture.")]


@toolset.read_with_view(VIEW)
async def render_chart(
    desk: DeskDep,
    interactive: Interactive,
    *,
    kind: Kind = "series",
    dataset: SameDataset = "",
    axes: Axes = (),
    query: SameQuery = "",
    group_by: GroupBy = (),
    top: Top = 5,
    release: Version = "",
    baseline: Version = "",
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    period: Period = "",
    start: Start = "",
    end: End = "",
    format: Form = "png",  # noqa: A002 - what everybody calls it
    theme: Theme = "light",
) -> Answer:
    """Draw events or releases as a picture, with the figures as text."""
    look = Look(format, theme, interactive)
    if kind == "release_comparison":
        if not release:
            raise Invalid("`release` is missing: which release is to be compared?")
        return await charts.chart_releases(
            desk,
            look,
            release=release,
            baseline=baseline,
            org=org,
            project=project,
            environment=environment,
        )
    within = time_range(period, start, end)
    about = Wanted(dataset, query, org, project, environment, *within)
    if kind == "series":
        return await charts.chart_series(desk, SeriesWanted(about, axes, group_by, top=top), look)
    if not group_by:
        raise Invalid("`group_by` is missing: bars are groups, such as release or transaction.")
    fields = (*group_by, *(axes or ("count()",)))
    return await charts.chart_bars(desk, TableWanted(about, fields), look, limit=top)
