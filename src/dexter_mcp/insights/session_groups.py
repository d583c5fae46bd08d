"""Sessions in groups, with the names of what they are grouped by."""

from collections.abc import Sequence

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.remedies import remedied
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.sessions import HEALTH, SESSIONS, SessionReport
from dexter_mcp.views import sessions as view
from dexter_mcp.views.answer import Answer

_FILTERS = "Sessions are searched by release, environment and project."


async def read_sessions(
    desk: Desk, asked: view.Asked, *, period: str, start: str, end: str, limit: int
) -> Answer:
    """Answer with sessions in groups, the largest first.

    Raises:
        Rejected: Sentry does not understand the query; the message says why.
        SentryError: As `errors` draws them.
    """
    chosen = await desk.projects(asked.org, asked.project)

    async def sessions() -> SessionReport:
        with missing.organization(asked.org, asked.environment), remedied("filter", _FILTERS):
            return await desk.sentry.sessions.query(
                asked.org,
                field=[SESSIONS] if "session.status" in asked.group_by else HEALTH,
                group_by=asked.group_by,
                project=chosen,
                environment=asked.environment,
                query=asked.query,
                stats_period=period,
                start=start,
                end=end,
            )

    async with side_by_side(desk.settings.soft_deadline) as these:
        told = these.ask("sessions", sessions)
        named = these.ask("names", lambda: project_names(desk, asked.org, asked.group_by))
    return view.report(
        told.required(),
        asked,
        names=named.otherwise(dict[str, str]()),
        most=limit,
        fence=desk.fence(),
    )


async def project_names(desk: Desk, org: str, group_by: Sequence[str]) -> dict[str, str]:
    """Learn the slugs of an organization's projects by number, where groups are of projects."""
    if "project" not in group_by:
        return {}
    page = await desk.sentry.projects.list(org)
    return {project.id: project.slug for project in page.items}
