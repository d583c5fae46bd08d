"""How the applications of Acme Shop fare, told from the last thirty days of their sessions.

- `checkout`: of its sessions 99.6 % are free of crashes, until `checkout@4.16.0` reaches production
  50.6 hours ago and brings the `KeyError: 'authorization'` back: 97 % since then.
- `storefront`: about 99.1 %; `storefront@8.4.1` is a little better than the one before.
- `mobile-app`: phones update slowly, so that its newest release has about half of the users.
- `gateway` and `inventory` hardly ever crash. `inventory@1.41.1` was rolled back after six hours.
- `reports` sends no sessions.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

from dexter_mcp.simulator.memory.sessions import HOUR, Hour
from dexter_mcp.simulator.sample.people import ORG, releases_of

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_DAYS = 30
_STAGING = 0.03
"""Of the traffic of production."""
_NEGLIGIBLE = 0.004


@dataclass(frozen=True, slots=True)
class Audience:
    """Who uses an application, and how well it treats them."""

    people: int
    sessions: int
    """In an average hour."""
    per_user: float
    """Sessions of one user in an hour."""
    settling: float
    """Hours in which about two thirds of the users take a new release."""
    crashes: float
    """Share of sessions."""
    errors: float


AUDIENCES = {
    "checkout": Audience(21_000, 410, 1.15, 0.8, 0.004, 0.021),
    "storefront": Audience(88_000, 1_900, 1.4, 5.0, 0.009, 0.034),
    "mobile-app": Audience(17_000, 640, 1.6, 60.0, 0.0062, 0.019),
    "gateway": Audience(90_000, 5_200, 2.1, 0.6, 0.0004, 0.008),
    "inventory": Audience(420, 230, 4.0, 0.7, 0.0003, 0.012),
}
CRASHES = {"checkout@4.16.0": 7.3, "storefront@8.4.1": 0.8, "test.acme.shop@5.21.0+5210": 1.3}
"""Of a release, compared with what is usual in its project."""


def populate(world: "World") -> None:
    """Let the sessions be told when somebody asks."""
    for slug, audience in AUDIENCES.items():
        if project := world.project(ORG, slug):
            world.sessions.audience(project.id, audience.people)
    world.sessions.later(lambda: _told(world))


def _told(world: "World") -> Iterator[Hour]:
    last = int(world.now().timestamp()) // HOUR * HOUR
    for slug, audience in AUDIENCES.items():
        if project := world.project(ORG, slug):
            chance = Random(f"{world.seed}:sessions of {slug}")
            arrivals = _arrivals(world, slug)
            for at in range(last - _DAYS * 24 * HOUR, last + HOUR, HOUR):
                yield from _hour(project.id, audience, arrivals, at, chance)


def _arrivals(world: "World", slug: str) -> dict[str, list[tuple[float, str]]]:
    """Say when each release came into each environment, oldest first."""
    found: dict[str, list[tuple[float, str]]] = {}
    for release in releases_of(slug):
        for deploy in world.shipping.deploys_of(ORG, release.version):
            moment = deploy.finished.timestamp()
            found.setdefault(deploy.environment, []).append((moment, release.version))
    return {environment: sorted(arrivals) for environment, arrivals in found.items()}


def _hour(
    project: int,
    audience: Audience,
    arrivals: dict[str, list[tuple[float, str]]],
    at: int,
    chance: Random,
) -> Iterator[Hour]:
    traffic = audience.sessions * _rhythm(at)
    for environment, arrived in arrivals.items():
        size = traffic * (_STAGING if environment == "staging" else 1)
        for release, share in _shares(arrived, at + HOUR / 2, audience.settling).items():
            sessions = round(size * share * chance.uniform(0.93, 1.07))
            if sessions:
                yield _counted(
                    Hour(project, release, environment, at, sessions, 0, 0, 0), audience, chance
                )


def _counted(hour: Hour, audience: Audience, chance: Random) -> Hour:
    """Say how many people those sessions were, and how the sessions went."""
    rate = audience.crashes * CRASHES.get(hour.release, 1.0)
    crashed = min(_some(hour.sessions * rate, chance), hour.sessions)
    users = max(1, round(hour.sessions / audience.per_user))
    errored = min(_some(hour.sessions * audience.errors, chance), hour.sessions - crashed)
    return hour._replace(
        users=users, crashed=crashed, crashed_users=min(crashed, users), errored=errored
    )


def _some(expected: float, chance: Random) -> int:
    """Draw a whole number around what is expected, so that small ones add up to the truth."""
    return max(0, int(expected * chance.uniform(0.7, 1.3) + chance.random()))


def _shares(arrived: list[tuple[float, str]], at: float, settling: float) -> dict[str, float]:
    """Share the users out: each release takes them from those before it, sooner or later."""
    shares: dict[str, float] = {}
    left = 1.0
    for moment, release in reversed(arrived):
        if moment > at or left < _NEGLIGIBLE:
            continue
        taken = left * -math.expm1(-(at - moment) / HOUR / settling)
        if taken > _NEGLIGIBLE:
            shares[release] = shares.get(release, 0.0) + taken
        left -= taken
    return shares


def _rhythm(at: int) -> float:
    """Follow the day, busiest in the evening, and the week, a little more at its end."""
    moment = datetime.fromtimestamp(at, UTC)
    day = 1 + 0.6 * math.cos(2 * math.pi * (moment.hour - 18) / 24)
    return day * (1.15 if moment.weekday() in {5, 6} else 1.0)
