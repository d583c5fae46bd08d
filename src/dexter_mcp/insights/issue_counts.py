"""How many issues several searches find."""

from collections.abc import Sequence
from typing import Final

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.issue_counts import MOST
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views import issue_counts as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.issue_counts import Counted

USUAL: Final = (
    "is:unresolved",
    "is:unresolved is:unassigned",
    "is:new",
    "is:regressed",
    "is:escalating",
    "is:for_review",
    "is:archived",
    "is:resolved",
)
"""The states that a triage goes by."""


async def count(
    desk: Desk,
    *,
    queries: Sequence[str],
    org: str,
    project: Sequence[str],
    environment: Sequence[str],
    period: str,
) -> Answer:
    """Answer with how many issues each search finds.

    Sentry's quick count ends at a hundred. Where it does, the list of issues is asked how long it
    is, which goes on to a thousand.
    """
    home = await desk.org(org)
    chosen = await desk.projects(home, project)
    wanted = list(dict.fromkeys(queries or USUAL))
    with missing.organization(home, environment):
        quick = await desk.sentry.issue_counts.matching(
            home,
            wanted,
            project=chosen,
            environment=environment,
            stats_period=period,
        )

    async def listed(query: str) -> Page[Issue]:
        return await desk.sentry.issues.search(
            home,
            query=query,
            project=chosen,
            environment=environment,
            stats_period=period,
            limit=1,
            collapse=("stats", "lifetime", "filtered"),
        )

    many = [query for query in wanted if quick.get(query, 0) >= MOST]
    async with side_by_side(desk.settings.soft_deadline) as these:
        asked = {query: these.ask(query, lambda query=query: listed(query)) for query in many}
    pages = {query: part.otherwise(None) for query, part in asked.items()}
    counted = [Counted.of(query, quick.get(query), pages.get(query)) for query in wanted]
    asked_for = view.Asked(home, desk.among(project), tuple(environment), period)
    return view.listing(counted, asked_for)
