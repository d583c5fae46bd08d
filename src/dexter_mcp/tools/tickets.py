"""Tools that tie issues to tickets elsewhere."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.changes.plan import Proposal
from dexter_mcp.changes.proposals import tickets as changes
from dexter_mcp.insights.desk import Desk
from dexter_mcp.tools.params import Issue, Names, Org
from dexter_mcp.tools.toolset import Toolset

toolset = Toolset("tickets")

Tracker = Annotated[str, Field(description="Id, name or kind; optional if there is but one.")]
Title = Annotated[str, Field(description="Default: the issue's.")]
Description = Annotated[str, Field(description="Default: a link to the issue.")]
Values = Annotated[Names, Field(description="Each name=value, as get_ticket_form names them.")]
Ticket = Annotated[str, Field(min_length=1, description="Key (PAY-431, shop#212) or link.")]
Linked = Annotated[str, Field(description="Key or link; optional if there is but one.")]


@toolset.create
async def create_ticket(
    desk: Desk,
    *,
    issue: Issue,
    integration: Tracker = "",
    title: Title = "",
    description: Description = "",
    fields: Values = (),
    org: Org = "",
) -> Proposal:
    """Make a ticket (Jira, GitHub …) for an issue and link it. What the form lacks is named."""
    return await changes.create(
        desk,
        org=org,
        issue=issue,
        integration=integration,
        title=title,
        description=description,
        fields=fields,
    )


@toolset.create
async def link_ticket(
    desk: Desk, *, issue: Issue, ticket: Ticket, integration: Tracker = "", org: Org = ""
) -> Proposal:
    """Link an issue to a ticket that is there."""
    return await changes.link(desk, org=org, issue=issue, ticket=ticket, integration=integration)


@toolset.delete
async def unlink_ticket(
    desk: Desk, *, issue: Issue, ticket: Linked = "", org: Org = ""
) -> Proposal:
    """Break the link between an issue and a ticket; the ticket stays."""
    return await changes.unlink(desk, org=org, issue=issue, ticket=ticket)
