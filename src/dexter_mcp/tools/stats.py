"""Tools about usage."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights.usage import read_usage
from dexter_mcp.tools.params import End, Org, Period, Project, Start
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import stats as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("stats")

Category = Annotated[
    str,
    Field(
        pattern="^[a-z_]{0,40}$",
        description="error, transaction, span, replay, attachment, log_item, monitor …; all.",
    ),
]
By = Annotated[
    view.By, Field(description="category, project: outcomes as columns; outcome, reason: as rows.")
]


@toolset.read
async def get_usage(
    desk: DeskDep,
    *,
    org: Org = "",
    project: Project = (),
    category: Category = "",
    by: By = "category",
    period: Period = "30d",
    start: Start = "",
    end: End = "",
) -> Answer:
    """Add up what was sent: accepted, filtered, rate limited, dropped, and whose share it is.

    A project's share of the quota: name it in `project`.
    """
    within = time_range(period, start, end)
    asked = view.Asked(await desk.org(org), desk.among(project), category, by, str(within))
    return await read_usage(desk, asked, period=within.period, start=within.start, end=within.end)
