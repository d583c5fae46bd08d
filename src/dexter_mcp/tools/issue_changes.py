"""Tools that change issues."""

from typing import Annotated, Literal

from pydantic import Field

from dexter_mcp.changes.plan import Proposal
from dexter_mcp.changes.proposals import issue_deeds as deeds
from dexter_mcp.changes.proposals import issues as changes
from dexter_mcp.changes.proposals.choosing import Chosen
from dexter_mcp.changes.proposals.issues import Priority, Status, Wanted
from dexter_mcp.insights.desk import Desk
from dexter_mcp.tools.params import Environment, Issue, Names, Org, Period, Project
from dexter_mcp.tools.ranges import time_range
from dexter_mcp.tools.toolset import Toolset

toolset = Toolset("issue_changes")

Issues = Annotated[Names, Field(max_length=1000, description="Ids or links.")]
Query = Annotated[str, Field(description="Or a search: every match.")]
NewStatus = Annotated[Status, Field(description="New one.")]
NewPriority = Annotated[Priority, Field(description="New one.")]
Release = Annotated[str, Field(description="Resolved by: version, latest.")]
Commit = Annotated[str, Field(description="Resolved by: repository@sha.")]
Until = Annotated[
    str, Field(description="Archived: escalating, forever, 8h, 100 events, 9 users in 24h.")
]
AssignTo = Annotated[str, Field(description="Name, e-mail, me, #team or none.")]
Marks = Annotated[
    Names, Field(description="reviewed, seen, bookmarked, subscribed, shared; - undoes: -seen.")
]
Several = Annotated[Names, Field(min_length=2, max_length=100, description="Two or more.")]
Hashes = Annotated[Names, Field(max_length=100, description="From get_issue include=hashes.")]
Text = Annotated[str, Field(min_length=1, description="Markdown; @name and #team notify.")]
Own = Annotated[str, Field(description="Id of a comment of yours, to change it instead.")]
Comment = Annotated[str, Field(min_length=1, description="Id of a comment of yours.")]
Stage = Annotated[
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
    status: NewStatus = "",
    release: Release = "",
    commit: Commit = "",
    until: Until = "",
    assign_to: AssignTo = "",
    priority: NewPriority = "",
    mark: Marks = (),
) -> Proposal:
    """Resolve, archive, reopen, assign, prioritise or mark issues."""
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
        release=release.strip(),
        commit=commit.strip(),
        until=until.strip().lower(),
        assign_to=assign_to,
        priority=priority,
        mark=mark,
    )
    return await changes.update(desk, chosen, wanted)


@toolset.delete
async def delete_issues(
    desk: Desk,
    *,
    issues: Issues = (),
    query: Query = "",
    org: Org = "",
    project: Project = (),
    environment: Environment = (),
    period: Period = "",
) -> Proposal:
    """Delete issues with all their events, for good. To hide them, archive with update_issues."""
    chosen = Chosen(
        org=org,
        issues=issues,
        query=query,
        project=project,
        environment=environment,
        period=time_range(period, "", "").period,
    )
    return await deeds.delete(desk, chosen)


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


@toolset.update
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
    until: Stage = "root_cause",
    instruction: Instruction = "",
    org: Org = "",
) -> Proposal:
    """Let Seer look for an issue's root cause, and further. Follow: get_issue include=autofix."""
    return await deeds.autofix(desk, org=org, issue=issue, until=until, instruction=instruction)
