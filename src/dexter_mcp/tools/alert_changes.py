"""Tools that change alerts: whom Sentry tells of what."""

from typing import Annotated, Literal

from pydantic import Field

from dexter_mcp.changes import alert_preview, alerts
from dexter_mcp.changes.alert_asked import Asked, State
from dexter_mcp.changes.plan import Proposal
from dexter_mcp.insights.desk import Desk
from dexter_mcp.tools.params import Names, OneProject, Org, Period
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("alert_changes")

Named = Annotated[
    str, Field(min_length=1, description="As list_alerts shows it (alert 5100), name or link.")
]
Name = Annotated[str, Field(min_length=1, max_length=200)]
NewName = Annotated[str, Field(max_length=200)]
When = Annotated[Names, Field(description="new_issue, regression, unarchived, resolved.")]
Filters = Annotated[
    Names, Field(description="level>=error, events>100 in 1h, tag:key=value, any …")
]
Actions = Annotated[
    Names, Field(description="email:#team, email:owners, slack:#channel, pagerduty:service …")
]
Frequency = Annotated[str, Field(description="At most once in so long for an issue: 30min.")]
Thresholds = Annotated[
    Names, Field(description="critical>100, warning>50, resolved<40; critical>50% on 1d.")
]
Metric = Annotated[str, Field(description="With thresholds: count() in 1h.")]
Query = Annotated[str, Field(description="Of the metric.")]
Dataset = Annotated[
    Literal["", "errors", "spans", "logs", "transactions"], Field(description="Of the metric.")
]
InEnvironment = Annotated[Names, Field(max_length=1, description="Name.")]
Owner = Annotated[str, Field(description="#team or member; none for nobody.")]
Switch = Annotated[State, Field(description="Disabled is muted.")]


@toolset.create
async def create_alert(
    desk: Desk,
    *,
    name: Name,
    project: OneProject = (),
    when: When = (),
    filters: Filters = (),
    actions: Actions = (),
    frequency: Frequency = "",
    thresholds: Thresholds = (),
    metric: Metric = "",
    query: Query = "",
    dataset: Dataset = "",
    environment: InEnvironment = (),
    owner: Owner = "",
    org: Org = "",
) -> Proposal:
    """Make an alert about issues (`when`, `filters`) or a metric (`thresholds`).

    All forms: dexter://guide/alerts
    """
    asked = Asked(
        when=when,
        filters=filters,
        actions=actions,
        frequency=frequency,
        thresholds=thresholds,
        metric=metric,
        query=query,
        dataset=dataset,
        environment=environment,
        owner=owner,
    )
    return await alerts.create(desk, org=org, project=project, name=name, asked=asked)


@toolset.update
async def update_alert(
    desk: Desk,
    *,
    alert: Named,
    state: Switch = "",
    name: NewName = "",
    when: When = (),
    filters: Filters = (),
    actions: Actions = (),
    frequency: Frequency = "",
    thresholds: Thresholds = (),
    metric: Metric = "",
    query: Query = "",
    environment: InEnvironment = (),
    owner: Owner = "",
    org: Org = "",
) -> Proposal:
    """Change an alert or a monitor; what is given replaces what is there, the rest stays.

    All forms: dexter://guide/alerts
    """
    asked = Asked(
        name=name,
        when=when,
        filters=filters,
        actions=actions,
        frequency=frequency,
        thresholds=thresholds,
        metric=metric,
        query=query,
        environment=environment,
        owner=owner,
        state=state,
    )
    return await alerts.update(desk, org=org, alert=alert, asked=asked)


@toolset.read_bare
async def preview_alert(
    desk: DeskDep,
    *,
    project: OneProject = (),
    when: When = (),
    filters: Filters = (),
    thresholds: Thresholds = (),
    metric: Metric = "",
    query: Query = "",
    dataset: Dataset = "",
    environment: InEnvironment = (),
    period: Period = "7d",
    org: Org = "",
) -> Answer:
    """Try an alert on what happened lately, without making it: the issues, and counts by day."""
    asked = Asked(
        when=when,
        filters=filters,
        thresholds=thresholds,
        metric=metric,
        query=query,
        dataset=dataset,
        environment=environment,
    )
    return await alert_preview.preview(desk, org=org, project=project, period=period, asked=asked)


@toolset.delete
async def delete_alert(desk: Desk, *, alert: Named, org: Org = "") -> Proposal:
    """Delete an alert or a monitor for good; `update_alert` can disable it instead."""
    return await alerts.delete(desk, org=org, alert=alert)
