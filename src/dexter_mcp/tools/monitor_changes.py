"""Tools that change cron monitors."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.changes import monitors as changes
from dexter_mcp.changes.monitors import MonitorState, Watch
from dexter_mcp.changes.plan import Proposal
from dexter_mcp.insights.desk import Desk
from dexter_mcp.tools.params import Environment, OneProject, Org
from dexter_mcp.tools.toolset import Toolset

toolset = Toolset("monitor_changes")

Called = Annotated[str, Field(min_length=1, description="As people see it.")]
NewName = Annotated[str, Field(description="As people see it.")]
Slug = Annotated[str, Field(description="Lower case; what jobs check in as.")]
Schedule = Annotated[str, Field(min_length=1, description="Crontab, or: every 10 minutes.")]
NewSchedule = Annotated[str, Field(description="Crontab, or: every 10 minutes.")]
Timezone = Annotated[str, Field(description="Such as Europe/Oslo.")]
Margin = Annotated[int, Field(ge=0, le=40_320, description="Minutes it may be late.")]
MaxRuntime = Annotated[int, Field(ge=0, le=40_320, description="Minutes.")]
Failures = Annotated[int, Field(ge=0, le=720, description="Failed runs until an issue.")]
Recoveries = Annotated[int, Field(ge=0, le=720, description="Good runs until it resolves.")]
Owner = Annotated[str, Field(description="E-mail, name or #team; none for nobody.")]
State = Annotated[MonitorState, Field(description="Muting is for all its environments.")]
Monitor = Annotated[str, Field(min_length=1, description="Slug, project/slug, id or name.")]
Only = Annotated[Environment, Field(description="Delete only these.")]


@toolset.create
async def create_monitor(
    desk: Desk,
    *,
    name: Called,
    schedule: Schedule,
    project: OneProject = (),
    slug: Slug = "",
    timezone: Timezone = "",
    margin: Margin = 0,
    max_runtime: MaxRuntime = 0,
    failures: Failures = 0,
    recoveries: Recoveries = 0,
    owner: Owner = "",
    org: Org = "",
) -> Proposal:
    """Watch a cron job that is to check in on time; 0 is Sentry's default."""
    wanted = Watch(name, slug, schedule, timezone, margin, max_runtime, failures, recoveries, owner)
    return await changes.create(desk, org=org, project=project, wanted=wanted)


@toolset.update
async def update_monitor(
    desk: Desk,
    *,
    monitor: Monitor,
    name: NewName = "",
    schedule: NewSchedule = "",
    slug: Slug = "",
    timezone: Timezone = "",
    margin: Margin = 0,
    max_runtime: MaxRuntime = 0,
    failures: Failures = 0,
    recoveries: Recoveries = 0,
    owner: Owner = "",
    state: State = "",
    org: Org = "",
) -> Proposal:
    """Change a cron monitor; what is not given stays."""
    wanted = Watch(name, slug, schedule, timezone, margin, max_runtime, failures, recoveries, owner)
    return await changes.update(desk, org=org, monitor=monitor, wanted=wanted, state=state)


@toolset.delete
async def delete_monitor(
    desk: Desk, *, monitor: Monitor, environment: Only = (), org: Org = ""
) -> Proposal:
    """Delete a cron monitor with its check-ins, or only some of its environments."""
    return await changes.delete(desk, org=org, monitor=monitor, environment=environment)
