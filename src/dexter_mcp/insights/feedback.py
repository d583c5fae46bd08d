"""What end users wrote, in both of its forms."""

from collections.abc import Sequence
from typing import Final

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.views import feedback as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.feedback import Asked

_CATEGORY: Final = "issue.category:feedback"


async def list_messages(
    desk: Desk,
    *,
    query: str,
    org: str,
    project: Sequence[str],
    period: str,
    limit: int,
    cursor: str,
) -> Answer:
    """Answer with feedback: issues of that category, the newest first."""
    home = await desk.org(org)
    chosen = await desk.projects(home, project)
    sent = f"{_CATEGORY} {query}".strip()
    with missing.organization(home):
        page = await desk.sentry.issues.search(
            home,
            query=sent,
            project=chosen,
            stats_period=period,
            sort="new",
            limit=limit,
            cursor=cursor,
        )
    asked = Asked(home, sent, desk.among(project), within=f"last {period}" if period else "")
    return view.messages(page, asked, fence=desk.fence(), now=desk.now())


async def list_reports(
    desk: Desk, *, org: str, project: Sequence[str], issue: str, limit: int, cursor: str
) -> Answer:
    """Answer with the reports on the events of an issue or, without one, of a project.

    Raises:
        Invalid: Neither was named, or several projects.
        SentryError: As `errors` draws them.
    """
    feedback, fence, now = desk.sentry.feedback, desk.fence(), desk.now()
    if issue:
        named = await desk.issue(org, issue)
        with missing.issue(named.org, named.id):
            page = await feedback.of_issue(named.org, named.id, per_page=limit, cursor=cursor)
        return view.listing(page, Asked(named.org, issue=named.id), fence=fence, now=now)
    wanted = desk.among(project)
    if len(wanted) != 1:
        raise Invalid("Sentry lists reports for one project: name one `project`, or an `issue`.")
    home = await desk.org(org)
    found = await desk.sentry.projects.resolve(home, wanted[0])
    page = await feedback.of_project(home, found.slug, per_page=limit, cursor=cursor)
    return view.listing(page, Asked(home, project=(found.slug,)), fence=fence, now=now)
