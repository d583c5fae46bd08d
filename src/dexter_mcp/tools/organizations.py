"""Tools about organizations."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from dexter_mcp.insights.organizations import OrganizationPart, read_organization
from dexter_mcp.tools.params import Cursor, Limit, Org, listed
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import organizations as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("organizations")

Query = Annotated[str, Field(description="Part of a name or slug.")]
Include = Annotated[
    tuple[OrganizationPart, ...],
    BeforeValidator(listed),
    Field(description="keys: every project's DSN; relays: trusted ones seen."),
]


@toolset.read
async def list_organizations(
    desk: DeskDep, *, query: Query = "", limit: Limit = 25, cursor: Cursor = ""
) -> Answer:
    """List the organizations that the token reaches, in all regions."""
    page = await desk.sentry.organizations.list(query=query, per_page=limit, cursor=cursor)
    return view.listing(page, query=query)


@toolset.read
async def get_organization(
    desk: DeskDep, *, org: Org = "", include: Include = (), cursor: Cursor = ""
) -> Answer:
    """Read an organization: what its members may do, security, privacy, quota, environments."""
    return await read_organization(desk, org=org, include=include, cursor=cursor)
