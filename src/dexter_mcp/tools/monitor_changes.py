"""Tools that change cron monitors."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.changes.plan import Proposal
from dexter_mcp.changes.proposals import monitors as changes
from dexter_mcp.changes.proposals.monitors import MonitorState, Watch
from dexter_mcp.insights.desk import Desk
from dexter_mcp.tools.params import Environment, Names, OneProject, Org
from dexter_mcp.tools.toolset import Toolset

toolset = Toolset("monitor_changes")

Called = Annotated[str, Field(min_length=1, description="As people see it.")]
NewName = Annotated[str, Field(description="As people see it.")]
Slug = Annotated[str, Field(description="What jobs check in as.")]
Schedule = Annotated[str, Field(min_length=1, description="Crontab, or: every 10 minutes.")]
NewSchedule = Annotated[str, Field(description="Crontab, or: every 10 minutes.")]
Settings = Annotated[
    Names,
    Field(
        description="timezone=Europe/Oslo; margin=5, max_runtime=30 (minutes); failures=2, "
        "recoveries=1 (runs)."
    ),
]
Owner = Annotated[str, Field(description="E-mail or #team; none for nobody.")]
State = Annotated[MonitorState, Field(description="Mutes all environments.")]
Monitor = Annotated[str, Field(min_length=1, description="Slug, id or name.")]
Only = Annotated[Environment, Field(description="Delete only these.")]


@toolset.create
async def create_monitor(
    desk: Desk,
    *,
    name: Called,
    schedule: Schedule,
    project: OneProject = (),
    slug: Slug = "",
    settings: Settings = (),
    owner: Owner = "",
    org: Org = "",
) -> Proposal:
    """Watch a cron job that is to check in on time."""
    wanted = Watch(name, slug, schedule, settings, owner)
    return await changes.create(desk, org=org, project=project, wanted=wanted)


@toolset.update
async def update_monitor(
    desk: Desk,
    *,
    monitor: Monitor,
    name: NewName = "",
    schedule: NewSchedule = "",
    slug: Slug = "",
    settings: Settings = (),
    owner: Owner = "",
    state: State = "",
    org: Org = "",
) -> Proposal:
    """Change a cron monitor; what is not given stays."""
    wanted = Watch(name, slug, schedule, settings, owner)
    return await changes.update(desk, org=org, monitor=monitor, wanted=wanted, state=state)


@toolset.delete
async def delete_monitor(
    desk: Desk, *, monitor: Monitor, environment: Only = (), org: Org = ""
) -> Proposal:
    """Delete a cron monitor with its check-ins, or only some of its environments."""
    return await changes.delete(desk, org=org, monitor=monitor, environment=environment)
