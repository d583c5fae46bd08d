"""Tools about tags."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.insights import missing
from dexter_mcp.sentry.tags import Sort
from dexter_mcp.tools.params import Cursor, Environment, Issue, Limit, Org
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import tags as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("tags")

Key = Annotated[
    str,
    Field(
        pattern="^[A-Za-z0-9_.:-]{0,200}$",
        description="Such as browser, release, user, url; empty for an overview of all.",
    ),
]
SortBy = Annotated[Sort, Field(description="count: commonest first; date: last seen; age: newest.")]


@toolset.read_bare
async def get_issue_tag(
    desk: DeskDep,
    *,
    issue: Issue,
    tag: Key = "",
    org: Org = "",
    environment: Environment = (),
    sort: SortBy = "count",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Answer:
    """Show how an issue's events spread over the values of a tag: which browser, user, release."""
    named = await desk.issue(org, issue)
    if not tag:
        with missing.issue(named.org, named.id, environment):
            tags = await desk.sentry.tags.list(named.org, named.id, environment=environment)
        return view.overview(tags, issue=named.id, fence=desk.fence())
    with missing.tag(named.org, named.id, tag):
        whole = await desk.sentry.tags.get(named.org, named.id, tag, environment=environment)
        page = await desk.sentry.tags.values(
            named.org,
            named.id,
            tag,
            sort=sort,
            environment=environment,
            per_page=limit,
            cursor=cursor,
        )
    return view.distribution(
        whole, page, issue=named.id, sort=sort, fence=desk.fence(), now=desk.now()
    )
