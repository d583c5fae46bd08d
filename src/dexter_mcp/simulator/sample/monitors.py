"""Acme Shop's cron jobs and uptime checks, each with a fate of its own.

`nightly-invoices` missed its run last night, `stock-sync` times out since this morning,
`refresh-rates` does so for days and is muted, `expire-carts` runs every five minutes without a
fault, `sitemap` fails in staging alone. The page behind `Payments health` has been down for as
long as the checkout is past its error budget; the shop's front page is fine.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import md5
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from dexter_mcp.simulator.memory.monitors import (
    Check,
    CheckIn,
    CheckInStatus,
    Job,
    Lane,
    LaneStatus,
    Probe,
)
from dexter_mcp.simulator.sample.people import ORG
from dexter_mcp.simulator.telling.story import Json

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_AGE = timedelta(days=83)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_MARGIN = timedelta(minutes=5)
_DOWN_FOR = timedelta(hours=1.9)
_REGIONS = ("us-east", "eu-central", "ap-south")

Fate = Callable[[int], CheckInStatus]
"""What became of a run, counted back from the last one."""


class _Run(NamedTuple):
    """A job in an environment: how often it runs and for how long, how many runs are kept."""

    environment: str
    step: timedelta
    kept: int
    seconds: float
    fate: Fate
    at: timedelta = timedelta()
    """How long after the beginning of its step it is due."""


def _well(_: int) -> CheckInStatus:
    return "ok"


def _missed_last(back: int) -> CheckInStatus:
    return "missed" if back in {0, 12} else "ok"


def _late_since(runs: int) -> Fate:
    return lambda back: "timeout" if back < runs else "ok"


def _fails_now_and_then(back: int) -> CheckInStatus:
    return "error" if back < 1 else "ok"


_NIGHTLY = _Run("production", _DAY, 30, 412, _missed_last, 2 * _HOUR)
_JOBS: tuple[tuple[str, str, str, str, Json, bool, tuple[_Run, ...]], ...] = (
    (
        "nightly-invoices",
        "Nightly invoices",
        "reports",
        "team:data",
        {
            "schedule_type": "crontab",
            "schedule": "0 2 * * *",
            "timezone": "UTC",
            "checkin_margin": 5,
            "max_runtime": 30,
            "failure_issue_threshold": 1,
            "recovery_threshold": 1,
        },
        False,
        (
            _NIGHTLY,
            _Run("staging", _DAY, 14, 35, _well, 2 * _HOUR),
        ),
    ),
    (
        "stock-sync",
        "Stock sync",
        "inventory",
        "team:platform",
        {
            "schedule_type": "interval",
            "schedule": [1, "hour"],
            "timezone": "UTC",
            "checkin_margin": 5,
            "max_runtime": 10,
            "failure_issue_threshold": 2,
        },
        False,
        (_Run("production", _HOUR, 168, 205, _late_since(4)),),
    ),
    (
        "refresh-rates",
        "Refresh currency rates",
        "reports",
        "team:data",
        {
            "schedule_type": "crontab",
            "schedule": "*/15 * * * *",
            "timezone": "UTC",
            "checkin_margin": 2,
            "max_runtime": 3,
        },
        True,
        (_Run("production", 15 * _MINUTE, 300, 61, _late_since(230)),),
    ),
    (
        "expire-carts",
        "Expire carts",
        "checkout",
        "team:payments",
        {
            "schedule_type": "crontab",
            "schedule": "*/5 * * * *",
            "timezone": "UTC",
            "checkin_margin": 2,
            "max_runtime": 4,
        },
        False,
        (
            _Run("production", 5 * _MINUTE, 576, 14, _well),
            _Run("staging", 5 * _MINUTE, 24, 3, _well),
        ),
    ),
    (
        "sitemap",
        "Sitemap",
        "storefront",
        "user:yuki@acme.test",
        {
            "schedule_type": "crontab",
            "schedule": "30 6 * * 1",
            "timezone": "UTC",
            "checkin_margin": 30,
            "max_runtime": 60,
        },
        False,
        (
            _Run("production", 7 * _DAY, 8, 1_460, _well, timedelta(days=4, hours=6.5)),
            _Run("staging", 7 * _DAY, 8, 80, _fails_now_and_then, timedelta(days=4, hours=6.5)),
        ),
    ),
)
"""Slug, name, project, owner, configuration, whether it is muted, and how it runs where."""


def populate(world: "World") -> None:
    """Set up the jobs and probes, and let them run until now."""
    for slug, name, project, owner, config, muted, runs in _JOBS:
        job = Job(
            _id(slug), ORG, _number(world, project), slug, name, config, world.now() - _AGE, owner
        )
        job.lanes += [_lane(slug, run, world.now(), muted=muted) for run in runs]
        world.monitors.jobs.append(job)
    world.monitors.probes += _probes(world)


def _number(world: "World", project: str) -> int:
    found = world.project(ORG, project)
    return found.id if found else 0


def _id(text: str) -> str:
    digest = md5(text.encode(), usedforsecurity=False).hexdigest()
    return "-".join(
        (digest[:8], digest[8:12], f"4{digest[13:16]}", f"8{digest[17:20]}", digest[20:])
    )


def _lane(slug: str, run: _Run, now: datetime, *, muted: bool) -> Lane:
    chance = Random(f"{slug} {run.environment}")
    due = _last_due(run, now)
    told = [_check_in(slug, run, due, back, chance) for back in range(run.kept)]
    worst = told[0].status
    trouble = next((at for at, one in enumerate(told) if one.status == "ok"), len(told))
    status: LaneStatus = "missed_checkin" if worst == "missed" else "ok"
    if worst in {"timeout", "error"}:
        status = "timeout" if worst == "timeout" else "error"
    seen = next((one for one in told if one.status != "missed"), None)
    return Lane(
        run.environment,
        status,
        now - _AGE,
        muted=muted,
        last=seen.added if seen else None,
        next=due + run.step,
        latest=due + run.step + _MARGIN,
        incident=told[trouble - 1].updated if trouble else None,
        check_ins=told,
    )


def missed_ago(nights: int) -> Callable[[datetime], float]:
    """Say how many hours ago the invoices counted as missed, if they were, so many nights back."""

    def hours(now: datetime) -> float:
        return (now - _last_due(_NIGHTLY, now) - _MARGIN + nights * _DAY) / _HOUR

    return hours


def _last_due(run: _Run, now: datetime) -> datetime:
    """Find when it was due last; what is due this very moment still runs."""
    step = run.step.total_seconds()
    begin = run.at.total_seconds()
    running = min(_MARGIN.total_seconds(), step / 10)
    due = (now.timestamp() - running - begin) // step * step + begin
    return datetime.fromtimestamp(due, now.tzinfo)


def _check_in(slug: str, run: _Run, last: datetime, back: int, chance: Random) -> CheckIn:
    due, status = last - back * run.step, run.fate(back)
    number = _id(f"{slug} {run.environment} {back}")
    if status == "missed":
        return CheckIn(number, status, due, due + _MARGIN, due + _MARGIN)
    added = due + timedelta(seconds=chance.uniform(0.4, 9))
    if status == "timeout":
        return CheckIn(number, status, due, added, added + 2 * _MARGIN)
    took = run.seconds * chance.uniform(0.8, 1.3)
    return CheckIn(number, status, due, added, added + timedelta(seconds=took), round(took * 1000))


def _probes(world: "World") -> Iterator[Probe]:
    for number, name, project, url, seconds, down_for in (
        ("61", "Shop front page", "storefront", "https://shop.acme.test/", 60, timedelta()),
        (
            *("62", "Payments health", "checkout"),
            *("https://shop.acme.test/api/health/payments", 300, _DOWN_FOR),
        ),
    ):
        owner = "team:storefront" if project == "storefront" else "team:payments"
        probe = Probe(
            *(number, ORG, _number(world, project), name, url, seconds, "production", owner),
            is_down=bool(down_for),
        )
        probe.checks += _checks(probe, world.now(), down_for)
        yield probe


def _checks(probe: Probe, now: datetime, down_for: timedelta) -> Iterator[Check]:
    chance, step = Random(probe.name), timedelta(seconds=probe.seconds)
    last = datetime.fromtimestamp(now.timestamp() // probe.seconds * probe.seconds, now.tzinfo)
    for back in range(240):
        at = last - back * step
        number, region = _id(f"{probe.id} {back}").replace("-", ""), _REGIONS[back % 3]
        if at <= now - down_for:
            took = round(chance.uniform(90, 260))
            yield Check(number, at, "success", took, region, http_status=200)
        else:
            yield Check(number, at, "failure", 10_000, region, reason="timeout", in_incident=True)
