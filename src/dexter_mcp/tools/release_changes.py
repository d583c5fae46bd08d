"""Tools that make, change and delete releases."""

from typing import Annotated, Literal

from pydantic import Field

from dexter_mcp.changes.plan import Proposal
from dexter_mcp.changes.proposals import releases
from dexter_mcp.changes.proposals.releases import Contents
from dexter_mcp.insights.desk import Desk
from dexter_mcp.tools.params import Names, Org, Project
from dexter_mcp.tools.toolset import Toolset

toolset = Toolset("release_changes")

NewVersion = Annotated[str, Field(min_length=1, description="The whole version.")]
Version = Annotated[str, Field(min_length=1, description="Version or latest.")]
Ref = Annotated[str, Field(description="Commit.")]
Url = Annotated[str, Field(description="Link.")]
Moment = Annotated[str, Field(description="now or ISO 8601.")]
Commits = Annotated[Names, Field(description="sha message.")]
Refs = Annotated[Names, Field(description="repo@sha, repo@old..sha.")]
Standing = Annotated[Literal["", "open", "archived"], Field(description="Empty: as it is.")]
Name = Annotated[str, Field(description="Its number.")]
OneEnvironment = Annotated[Names, Field(min_length=1, max_length=1, description="One.")]


@toolset.update
async def create_release(
    desk: Desk,
    *,
    release: NewVersion,
    project: Project = (),
    released: Moment = "",
    ref: Ref = "",
    url: Url = "",
    commits: Commits = (),
    refs: Refs = (),
    org: Org = "",
) -> Proposal:
    """Make a release; one that is there gets what it lacks."""
    contents = Contents(ref, url, released, commits, refs)
    return await releases.create(desk, version=release, org=org, project=project, contents=contents)


@toolset.update
async def update_release(
    desk: Desk,
    *,
    release: Version,
    released: Moment = "",
    status: Standing = "",
    ref: Ref = "",
    url: Url = "",
    commits: Commits = (),
    refs: Refs = (),
    org: Org = "",
) -> Proposal:
    """Finalize (`released`) or archive a release, or replace its commits."""
    contents = Contents(ref, url, released, commits, refs, status)
    return await releases.update(desk, release=release, org=org, contents=contents)


@toolset.create
async def create_deploy(
    desk: Desk,
    *,
    release: Version,
    environment: OneEnvironment,
    name: Name = "",
    url: Url = "",
    started: Moment = "",
    finished: Moment = "",
    org: Org = "",
) -> Proposal:
    """Note that a release came into an environment, now unless `finished` says when."""
    told = {"name": name, "url": url, "started": started, "finished": finished}
    return await releases.deploy(desk, release=release, org=org, environment=environment, told=told)


@toolset.delete
async def delete_release(desk: Desk, *, release: Version, org: Org = "") -> Proposal:
    """Delete a release with its files. Sentry refuses while issues refer to it."""
    return await releases.delete(desk, release=release, org=org)
