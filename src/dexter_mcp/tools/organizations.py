"""Tools about organizations."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.tools.params import Cursor, Limit
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import organizations as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("organizations")

Query = Annotated[str, Field(description="Part of a name or slug.")]


@toolset.read
async def list_organizations(
    desk: DeskDep, *, query: Query = "", limit: Limit = 25, cursor: Cursor = ""
) -> Answer:
    """List the organizations that the token reaches, in all regions."""
    page = await desk.sentry.organizations.list(query=query, per_page=limit, cursor=cursor)
    return view.listing(page, query=query)
