"""Tools about alerts: whom Sentry tells of what."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from dexter_mcp.insights import alerts, alerts_lookup
from dexter_mcp.insights.alerts_of_issue import alerts_of_issue
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.tools.params import Cursor, Limit, Org, Project, listed
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.alerts_state import State
from dexter_mcp.views.answer import Answer

toolset = Toolset("alerts")

Query = Annotated[str, Field(description="Words of a name, channel or recipient.")]
InState = Annotated[State, Field(description="Empty for any.")]
AboutIssue = Annotated[str, Field(description="Issue number, short id or link.")]
Named = Annotated[
    str, Field(min_length=1, description="As list_alerts shows it (alert 5100), name or link.")
]
Parts = Annotated[
    tuple[Literal["history", "connected"], ...],
    BeforeValidator(listed),
    Field(description="More of: when it fired; monitors or alerts connected."),
]

_ALONE = "`issue` shows all alerts that watch it: leave out project, query, state and cursor."


@toolset.read
async def list_alerts(
    desk: DeskDep,
    *,
    org: Org = "",
    project: Project = (),
    issue: AboutIssue = "",
    query: Query = "",
    state: InState = "",
    limit: Limit = 15,
    cursor: Cursor = "",
) -> Answer:
    """List alerts and monitors, trouble first: what each watches, when it acts, whom it tells.

    With `issue` alone: which alerts would fire for it, and why not the others.
    """
    if issue:
        if project or query or state or cursor:
            raise Invalid(_ALONE)
        return await alerts_of_issue(desk, issue=issue, org=org)
    return await alerts.list_alerts(
        desk, org=org, project=project, query=query, state=state, limit=limit, cursor=cursor
    )


@toolset.read_bare
async def get_alert(desk: DeskDep, *, alert: Named, org: Org = "", include: Parts = ()) -> Answer:
    """Read one alert or monitor: conditions, thresholds, actions, owner, when it fired."""
    return await alerts_lookup.get_alert(desk, alert=alert, org=org, include=include)
