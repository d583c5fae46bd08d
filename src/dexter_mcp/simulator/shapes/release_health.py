"""The health of releases, as Sentry adds it to them where it is asked to."""

from collections.abc import Iterable
from dataclasses import dataclass

from dexter_mcp.simulator.memory.records import Project, Release
from dexter_mcp.simulator.memory.sessions import HOUR, Hour
from dexter_mcp.simulator.shapes.releases import projects_of
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

DAY = 24 * HOUR
_ADOPTED = 0.1
"""The share of sessions in an hour from which a release counts as adopted."""
_MONTH = 30 * DAY


@dataclass(frozen=True, slots=True)
class Asked:
    """Over what time health is summed up and drawn, in seconds, and in which environments."""

    environments: tuple[str, ...] = ()
    summary: int = 14 * DAY
    series: tuple[str, int] = ("24h", DAY)
    """What Sentry calls the period of the series, and its length."""
    stat: str = "sessions"


def health_json(world: World, project: Project, release: Release, asked: Asked) -> Json | None:
    """Shape how a release fares in a project; None where nothing is known of it."""
    all_hours = _hours(world, project, asked, max(asked.summary, asked.series[1], DAY))
    own = [hour for hour in all_hours if hour.release == release.version]
    if not own:
        return None
    now = world.now().timestamp()
    summed = world.sessions.sum(_since(own, now - asked.summary))
    today = world.sessions.sum(_since(own, now - DAY))
    everyone = world.sessions.sum(_since(all_hours, now - DAY))
    return {
        "durationP50": None,
        "durationP90": None,
        "crashFreeUsers": _percent(summed.crash_free_users),
        "crashFreeSessions": _percent(summed.crash_free_sessions),
        "totalUsers": summed.users,
        "totalUsers24h": today.users,
        "totalProjectUsers24h": everyone.users,
        "totalSessions": summed.sessions,
        "totalSessions24h": today.sessions,
        "totalProjectSessions24h": everyone.sessions,
        "adoption": _percent(min(today.users / everyone.users, 1) if everyone.users else None),
        "sessionsAdoption": _percent(
            today.sessions / everyone.sessions if everyone.sessions else None
        ),
        "sessionsCrashed": summed.crashed,
        "sessionsErrored": summed.errored,
        "hasHealthData": True,
        "stats": {asked.series[0]: _series(world, own, asked)},
    }


def adoption_json(world: World, release: Release) -> Json:
    """Shape how far a release has spread, by the slug of each of its projects."""
    return {
        project.slug: _stage(world, project, release) for project in projects_of(world, release)
    }


def _stage(world: World, project: Project, release: Release) -> Json:
    totals: dict[int, int] = {}
    own: dict[int, int] = {}
    for hour in _hours(world, project, Asked(("production",)), _MONTH):
        totals[hour.at] = totals.get(hour.at, 0) + hour.sessions
        if hour.release == release.version:
            own[hour.at] = own.get(hour.at, 0) + hour.sessions
    above = sorted(at for at, sessions in own.items() if sessions >= _ADOPTED * totals[at])
    if not above:
        return {"stage": "low_adoption", "adopted": None, "unadopted": None}
    adopted = iso(from_epoch(above[0]))
    if above[-1] >= max(totals) - HOUR:
        return {"stage": "adopted", "adopted": adopted, "unadopted": None}
    return {
        "stage": "replaced",
        "adopted": adopted,
        "unadopted": iso(from_epoch(above[-1] + HOUR)),
    }


def _hours(world: World, project: Project, asked: Asked, seconds: int) -> list[Hour]:
    now = world.now().timestamp()
    found = world.sessions.between(now - seconds, now, [project.id])
    chosen = asked.environments
    return [hour for hour in found if not chosen or hour.environment in chosen]


def _since(hours: Iterable[Hour], start: float) -> list[Hour]:
    return [hour for hour in hours if hour.at >= start]


def _series(world: World, own: list[Hour], asked: Asked) -> list[list[int]]:
    width = HOUR if asked.series[1] <= 2 * DAY else DAY
    last = int(world.now().timestamp()) // width * width
    counts: dict[int, int] = {}
    for hour in own:
        slot = hour.at // width * width
        counts[slot] = counts.get(slot, 0) + (
            hour.users if asked.stat == "users" else hour.sessions
        )
    first = last - asked.series[1] // width * width + width
    return [[slot, counts.get(slot, 0)] for slot in range(first, last + width, width)]


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 6)
