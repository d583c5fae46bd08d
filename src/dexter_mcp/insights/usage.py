"""Usage, with what it takes to judge it: the whole organization's, and the names of projects."""

from collections.abc import Sequence

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.release_lookup import EVERYWHERE
from dexter_mcp.insights.remedies import remedied
from dexter_mcp.insights.session_groups import project_names
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.stats import GroupBy, Usage
from dexter_mcp.views import stats as view
from dexter_mcp.views.answer import Answer

_GROUPS: dict[view.By, tuple[GroupBy, ...]] = {
    "category": ("category", "outcome"),
    "project": ("category", "outcome", "project"),
    "outcome": ("category", "outcome"),
    "reason": ("category", "outcome", "reason"),
}
_CATEGORIES = (
    "It is one of error, transaction, span, replay, attachment, log_item, monitor, profile and the "
    "like; left out, all are shown."
)


async def read_usage(desk: Desk, asked: view.Asked, *, period: str, start: str, end: str) -> Answer:
    """Answer with usage in groups, and with the share of the organization that projects have.

    Raises:
        Rejected: Sentry does not know the category; the message says so.
        SentryError: As `errors` draws them.
    """
    chosen = await desk.projects(asked.org, asked.project)
    some = chosen != EVERYWHERE

    async def usage(projects: Sequence[str], by: view.By) -> Usage:
        with missing.organization(asked.org), remedied("category", _CATEGORIES):
            return await desk.sentry.stats.usage(
                asked.org,
                group_by=_GROUPS[by],
                category=asked.category,
                project=projects,
                stats_period=period,
                start=start,
                end=end,
            )

    async def everyone() -> Usage | None:
        compared = some and asked.by in {"category", "project"}
        return await usage([], "category") if compared else None

    async with side_by_side(desk.settings.soft_deadline) as these:
        mine = these.ask(
            "usage", lambda: usage(chosen if some or asked.by == "project" else [], asked.by)
        )
        all_of_it = these.ask("usage of the organization", everyone)
        named = these.ask("names", lambda: project_names(desk, asked.org, _GROUPS[asked.by]))
    told = view.Told(
        mine.required(),
        all_of_it.otherwise(None),
        named.otherwise(dict[str, str]()),
        (*all_of_it.failed, *named.failed),
    )
    return view.usage(told, asked, fence=desk.fence())
