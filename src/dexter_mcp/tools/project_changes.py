"""Tools that change projects: their settings, client keys, ownership rules and filters."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.changes.plan import Proposal
from dexter_mcp.changes.proposals import inbound_filters, ownership, project_keys, projects
from dexter_mcp.changes.proposals.ownership import Assignment, Edit
from dexter_mcp.changes.proposals.projects import Switch
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.tools.params import Names, OneProject, Org
from dexter_mcp.tools.toolset import Toolset

toolset = Toolset("project_changes")

Named = Annotated[str, Field(min_length=1, max_length=50, description="Its name.")]
Renamed = Annotated[str, Field(max_length=200, description="New name.")]
Slug = Annotated[str, Field(max_length=100, description="Made from the name if empty.")]
NewSlug = Annotated[str, Field(max_length=100, description="New slug.")]
Team = Annotated[str, Field(min_length=1, description="Slug or id of the owning team.")]
Teams = Annotated[Names, Field(description="Slugs to add; -slug removes.")]
Platform = Annotated[str, Field(description="Such as python-django.")]
OrNone = Annotated[str, Field(max_length=200, description="Or none.")]
Alert = Annotated[bool, Field(description="Mail about high-priority issues.")]
Age = Annotated[str, Field(description="Hours until quiet issues resolve; never.")]
Bookmark = Annotated[Switch, Field(description="Star it.")]
Key = Annotated[str, Field(min_length=1, description="Id, DSN or name.")]
KeyName = Annotated[str, Field(min_length=1, max_length=64, description="Its name.")]
NewKeyName = Annotated[str, Field(max_length=64, description="New name.")]
Rate = Annotated[str, Field(description="Such as 100/60s; none.")]
Enabled = Annotated[Switch, Field(description="no turns SDKs away.")]
Rotate = Annotated[bool, Field(description="Make a new key, then switch it off.")]
Rules = Annotated[str, Field(description="All anew.")]
Lines = Annotated[Names, Field(description="Like path:src/* #team.")]
Gone = Annotated[Names, Field(description="Whole rules.")]
Assign = Annotated[Assignment, Field(description="To whom.")]
Fallthrough = Annotated[Switch, Field(description="All own the rest.")]
Filters = Annotated[
    Names, Field(min_length=1, description="Such as localhost, web-crawlers, legacy-browsers.")
]
Active = Annotated[Switch, Field(description="yes: drop such events.")]
Browsers = Annotated[Names, Field(description="Instead, for legacy-browsers: ie9, safari …")]


@toolset.create
async def create_project(
    desk: Desk,
    *,
    name: Named,
    team: Team,
    platform: Platform = "",
    slug: Slug = "",
    default_alert: Alert = True,
    org: Org = "",
) -> Proposal:
    """Make a project for a team. Its first DSN: `get_project`."""
    return await projects.create(
        desk,
        name=name,
        team=team,
        platform=platform,
        slug=slug,
        org=org,
        default_alert=default_alert,
    )


@toolset.update
async def update_project(
    desk: Desk,
    *,
    project: OneProject = (),
    name: Renamed = "",
    slug: NewSlug = "",
    platform: OrNone = "",
    resolve_age: Age = "",
    subject_prefix: OrNone = "",
    teams: Teams = (),
    bookmark: Bookmark = "",
    org: Org = "",
) -> Proposal:
    """Change a project's settings and teams."""
    told = projects.settings(
        name=name,
        slug=slug,
        platform=platform,
        resolve_age=resolve_age,
        subject_prefix=subject_prefix,
        bookmark=bookmark,
    )
    return await projects.update(desk, org=org, project=project, settings=told, teams=teams)


@toolset.delete
async def delete_project(desk: Desk, *, project: OneProject, org: Org = "") -> Proposal:
    """Delete a project with all its issues and events, for good."""
    return await projects.delete(desk, org=org, project=project)


@toolset.create
async def create_project_key(
    desk: Desk, *, name: KeyName, project: OneProject = (), rate_limit: Rate = "", org: Org = ""
) -> Proposal:
    """Make a client key, and tell its DSN."""
    return await project_keys.create(
        desk, org=org, project=project, name=name, rate_limit=rate_limit
    )


@toolset.update
async def update_project_key(
    desk: Desk,
    *,
    key: Key,
    project: OneProject = (),
    name: NewKeyName = "",
    rate_limit: Rate = "",
    enabled: Enabled = "",
    rotate: Rotate = False,
    org: Org = "",
) -> Proposal:
    """Rename, limit, switch or rotate a client key."""
    if not rotate:
        return await project_keys.update(
            desk,
            org=org,
            project=project,
            key=key,
            name=name,
            rate_limit=rate_limit,
            enabled=enabled,
        )
    if enabled:
        raise Invalid("`rotate` switches the key off itself. Leave `enabled` out.")
    return await project_keys.rotate(
        desk, org=org, project=project, key=key, name=name, rate_limit=rate_limit
    )


@toolset.delete
async def delete_project_key(
    desk: Desk, *, key: Key, project: OneProject = (), org: Org = ""
) -> Proposal:
    """Delete a client key for good; `update_project_key` can switch it off instead."""
    return await project_keys.delete(desk, org=org, project=project, key=key)


@toolset.update
async def update_ownership(
    desk: Desk,
    *,
    project: OneProject = (),
    add: Lines = (),
    remove: Gone = (),
    rules: Rules = "",
    auto_assign: Assign = "",
    fallthrough: Fallthrough = "",
    org: Org = "",
) -> Proposal:
    """Change ownership rules. New ones go last; the last match decides."""
    return await ownership.update(
        desk,
        org=org,
        project=project,
        edit=Edit(rules, add, remove),
        auto_assign=auto_assign,
        fallthrough=fallthrough,
    )


@toolset.update
async def update_inbound_filter(
    desk: Desk,
    *,
    filters: Filters,
    project: OneProject = (),
    active: Active = "",
    browsers: Browsers = (),
    org: Org = "",
) -> Proposal:
    """Switch inbound filters, by `active` or `browsers`: what they drop is gone."""
    return await inbound_filters.update(
        desk, org=org, project=project, filters=filters, active=active, browsers=browsers
    )
