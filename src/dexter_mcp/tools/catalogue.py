"""Tools for everything that has no tool of its own."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from dexter_mcp.changes.plan import Proposal
from dexter_mcp.changes.proposals.ordering import order
from dexter_mcp.insights.catalogue import read
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue.operations import operations
from dexter_mcp.sentry.catalogue.search import categories, find
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.tools.covered import covering
from dexter_mcp.tools.params import Cursor, Limit, Names, OneProject, Org, Project, listed
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import catalogue as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("catalogue")

Query = Annotated[str, Field(description="Words for what is wanted, or an operation's exact name.")]
Category = Annotated[str, Field(description="Such as Replays, SCIM.")]
Writes = Annotated[bool, Field(description="Also those that change Sentry.")]
Named = Annotated[str, Field(min_length=1, description="Its name.")]
Arguments = Annotated[
    Names,
    BeforeValidator(listed),
    Field(description="Each `name=value`; repeat a name for several values."),
]
Settings = Annotated[
    Names,
    BeforeValidator(listed),
    Field(description="Each `name=value`, or `name:=` and JSON; a repeated name makes a list."),
]
Fields = Annotated[Names, Field(description="Only these fields, such as owner.name.")]


@toolset.read_bare
async def find_operations(
    desk: DeskDep,
    *,
    query: Query = "",
    category: Category = "",
    writes: Writes = False,
    limit: Limit = 8,
) -> Answer:
    """Search all operations of Sentry's API, for what no other tool here does."""
    tools = covering(desk.settings.toolsets)
    if query.strip() in operations():
        return view.facts(operations()[query.strip()], tools=tools)
    known = {each.lower() for each in categories()}
    if category and category.lower() not in known:
        raise Invalid(
            f"There is no category {category[:80]!r}. Valid are: {', '.join(categories())}."
        )
    everything = find(query, category=category, writes=True)
    found = [each for each in everything if writes or each.reads]
    unshown = len(everything) - len(found) if desk.settings.may_write else 0
    return view.found(
        found, query=query, category=category, limit=limit, tools=tools, unshown=unshown
    )


@toolset.read
async def read_sentry(
    desk: DeskDep,
    *,
    operation: Named,
    arguments: Arguments = (),
    org: Org = "",
    project: Project = (),
    include: Fields = (),
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Answer:
    """Run a reading operation that find_operations names, and summarise what it answers."""
    told = await read(
        desk, operation, arguments, org=org, project=project, limit=limit, cursor=cursor
    )
    return view.reading(
        told,
        include=include,
        tools=covering(desk.settings.toolsets),
        fence=desk.fence(),
        now=desk.now(),
        budget=desk.settings.answer_budget,
    )


@toolset.delete
async def change_sentry(
    desk: Desk,
    *,
    operation: Named,
    arguments: Settings = (),
    org: Org = "",
    project: OneProject = (),
) -> Proposal:
    """Run a writing operation that find_operations names: planned, confirmed, read back."""
    return await order(desk, operation, arguments, org=org, project=project)
