"""Tools about projects."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from dexter_mcp.insights import missing
from dexter_mcp.insights.projects import ProjectPart, read_project
from dexter_mcp.tools.params import Cursor, Limit, OneProject, Org, listed
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import projects as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("projects")

Query = Annotated[str, Field(description="Part of a name or slug.")]
Searched = Annotated[str, Field(description="Of users (email:ana@shop.test) or debug_files.")]
Include = Annotated[
    tuple[ProjectPart, ...],
    BeforeValidator(listed),
    Field(description="Empty for the first five; sources: of symbols."),
]


@toolset.read
async def list_projects(
    desk: DeskDep, *, org: Org = "", query: Query = "", limit: Limit = 25, cursor: Cursor = ""
) -> Answer:
    """List an organization's projects: slug, platform, teams, latest release, environments."""
    home = await desk.org(org)
    with missing.organization(home):
        page = await desk.sentry.projects.list(home, query=query, per_page=limit, cursor=cursor)
    return view.listing(page, org=home, query=query, fence=desk.fence())


@toolset.read
async def get_project(
    desk: DeskDep,
    *,
    project: OneProject = (),
    org: Org = "",
    include: Include = (),
    query: Searched = "",
    cursor: Cursor = "",
) -> Answer:
    """Read a project: error volume, DSNs with rate limits, ownership rules, inbound filters."""
    return await read_project(
        desk, org=org, project="".join(project), include=include, query=query, cursor=cursor
    )
