"""Tools about projects."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights import missing
from dexter_mcp.tools.params import Cursor, Limit, Org
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import projects as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("projects")

Query = Annotated[str, Field(description="Part of a name or slug.")]


@toolset.read
async def list_projects(
    desk: DeskDep, *, org: Org = "", query: Query = "", limit: Limit = 25, cursor: Cursor = ""
) -> Answer:
    """List an organization's projects: slug, platform, teams, latest release, environments."""
    home = await desk.org(org)
    with missing.organization(home):
        page = await desk.sentry.projects.list(home, query=query, per_page=limit, cursor=cursor)
    return view.listing(page, org=home, query=query, fence=desk.fence())
