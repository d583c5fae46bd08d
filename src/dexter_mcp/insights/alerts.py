"""List what watches: whom Sentry tells of what, and what is wrong with that."""

from collections.abc import Sequence

from dexter_mcp.insights.alerts_survey import Survey, survey
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.local_pages import page_of
from dexter_mcp.views import alerts as view
from dexter_mcp.views.alerts import Asked, Told
from dexter_mcp.views.alerts_state import State, Watch, has_state, urgency
from dexter_mcp.views.answer import Answer


async def list_alerts(
    desk: Desk,
    *,
    org: str = "",
    project: Sequence[str] = (),
    query: str = "",
    state: State = "",
    limit: int = 15,
    cursor: str = "",
) -> Answer:
    """Answer with a page of alerts and monitors, those in trouble first.

    State and order are nothing that Sentry could filter and sort by, so all are gathered, which
    is remembered for a minute, and the page is cut here.

    Raises:
        Invalid: The cursor belongs to another query.
        SentryError: Neither alerts nor monitors came.
    """
    home = await desk.org(org)
    chosen = desk.among(project)
    found = await survey(desk, home, chosen)
    asked = Asked(home, chosen, query, state)
    shown = Told(
        page_of(_matching(found, query, state), asked, limit, cursor),
        found.names,
        found.failed,
        found.left_out,
    )
    return view.listing(shown, asked, fence=desk.fence(), now=desk.now())


def _matching(found: Survey, query: str, state: State) -> list[Watch]:
    kept = [
        each
        for each in found.watches
        if has_state(each, state, found.names) and _says(each, query, found)
    ]
    return sorted(kept, key=lambda each: urgency(each, found.names))


def _says(it: Watch, query: str, found: Survey) -> bool:
    """Look for all words of the query in the name, and in whom it tells."""
    said = f"{it.ref} {it.it.name} {view.tells(it, found.names)}".casefold()
    return all(word in said for word in query.casefold().split())
