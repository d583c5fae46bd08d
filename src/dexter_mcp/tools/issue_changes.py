"""Tools that change issues."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.changes.issues import update
from dexter_mcp.changes.plan import Proposal
from dexter_mcp.insights.desk import Desk
from dexter_mcp.tools.params import Names, Org
from dexter_mcp.tools.toolset import Toolset

toolset = Toolset("issue_changes")

Issues = Annotated[Names, Field(min_length=1, max_length=1000, description="Issues.")]
Status = Annotated[str, Field(description="resolved, unresolved, ignored.")]


@toolset.update
async def update_issues(
    desk: Desk, *, issues: Issues, status: Status = "", org: Org = ""
) -> Proposal:
    """Change issues."""
    return await update(desk, issues=issues, org=org, status=status)
