"""Tools that change issues."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from dexter_mcp.changes import issue_deeds as deeds
from dexter_mcp.changes import issues as changes
from dexter_mcp.changes.choosing import Chosen
from dexter_mcp.changes.issues import Mark, Priority, Status, Wanted
from dexter_mcp.changes.plan import Proposal
from dexter_mcp.insights.desk import Desk
from dexter_mcp.tools.params import Environment, Issue, Names, Org, Period, Project, listed
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import Toolset

toolset = Toolset("issue_changes")

Issues = Annotated[Names, Field(max_length=1000, description="Numbers, short ids or links.")]
Query = Annotated[str, Field(description="Instead: an issue search; every match is changed.")]
Release = Annotated[str, Field(description="For resolved_in_release: version or latest.")]
Commit = Annotated[str, Field(description="For resolved_in_commit: whole sha.")]
Repository = Annotated[str, Field(description="Of the commit.")]
Amount = Annotated[int, Field(ge=0, description="Minutes, events or users of an archived_ state.")]
Window = Annotated[int, Field(ge=0, description="Minutes in which they must come.")]
AssignTo = Annotated[str, Field(description="Name, e-mail, me, #team; none for nobody.")]
Marks = Annotated[
    tuple[Mark, ...], BeforeValidator(listed), Field(description="For yourself; shared: for all.")
]
Several = Annotated[Names, Field(min_length=2, max_length=100, description="Two or more.")]
Hashes = Annotated[Names, Field(max_length=100, description="From get_issue include=hashes.")]
Text = Annotated[str, Field(min_length=1, description="Markdown; @name and #team notify.")]
Own = Annotated[str, Field(description="Id of a comment of yours, to change it instead.")]
Comment = Annotated[str, Field(min_length=1, description="Id of a comment of yours.")]
Until = Annotated[
    Literal["root_cause", "solution", "code_changes", "open_pr"],
    Field(description="How far it goes on its own."),
]
Instruction = Annotated[str, Field(max_length=1000, description="What Seer should know.")]


@toolset.update
async def update_issues(
    desk: Desk,
    *,
    issues: Issues = (),
    query: Query = "",
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    period: Period = "",
    status: Status = "",
    release: Release = "",
    commit: Commit = "",
    repository: Repository = "",
    amount: Amount = 0,
    window: Window = 0,
    assign_to: AssignTo = "",
    priority: Priority = "",
    mark: Marks = (),
) -> Proposal:
    """Resolve, archive, reopen, assign, prioritise or mark issues, one or many at once."""
    chosen = Chosen(
        org=org,
        issues=issues,
        query=query,
        project=project,
        environment=environment,
        period=time_range(period, "", "").period,
    )
    wanted = Wanted(
        status=status,
        release=release,
        commit=commit,
        repository=repository,
        amount=amount,
        window=window,
        assign_to=assign_to,
        priority=priority,
        mark=mark,
    )
    return await changes.update(desk, chosen, wanted)


@toolset.delete
async def delete_issues(desk: Desk, *, issues: Issues, org: Org = "") -> Proposal:
    """Delete issues with all their events, for good. To hide them, archive with update_issues."""
    return await deeds.delete(desk, Chosen(org=org, issues=issues))


@toolset.update
async def merge_issues(desk: Desk, *, issues: Several, org: Org = "") -> Proposal:
    """Merge errors of one project; the one with most events stays."""
    return await deeds.merge(desk, org, issues)


@toolset.update
async def unmerge_issue(
    desk: Desk, *, issue: Issue, hashes: Hashes = (), org: Org = ""
) -> Proposal:
    """Part events from an issue by their hashes, as a new issue."""
    return await deeds.unmerge(desk, org=org, issue=issue, hashes=hashes)


@toolset.create
async def comment_issue(
    desk: Desk, *, issue: Issue, text: Text, comment: Own = "", org: Org = ""
) -> Proposal:
    """Comment on an issue, or change a comment."""
    return await deeds.comment(desk, org=org, issue=issue, text=text, note=comment)


@toolset.delete
async def delete_comment(desk: Desk, *, issue: Issue, comment: Comment, org: Org = "") -> Proposal:
    """Delete a comment of yours on an issue."""
    return await deeds.delete_comment(desk, org=org, issue=issue, note=comment)


@toolset.create
async def start_autofix(
    desk: Desk,
    *,
    issue: Issue,
    until: Until = "root_cause",
    instruction: Instruction = "",
    org: Org = "",
) -> Proposal:
    """Let Seer look for an issue's root cause, and further. Follow: get_issue include=autofix."""
    return await deeds.autofix(desk, org=org, issue=issue, until=until, instruction=instruction)
