"""Tools about saved queries."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights import saved_queries
from dexter_mcp.tools.params import Limit, Org
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("saved_queries")

Query = Annotated[str, Field(description="Part of the name.")]


@toolset.read
async def list_saved_queries(
    desk: DeskDep, *, query: Query = "", org: Org = "", limit: Limit = 20
) -> Answer:
    """List queries saved in Discover and Explore; query_events saved=… runs one."""
    return await saved_queries.list_saved(desk, org=org, query=query, limit=limit)
