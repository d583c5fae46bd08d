"""Sessions: which there are, and what happened in one before it went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import Final, Literal

from dexter_mcp.insights import facets, missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.facets import Facet, Facets
from dexter_mcp.insights.release_lookup import EVERYWHERE
from dexter_mcp.insights.remedies import remedied
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.discover import Rows
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.replays import Replay, Segment
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.telemetry_refs import telemetry_ref
from dexter_mcp.views import replays as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.replay_story import beats
from dexter_mcp.views.replays import Asked, Told

Part = Literal["story", "clicks", "network", "console", "errors", "tags", "viewers"]
Listed = Literal["sessions", "selectors"]

_AT_ONCE: Final = 20
"""Segments in a page; one holds about five seconds."""
_PAGES: Final = 6
_ERRORS: Final = 20
_ORDERS: Final = (
    "It is started_at, duration, activity, count_errors, count_rage_clicks, count_dead_clicks or "
    "the like; `-` in front sorts falling."
)
_FIELDS: Final = ("id", "timestamp", "issue", "title")
_AROUND: Final = timedelta(hours=1)
"""Clocks of browsers are not those of servers."""


@dataclass(frozen=True)
class Wanted:
    """Which sessions somebody asks for."""

    query: str = ""
    org: str = ""
    project: tuple[str, ...] = ()
    issue: str = ""
    period: str = ""
    within: str = ""
    sort: str = ""


async def list_replays(desk: Desk, wanted: Wanted, *, limit: int, cursor: str) -> Answer:
    """Answer with sessions, of an issue if one is named.

    Raises:
        Rejected: Sentry refused the query or the order.
        SentryError: As `errors` draws them.
    """
    org, query, asked = await _settled(desk, wanted)
    if wanted.issue and not query:
        return view.listing(Page[Replay](items=[]), asked, fence=desk.fence(), now=desk.now())
    with missing.organization(org), remedied("sort", _ORDERS):
        page = await desk.sentry.replays.list(
            org,
            query=query,
            sort=wanted.sort or "-started_at",
            project=await _within(desk, org, wanted),
            stats_period=wanted.period,
            per_page=limit,
            cursor=cursor,
        )
    return view.listing(page, asked, fence=desk.fence(), now=desk.now())


async def list_selectors(desk: Desk, wanted: Wanted, *, limit: int, cursor: str) -> Answer:
    """Answer with what people clicked in vain.

    Raises:
        Invalid: An issue was named.
        SentryError: As `errors` draws them.
    """
    if wanted.issue:
        raise Invalid("Sentry counts selectors over all sessions: leave `issue` out.")
    org = await desk.org(wanted.org)
    with missing.organization(org):
        page = await desk.sentry.replays.selectors(
            org,
            query=wanted.query,
            sort=wanted.sort or "-count_dead_clicks",
            project=await desk.projects(org, wanted.project),
            stats_period=wanted.period,
            per_page=limit,
            cursor=cursor,
        )
    known = await desk.sentry.projects.known(org, [each.project_id for each in page.items])
    slugs = {number: project.slug for number, project in known.items()}
    asked = replace(_asked(desk, org, wanted), sort=wanted.sort or "-count_dead_clicks")
    return view.selectors(page, asked, slugs, fence=desk.fence())


async def _within(desk: Desk, org: str, wanted: Wanted) -> Sequence[str]:
    """Settle the projects: those of an issue are found by their ids, whatever project is usual."""
    if wanted.issue and not wanted.project:
        return EVERYWHERE
    return await desk.projects(org, wanted.project)


def _asked(desk: Desk, org: str, wanted: Wanted) -> Asked:
    return Asked(
        org,
        query=wanted.query,
        project=wanted.project if wanted.issue else desk.among(wanted.project),
        issue=wanted.issue,
        within=wanted.within,
        sort=wanted.sort or "-started_at",
    )


async def _settled(desk: Desk, wanted: Wanted) -> tuple[str, str, Asked]:
    """Find the organization, and write an issue as the ids of its sessions: all Sentry takes."""
    if not wanted.issue:
        org = await desk.org(wanted.org)
        return org, wanted.query, _asked(desk, org, wanted)
    named = await desk.issue(wanted.org, wanted.issue)
    with missing.issue(named.org, named.id):
        issue = await desk.sentry.issues.get(
            named.org, named.id, collapse=("release", "stats", "tags")
        )
    source = "events" if issue.issue_category in {"", "error"} else "search_issues"
    ids = await desk.sentry.replays.ids_of_issue(named.org, issue.id, source=source)
    asked = replace(_asked(desk, named.org, wanted), issue=issue.short_id or issue.id)
    query = f"id:[{','.join(ids)}] {wanted.query}".strip() if ids else ""
    return named.org, query, asked


async def get_replay(desk: Desk, *, replay: str, org: str, include: Sequence[Part]) -> Answer:
    """Answer with the story of a session, or with the parts that were asked for.

    Raises:
        Invalid: That names no session, or a link and `org` disagree.
        NotFound: There is none.
    """
    ref = telemetry_ref("replay", replay, desk.sentry.url)
    home = await desk.home(org, ref.org)
    found = await _found(desk, home, ref.id)
    project = await desk.sentry.projects.resolve(home, found.project_id)
    link = f"{desk.sentry.url}/organizations/{home}/explore/replays/{found.id}/"
    heading = view.heading(found, project=project.slug, org=home, link=link, now=desk.now())
    if found.is_archived:
        return Answer("\n".join(heading), data={"replay": found})
    return await facets.answer(
        desk,
        heading,
        _parts(desk, home, project.slug, found),
        include or ("story",),
        thing=("replay", found),
    )


async def _found(desk: Desk, org: str, replay: str) -> Replay:
    try:
        return await desk.sentry.replays.get(org, replay)
    except NotFound as error:
        nothing = NotFound(f"No replay {replay!r} is visible in {org!r}.")
        nothing.advice = "It may be older than what Sentry keeps. `list_replays` names those there."
        raise nothing from error


def _parts(desk: Desk, org: str, project: str, it: Replay) -> Facets:
    async def itself() -> Replay:
        return it

    whole = Facet(lambda: _told(desk, org, project, it), view.whole_story, strange=True)
    return {
        "story": whole,
        "clicks": replace(whole, show=view.clicks),
        "network": replace(whole, show=view.requests),
        "console": replace(whole, show=view.console),
        "errors": Facet(lambda: _errors(desk, org, it), view.errors, strange=True),
        "tags": Facet(itself, view.facts, strange=True),
        "viewers": Facet(lambda: desk.sentry.replays.viewers(org, project, it.id), view.viewers),
    }


async def _told(desk: Desk, org: str, project: str, it: Replay) -> Told:
    """Read the recording and the errors beside; the story does without the errors' titles."""
    async with side_by_side(desk.settings.soft_deadline) as these:
        recording = these.ask("recording", lambda: _recording(desk, org, project, it.id))
        asked = these.ask("errors", lambda: _errors(desk, org, it))
    segments, cut = recording.required()
    errors = list(view.error_beats(asked.otherwise(Rows(items=[]))))
    begun = it.started_at.timestamp() if it.started_at else 0.0
    return Told(it, beats(segments, errors), begun, cut=cut)


async def _recording(desk: Desk, org: str, project: str, replay: str) -> tuple[list[Segment], bool]:
    """Read the segments, as many as are worth it, and say whether there are more."""
    segments: list[Segment] = []
    cursor = ""
    for _ in range(_PAGES):
        page = await desk.sentry.replays.segments(
            org, project, replay, per_page=_AT_ONCE, cursor=cursor
        )
        segments += page.items
        cursor = page.next_cursor
        if not cursor:
            break
    return segments, bool(cursor)


async def _errors(desk: Desk, org: str, it: Replay) -> Rows:
    ids = it.error_ids[:_ERRORS]
    if not ids:
        return Rows(items=[])
    start = (it.started_at or desk.now()) - _AROUND
    end = (it.finished_at or desk.now()) + _AROUND
    return await desk.sentry.discover.table(
        org,
        dataset="errors",
        field=_FIELDS,
        query=f"id:[{','.join(ids)}]",
        sort=["timestamp"],
        project=["-1"],
        start=start.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
        end=end.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
        per_page=_ERRORS,
    )
