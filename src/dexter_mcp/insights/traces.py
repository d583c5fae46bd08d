"""A trace, however it was named; and the profiles of what it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from dexter_mcp.insights import discover, event_queries
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.event_lookup import find_event
from dexter_mcp.insights.event_queries import TableWanted, Wanted
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.discover import Rows
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.telemetry_refs import telemetry_ref
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views import pairs
from dexter_mcp.views import profiles as profile_view
from dexter_mcp.views import traces as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo
from dexter_mcp.views.trace_shape import shaped
from dexter_mcp.views.traces import FoundTrace
from dexter_mcp.views.untrusted import name

Part = Literal["summary", "errors", "tree", "profiles", "logs"]

_LINES: Final = 50
_FIELDS: Final = ("timestamp", "severity", "message")


@dataclass(frozen=True)
class Named:
    """A trace in whatever way somebody named it."""

    trace: str = ""
    event: str = ""
    issue: str = ""
    org: str = ""


@dataclass(frozen=True)
class Place:
    """A trace, settled; `error` is the event that it was found by."""

    org: str
    trace: str
    error: str = ""


async def get_trace(
    desk: Desk, named: Named, *, include: Sequence[Part], period: str, full: bool
) -> Answer:
    """Answer with a trace.

    Raises:
        Invalid: Nothing names a trace, or an event that belongs to none.
        SentryError: As `errors` draws them.
    """
    it = await _settled(desk, named)
    traces, link = desk.sentry.traces, _link(desk, it)
    async with side_by_side(desk.settings.soft_deadline) as these:
        tree = these.ask(
            "trace",
            lambda: traces.get(it.org, it.trace, stats_period=period, error=it.error),
        )
        meta = these.ask("counts", lambda: traces.meta(it.org, it.trace, stats_period=period))
        wanted = "logs" in include
        logs = these.ask("logs", lambda: _logs(desk, it, period)) if wanted else None
    nodes = tree.required()
    if not nodes:
        return view.nothing(it.trace, it.org, link)
    failed = [*meta.failed, *(logs.failed if logs else [])]
    return view.trace(
        FoundTrace(
            id=it.trace,
            org=it.org,
            link=link,
            shape=shaped(nodes),
            meta=meta.otherwise(None),
            logs=logs.otherwise(None) if logs else None,
            failed=tuple(failed),
        ),
        include=include,
        full=full,
        fence=desk.fence(),
        now=desk.now(),
        budget=desk.settings.answer_budget,
    )


def _link(desk: Desk, it: Place) -> str:
    return f"{desk.sentry.url}/organizations/{it.org}/explore/traces/trace/{it.trace}/"


async def _settled(desk: Desk, named: Named) -> Place:
    if named.trace:
        ref = telemetry_ref("trace", named.trace, desk.sentry.url)
        return Place(await desk.home(named.org, ref.org), ref.id)
    if not (named.event or named.issue):
        raise Invalid("Which trace? Give `trace`, or an `event` or `issue` to find it by.")
    event = named.event or "recommended"
    found = await find_event(desk, event=event, issue=named.issue, org=named.org)
    org = (await desk.issue(named.org, found.issue)).org
    trace = _trace_of(found.event)
    if not trace:
        untraced = NotFound(f"The event {found.event.id} was sent without a trace.")
        untraced.advice = "`get_event` shows what it knows; `list_issue_events` names others."
        raise untraced
    return Place(org, telemetry_ref("trace", trace.raw, desk.sentry.url).id, found.event.id)


def _trace_of(event: Event) -> Untrusted | None:
    contexts = {group.raw: told for group, told in event.contexts}
    return pairs.lookup(contexts.get("trace", ()), "trace_id")


async def _logs(desk: Desk, it: Place, period: str) -> Rows:
    wanted = TableWanted(Wanted("logs", f"trace:{it.trace}"), _FIELDS, "timestamp")
    return await _rows(desk, it.org, wanted, period or "90d", most=_LINES)


async def _rows(desk: Desk, org: str, wanted: TableWanted, period: str, *, most: int) -> Rows:
    """Read a table over all projects, from the data set by whatever name the server has it."""
    where = event_queries.Place(org, ("-1",), (), period, "", "", "")
    _, rows = await discover.first_page(desk, where, wanted, size=lambda _: most)
    return rows


@dataclass(frozen=True)
class ProfileWanted:
    """Which profile: one by its id, those of a profiler, or those of a query laid together."""

    profile: str = ""
    profiler: str = ""
    query: str = ""
    org: str = ""
    project: tuple[str, ...] = ()
    period: str = ""
    within: str = ""


async def get_profile(desk: Desk, wanted: ProfileWanted, *, limit: int) -> Answer:
    """Answer with the hottest functions.

    Raises:
        Invalid: Both a profile and a profiler were named, or the profiler's project is missing.
        NotFound: There is none.
    """
    if wanted.profile and wanted.profiler:
        raise Invalid("`profile` is of one transaction, `profiler` runs all the time: give one.")
    if wanted.profile:
        return await _of_transaction(desk, wanted, limit)
    if wanted.profiler:
        return await _of_profiler(desk, wanted, limit)
    return await _of_many(desk, wanted, limit)


async def _of_transaction(desk: Desk, wanted: ProfileWanted, limit: int) -> Answer:
    ref = telemetry_ref("profile", wanted.profile, desk.sentry.url)
    org = await desk.org(wanted.org or ref.org)
    known = [*wanted.project, *filter(None, [ref.project])][:1]
    project = known[0] if known else await _project_of(desk, org, ref.id)
    found = await desk.sentry.projects.resolve(org, project)
    try:
        told = await desk.sentry.profiles.get(org, found.slug, ref.id)
    except NotFound as error:
        raise _no_profile(ref.id, org) from error
    link = f"{desk.sentry.url}/organizations/{org}/explore/profiling/profile/{found.slug}/{ref.id}/"
    heading = [f"profile {ref.id}, org: {name(org)}, project: {name(found.slug)}", link]
    about = f"{told.transaction.name.raw} {told.release.raw} {told.environment.raw}"
    return profile_view.profile(heading, about, told.stacks(), limit=limit, fence=desk.fence())


async def _project_of(desk: Desk, org: str, profile: str) -> str:
    """Find the project of a profile by the span that has it."""
    wanted = TableWanted(Wanted("spans", f"profile.id:{profile}"), ("project.id",))
    try:
        rows = await _rows(desk, org, wanted, "30d", most=1)
    except Invalid as error:
        raise Invalid(f"{error} Name the `project` that the profile belongs to.") from error
    for row in rows.items:
        if isinstance(number := row.get("project.id"), (int, float)):
            return str(int(number))
    raise _no_profile(profile, org)


def _no_profile(profile: str, org: str) -> NotFound:
    nothing = NotFound(f"No profile {profile!r} is visible in {org!r}.")
    nothing.advice = (
        "`query_events` dataset=spans fields=profile.id query=has:profile.id names some."
    )
    return nothing


async def _of_profiler(desk: Desk, wanted: ProfileWanted, limit: int) -> Answer:
    if len(wanted.project) != 1:
        raise Invalid("Name the one `project` that the profiler belongs to.")
    org = await desk.org(wanted.org)
    found = await desk.sentry.projects.resolve(org, wanted.project[0])
    profiler = telemetry_ref("profile", wanted.profiler, desk.sentry.url).id
    try:
        told = await desk.sentry.profiles.chunks(
            org,
            project=found.id,
            profiler=profiler,
            stats_period=wanted.period,
        )
    except NotFound as error:
        raise _no_profile(profiler, org) from error
    asked = echo(org=org, project=found.slug, within=wanted.within)
    about = f"{told.release.raw} {told.environment.raw}"
    heading = [f"profiler {profiler}, {asked}"]
    return profile_view.profile(heading, about, told.stacks(), limit=limit, fence=desk.fence())


async def _of_many(desk: Desk, wanted: ProfileWanted, limit: int) -> Answer:
    org = await desk.org(wanted.org)
    told = await desk.sentry.profiles.flamegraph(
        org,
        query=wanted.query,
        project=await desk.projects(org, wanted.project),
        stats_period=wanted.period,
    )
    asked = echo(
        query=wanted.query,
        org=org,
        project=", ".join(desk.among(wanted.project)),
        within=wanted.within,
    )
    heading = ["profiles laid over one another", asked]
    return profile_view.profile(heading, "", told.stacks(), limit=limit, fence=desk.fence())
