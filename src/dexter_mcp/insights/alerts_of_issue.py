"""Which alerts would fire for an issue."""

import anyio

from dexter_mcp.insights import missing
from dexter_mcp.insights.alerts_matching import Subject, judge
from dexter_mcp.insights.alerts_survey import Survey, survey
from dexter_mcp.insights.desk import Desk, NamedIssue
from dexter_mcp.insights.side_by_side import Part, side_by_side
from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.views.alerts_state import Monitor
from dexter_mcp.views.alerts_verdicts import Judged, verdicts
from dexter_mcp.views.answer import Answer

_ERRORS = "events"
"""What the data set of errors is called."""


async def alerts_of_issue(desk: Desk, *, issue: str, org: str = "") -> Answer:
    """Answer with the alerts that watch an issue, and whether each would act on it.

    Judged by the issue, the tags of its events and its latest event; what can't be decided from
    those is said in words.

    Raises:
        SentryError: The issue, or all alerts, did not come.
    """
    since = anyio.current_time()
    named = await desk.issue(org, issue)
    async with side_by_side(desk.settings.soft_deadline, since=since) as these:
        asked = these.ask("issue", lambda: _issue(desk, named))
        found = these.ask("alerts", lambda: _watching(desk, named, asked))
        tags = these.ask("tags", lambda: desk.sentry.tags.list(named.org, named.id))
        event = these.ask("latest event", lambda: _event(desk, named))
    about, seen = asked.required(), found.required()
    subject = Subject(
        about,
        desk.now(),
        {tag.key.raw: tag for tag in tags.otherwise(())},
        event.otherwise(None),
        next((p.latest_release.raw for p in seen.projects if p.id == about.project.id), ""),
    )
    judged = (judge(alert, subject, seen.names) for alert in seen.alerts)
    it = Judged(
        about,
        tuple(each for each in judged if each),
        seen.names,
        tuple(_counting(seen, about)),
        (*seen.failed, *tags.failed, *event.failed),
        seen.left_out,
    )
    return verdicts(it, org=named.org, fence=desk.fence(), now=desk.now())


def _counting(seen: Survey, issue: Issue) -> list[Monitor]:
    """Pick the monitors that count errors, and so perhaps those of this issue."""
    monitors = (each for each in seen.watches if isinstance(each, Monitor) and each.it.enabled)
    measured = ((each, each.it.measures) for each in monitors)
    return [
        each
        for each, query in measured
        if query and query.dataset == _ERRORS and issue.issue_category in {"", "error"}
    ]


async def _issue(desk: Desk, named: NamedIssue) -> Issue:
    with missing.issue(named.org, named.id):
        return await desk.sentry.issues.get(named.org, named.id)


async def _watching(desk: Desk, named: NamedIssue, asked: Part[Issue]) -> Survey:
    about = (await asked.settled()).required()
    return await survey(desk, named.org, [about.project.slug])


async def _event(desk: Desk, named: NamedIssue) -> Event:
    return await desk.sentry.events.get(named.org, named.id, "latest")
