"""Tools about what an organization is connected to."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from dexter_mcp.insights import integrations as insight
from dexter_mcp.insights import integrations_tickets as tickets
from dexter_mcp.insights.integrations import IntegrationPart, Part
from dexter_mcp.sentry.external_issues import Action
from dexter_mcp.tools.params import Cursor, Issue, Limit, Org, listed
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("integrations")

Provider = Annotated[str, Field(description="Only of this kind, such as github, slack.")]
Parts = Annotated[
    tuple[Part, ...],
    BeforeValidator(listed),
    Field(description="Default: installed, apps. providers: what could be installed."),
]
OwnParts = Annotated[
    tuple[IntegrationPart, ...],
    BeforeValidator(listed),
    Field(description="Parts; empty for those of its kind."),
]
Named = Annotated[str, Field(min_length=1, description="Id, name, domain, kind, or app slug.")]
Query = Annotated[str, Field(description="Part of a name.")]
Repository = Annotated[str, Field(description="List this one's commits: name, link or id.")]
Tracker = Annotated[str, Field(description="Id, name or kind; optional if there is but one.")]
What = Annotated[Action, Field(description="A new ticket, or an existing one.")]
OneField = Annotated[str, Field(description="Show all of this field, such as its choices.")]


@toolset.read_bare
async def list_integrations(
    desk: DeskDep,
    *,
    org: Org = "",
    provider: Provider = "",
    include: Parts = (),
    cursor: Cursor = "",
) -> Answer:
    """List integrations and apps: whether they work, what they do; also repositories and code."""
    return await insight.list_integrations(
        desk, org=org, provider=provider, include=include, cursor=cursor
    )


@toolset.read
async def get_integration(
    desk: DeskDep,
    *,
    integration: Named,
    org: Org = "",
    include: OwnParts = (),
    cursor: Cursor = "",
) -> Answer:
    """Read an integration or app: state, settings, repositories, code mappings, alerts using it."""
    return await insight.get_integration(
        desk, org=org, integration=integration, include=include, cursor=cursor
    )


@toolset.read
async def list_repositories(
    desk: DeskDep,
    *,
    org: Org = "",
    query: Query = "",
    repository: Repository = "",
    limit: Limit = 25,
    cursor: Cursor = "",
) -> Answer:
    """List connected repositories, or the commits of one."""
    return await insight.list_repositories(
        desk, org=org, query=query, repository=repository, limit=limit, cursor=cursor
    )


@toolset.read
async def list_issue_tickets(desk: DeskDep, *, issue: Issue, org: Org = "") -> Answer:
    """List the tickets (Jira, GitHub …) that an issue is linked to, and where it could be."""
    return await tickets.list_tickets(desk, org=org, issue=issue)


@toolset.read
async def get_ticket_form(
    desk: DeskDep,
    *,
    issue: Issue,
    org: Org = "",
    integration: Tracker = "",
    action: What = "create",
    field: OneField = "",
) -> Answer:
    """Read what it takes to make or link a ticket: fields, choices, what Sentry suggests."""
    return await tickets.get_form(
        desk, org=org, issue=issue, integration=integration, action=action, field=field
    )
