"""Tools that change alerts: whom Sentry tells of what."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.changes.plan import Proposal
from dexter_mcp.changes.proposals import alert_preview, alerts
from dexter_mcp.changes.proposals.alert_asked import Asked, State
from dexter_mcp.insights.desk import Desk
from dexter_mcp.tools.params import Names, OneProject, Org, Period
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("alert_changes")

Switch = Annotated[State, Field(description="Disabled tells nobody.")]
Named = Annotated[str, Field(min_length=1, description="alert 5100, name or link.")]
Name = Annotated[str, Field(min_length=1, max_length=200, description="Its name.")]
When = Annotated[Names, Field(description="new_issue …; for a metric critical>100.")]
Filters = Annotated[Names, Field(description="level>=error, tag:key=value …")]
Actions = Annotated[Names, Field(description="email:#team, slack:#channel …")]
Metric = Annotated[str, Field(description="count() in 1h where level:fatal.")]
Settings = Annotated[Names, Field(description="owner=#team, environment=…, frequency=1h.")]
Changed = Annotated[Names, Field(description="name=…, owner=#team, environment=…, frequency=1h.")]


@toolset.create
async def create_alert(
    desk: Desk,
    *,
    name: Name,
    project: OneProject = (),
    when: When = (),
    filters: Filters = (),
    metric: Metric = "",
    actions: Actions = (),
    settings: Settings = (),
    org: Org = "",
) -> Proposal:
    """Make an alert about issues or a metric; dexter://guide/alerts has all forms."""
    asked = Asked.read(
        when=when, filters=filters, metric=metric, actions=actions, settings=settings
    )
    return await alerts.create(desk, org=org, project=project, name=name, asked=asked)


@toolset.update
async def update_alert(
    desk: Desk,
    *,
    alert: Named,
    state: Switch = "",
    when: When = (),
    filters: Filters = (),
    metric: Metric = "",
    actions: Actions = (),
    settings: Changed = (),
    org: Org = "",
) -> Proposal:
    """Change an alert or monitor: what is given replaces; forms: dexter://guide/alerts."""
    asked = Asked.read(
        when=when, filters=filters, metric=metric, actions=actions, settings=settings, state=state
    )
    return await alerts.update(desk, org=org, alert=alert, asked=asked)


@toolset.read_bare
async def preview_alert(
    desk: DeskDep,
    *,
    project: OneProject = (),
    when: When = (),
    filters: Filters = (),
    metric: Metric = "",
    settings: Settings = (),
    period: Period = "7d",
    org: Org = "",
) -> Answer:
    """Try an alert on what happened lately, without making it: which issues, how much by day."""
    asked = Asked.read(when=when, filters=filters, metric=metric, settings=settings)
    return await alert_preview.preview(desk, org=org, project=project, period=period, asked=asked)


@toolset.delete
async def delete_alert(desk: Desk, *, alert: Named, org: Org = "") -> Proposal:
    """Delete an alert or monitor for good; `update_alert` can disable it instead."""
    return await alerts.delete(desk, org=org, alert=alert)
