"""Tools about who a provisioner of accounts sees."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights import scim
from dexter_mcp.insights.scim import Kind
from dexter_mcp.tools.params import Cursor, Limit, Org
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("scim")

Of = Annotated[Kind, Field(description="Members or teams.")]
Query = Annotated[str, Field(description='Whole e-mail, team slug, id, or userName eq "x".')]


@toolset.read
async def list_scim(
    desk: DeskDep,
    *,
    kind: Of = "users",
    org: Org = "",
    query: Query = "",
    limit: Limit = 25,
    cursor: Cursor = "",
) -> Answer:
    """List SCIM users or groups: what an identity provider sees."""
    return await scim.list_scim(desk, org=org, kind=kind, query=query, limit=limit, cursor=cursor)
