"""What is watched by the clock: cron jobs and addresses, listed together, and one of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar
from urllib.parse import unquote

from dexter_mcp.insights import facets, missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.facets import Facet, Facets
from dexter_mcp.insights.local_pages import cut, everything, page_of
from dexter_mcp.insights.side_by_side import Part, side_by_side
from dexter_mcp.sentry.detectors import Detector
from dexter_mcp.sentry.errors import Gone, Invalid, NotFound
from dexter_mcp.sentry.monitors import Monitor, MonitorStats
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.uptime import DOWN, UptimeCheck, UptimeMonitor
from dexter_mcp.views import monitors as view
from dexter_mcp.views import uptime
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.monitors import Asked, Found, Watched, reference

T = TypeVar("T")

Kind = Literal["", "cron", "uptime"]
MonitorPart = Literal["environments", "checkins", "stats"]
_Crons = tuple[list[Monitor], bool]
_Probes = tuple[list[UptimeMonitor], bool]
"""As far as a list was read, and whether there is more of it."""

_USUAL: Final = ("environments", "checkins")
_USUAL_OF_PROBES: Final = ("stats", "checkins", "environments")
_PERIOD: Final = "7d"
_MANY: Final = 100
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_FINE: Final = 3 * 86_400
"""Up to so many seconds what became of the runs is counted by the hour."""

_SLUG: Final = re.compile(r"[a-z0-9_\-]{1,60}", re.IGNORECASE)
_UPTIME: Final = re.compile(r"uptime\s*[#:]?\s*(?P<id>\d{1,20})", re.IGNORECASE)
_LINK: Final = re.compile(
    r"/(?P<kind>crons|uptime)/(?P<project>[^/?#\s]+)/(?P<name>[^/?#\s]+)", re.IGNORECASE
)
_IN_PROJECT: Final = re.compile(r"(?P<project>[\w\-]{1,100})/(?P<name>[\w\-]{1,60})")
_NO_UPTIME: Final = "This server has no uptime monitors, or does not show them."


@dataclass(frozen=True)
class Place:
    """Where a monitor is, and what of its past is asked for."""

    org: str
    project: str = ""
    environment: tuple[str, ...] = ()
    period: str = ""
    limit: int = 10
    cursor: str = ""


async def list_monitors(desk: Desk, asked: Asked, *, limit: int, cursor: str) -> Answer:
    """Answer with a page of monitors, those in trouble first.

    State and order hold for both kinds together, which Sentry lists apart: so all are gathered,
    and the page is cut here.

    Raises:
        Invalid: The cursor belongs to another query.
        SentryError: Neither kind came.
    """
    numbers = await desk.projects(asked.org, asked.project)
    found = await _gathered(desk, asked, numbers)
    kept = [
        each for each in found.page.items if not asked.state or asked.state in view.states(each)
    ]
    page = page_of(sorted(kept, key=view.urgency), asked, limit, cursor)
    return view.listing(
        Found(page, found.failed, found.notes), asked, fence=desk.fence(), now=desk.now()
    )


async def _gathered(desk: Desk, asked: Asked, numbers: Sequence[str]) -> Found:
    """Ask for both kinds. A server that lacks uptime monitors is no failure."""
    sentry, org = desk.sentry, asked.org

    async def crons(cursor: str) -> Page[Monitor]:
        with missing.organization(org, asked.environment):
            return await sentry.monitors.list(
                org,
                query=asked.query,
                project=numbers,
                environment=asked.environment,
                per_page=_MANY,
                cursor=cursor,
            )

    async with side_by_side(desk.settings.soft_deadline) as these:
        parts: dict[str, Part[_Crons] | Part[_Probes]] = {}
        if asked.kind != "uptime":
            parts["cron"] = these.ask("cron monitors", lambda: everything(crons))
        if asked.kind != "cron":
            parts["uptime"] = these.ask("uptime monitors", lambda: _uptime(desk, asked, numbers))
    # An environment that there is not is "not found" too, but then cron monitors are neither.
    sure = not asked.environment or ("cron" in parts and bool(parts["cron"].came))
    lacking = sure and "uptime" in parts and isinstance(parts["uptime"].error, (NotFound, Gone))
    told = [part for kind, part in parts.items() if not (lacking and kind == "uptime")]
    if told and not any(part.came for part in told):
        told[0].required()
    return Found(
        Page(items=[each for part in told for items, _ in part.came for each in items]),
        tuple(failed for part in told for failed in part.failed),
        tuple(filter(None, [_NO_UPTIME if lacking else "", _cut(told)])),
    )


def _cut(parts: Sequence[Part[_Crons] | Part[_Probes]]) -> str:
    """Say which kind has more than was read."""
    more = {part.name: any(more for _, more in part.came) for part in parts}
    return cut(more, "`query` or `project`")


async def _uptime(desk: Desk, asked: Asked, numbers: Sequence[str]) -> _Probes:
    """Ask for addresses, in the way that shows most, or else as what raises issues of them.

    Raises:
        NotFound: The server knows neither way.
    """
    sentry = desk.sentry

    async def probes(cursor: str) -> Page[UptimeMonitor]:
        return await sentry.uptime.list(
            asked.org,
            query=asked.query,
            project=numbers,
            environment=asked.environment,
            per_page=_MANY,
            cursor=cursor,
        )

    try:
        with missing.organization(asked.org, asked.environment):
            return await everything(probes)
    except (NotFound, Gone):
        if asked.environment:  # which detectors can't be narrowed by
            raise
        query = f"type:uptime {asked.query}".rstrip()
        found, more = await everything(
            lambda at: sentry.detectors.list(asked.org, query=query, project=numbers, cursor=at)
        )
        return [_probe(each) for each in found], more


def _probe(it: Detector) -> UptimeMonitor:
    return UptimeMonitor(
        id=it.id,
        name=Untrusted(it.name),
        status="active" if it.enabled else "disabled",
        uptime_status=DOWN if it.open_issues else 1,
        owner=it.owner,
    )


async def get_monitor(
    desk: Desk, named: str, place: Place, *, include: Sequence[MonitorPart]
) -> Answer:
    """Answer with one monitor, by slug, `project/slug`, id, name, `uptime 61` or its link.

    Raises:
        NotFound: There is none called so.
        Invalid: Several are; the message names them. Or a cursor came without its part.
        SentryError: It did not come.
    """
    facets.alone(include, place.cursor)
    it, place = await settled(desk, named, place)
    home = f"{desk.sentry.url}/organizations/{place.org}"
    base = f"{home}/issues/alerts/rules"
    if isinstance(it, UptimeMonitor):
        below = f"uptime/{it.project_slug}/{it.id}"
        link = f"{base}/{below}/details/" if it.project_slug else f"{home}/monitors/{it.id}/"
        heading = uptime.heading(it, org=place.org, link=link, owner=view.owner(it.owner))
        parts, usual = _parts_of_probe(desk, it, place), _USUAL_OF_PROBES
    else:
        link = f"{base}/crons/{it.project.slug}/{reference(it)}/details/"
        heading = view.heading(it, org=place.org, link=link)
        parts, usual = _parts_of_job(desk, it, place), _USUAL
    parts = {**_named(it), **parts}
    wanted = ["name", *(include or usual)]
    known = [each for each in wanted if each in parts]
    return await facets.answer(desk, heading, parts, known, thing=("monitor", it))


def _named(it: Watched) -> Facets:
    """Show in the fence what must not stand in the heading."""
    lines = view.strange(it)
    return {"name": Facet(lambda: _itself(it), lambda _: lines, strange=True)} if lines else {}


def _parts_of_job(desk: Desk, it: Monitor, place: Place) -> Facets:
    monitors, now = desk.sentry.monitors, desk.now()
    period = place.period or _PERIOD

    async def stats() -> tuple[MonitorStats, ...]:
        length = int(period[:-1]) * _SECONDS[period[-1]]
        return await monitors.stats(
            place.org,
            it.slug.raw,
            since=now.timestamp() - length,
            until=now.timestamp(),
            resolution="1h" if length <= _FINE else "1d",
            project=it.project.slug,
            environment=place.environment,
        )

    return {
        "environments": Facet(
            lambda: _itself(it), lambda same: view.environments(same, now), strange=True
        ),
        "checkins": Facet(
            lambda: monitors.check_ins(
                place.org,
                it.slug.raw,
                stats_period=place.period,
                per_page=place.limit,
                cursor=place.cursor,
                project=it.project.slug,
                environment=place.environment,
            ),
            lambda page: view.check_ins(page, now),
            strange=True,
        ),
        "stats": Facet(stats, lambda slots: view.stats(slots, f"last {period}")),
    }


def _parts_of_probe(desk: Desk, it: UptimeMonitor, place: Place) -> Facets:
    now = desk.now()
    itself = Facet(lambda: _itself(it), uptime.environment, strange=True)
    if not it.project_slug:
        return {"environments": itself}

    async def checks(most: int, cursor: str = "") -> Page[UptimeCheck]:
        return await desk.sentry.uptime.checks(
            place.org,
            it.project_slug,
            it.id,
            stats_period=place.period,
            per_page=most,
            cursor=cursor,
        )

    async def latest() -> list[UptimeCheck]:
        return (await checks(_MANY)).items

    return {
        "environments": itself,
        "stats": Facet(latest, lambda found: uptime.stats(found, now)),
        "checkins": Facet(
            lambda: checks(place.limit, place.cursor), lambda page: uptime.checks(page, now)
        ),
    }


async def _itself(it: T) -> T:
    return it


async def settled(desk: Desk, named: str, place: Place) -> tuple[Watched, Place]:
    """Find the monitor that is meant, and where it is."""
    text = named.strip().strip("<>`'\"()")
    link = _LINK.search(text)
    if inside := link or _IN_PROJECT.fullmatch(text):
        text, project = unquote(inside["name"]), unquote(inside["project"])
        place = replace(place, project=project)
    if link and link["kind"].lower() == "uptime":
        text = f"uptime {text}"
    if number := _UPTIME.fullmatch(text):
        found = await _gathered(desk, Asked(place.org, kind="uptime"), ["-1"])
        meant = [each for each in found.page.items if each.id == number["id"]]
        return _only(meant, named, place.org, found.notes), place
    if _SLUG.fullmatch(text):
        try:
            return await desk.sentry.monitors.get(
                place.org, text.lower(), project=place.project, environment=place.environment
            ), place
        except NotFound:
            pass
    called, notes = await _called(desk, text, place)
    return _only(called, named, place.org, notes), place


async def _called(desk: Desk, text: str, place: Place) -> tuple[list[Watched], Sequence[str]]:
    """Find monitors by their name: the whole of it, or else a part."""
    numbers = await desk.projects(place.org, [place.project] if place.project else [])
    asked = Asked(place.org, environment=place.environment, query=text)
    gathered = await _gathered(desk, asked, numbers)
    found = gathered.page.items
    exact = [each for each in found if each.name.raw.casefold() == text.casefold()]
    return exact or found, gathered.notes


def _only(found: Sequence[Watched], named: str, org: str, notes: Sequence[str]) -> Watched:
    match found:
        case [one]:
            return one
        case []:
            nothing = NotFound(f"No monitor {named[:80]!r} is visible in {org!r}.")
            nothing.advice = " ".join(["`list_monitors` names them.", *notes])
            raise nothing
        case several:
            told = ", ".join(map(view.briefly, several[:10]))
            raise Invalid(
                f"Several monitors fit {named[:80]!r}: {told}. Say which; `list_monitors` with "
                "`query` shows them."
            )
