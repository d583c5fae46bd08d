"""Cron and uptime monitors: what is due when, what came, and what is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Final, Literal

from dexter_mcp.sentry.issues import Assignee
from dexter_mcp.sentry.monitors import (
    ERROR,
    FAILING,
    MISSED_CHECK_IN,
    OK,
    TIMEOUT,
    CheckIn,
    Monitor,
    MonitorEnvironment,
    MonitorStats,
)
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.uptime import UptimeMonitor
from dexter_mcp.views import uptime
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.listing import echo, onward, short_ago
from dexter_mcp.views.moments import ago, exact, span
from dexter_mcp.views.numbers import counted, percent
from dexter_mcp.views.schedules import schedule, stamp
from dexter_mcp.views.sparkline import sparkline
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name, word

State = Literal["", "failing", "missed", "timeout", "muted", "disabled", "ok"]
Watched = Monitor | UptimeMonitor

_ENVIRONMENT: Final = 40
_NAME: Final = 80
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        OK: "ok",
        ERROR: "failed",
        TIMEOUT: "timed out",
        MISSED_CHECK_IN: "missed its run",
        "active": "waits for its first check-in",
    }
)
_STATES: Final[Mapping[str, State]] = MappingProxyType(
    {ERROR: "failing", TIMEOUT: "timeout", MISSED_CHECK_IN: "missed"}
)
_ORDER: Final[tuple[tuple[int, State], ...]] = (
    *((3, "disabled"), (1, "muted")),
    *((0, "failing"), (2, "ok")),
)
"""Where a state stands in a list; the first that fits counts."""
_HEADERS = ("monitor", "name", "project", "due", "state", "last check-in", "next due")
_OF_ENVIRONMENTS = (
    "environment",
    "state",
    "last check-in (UTC)",
    "next due (UTC)",
    "missed at (UTC)",
)
_OF_CHECK_INS = ("due (UTC)", "checked in", "status", "took", "environment")
_ON_TIME = 60.0
_MILLISECONDS = 1000


@dataclass(frozen=True)
class Asked:
    """What was asked of the list."""

    org: str
    project: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    query: str = ""
    kind: str = ""
    state: State = ""


@dataclass(frozen=True)
class Found:
    """A page of what was found, what did not come, and what there is to say besides."""

    page: Page[Watched]
    failed: tuple[Failed, ...] = ()
    notes: tuple[str, ...] = ()


def states(it: Watched) -> frozenset[State]:
    """Name the states that a monitor is in, over all its environments."""
    if it.status == "disabled":
        return frozenset({"disabled"})
    if isinstance(it, UptimeMonitor):
        return frozenset({"failing" if it.is_down else "ok"})
    found: set[State] = {_STATES[each.status] for each in it.environments if each.status in FAILING}
    found.add("failing" if found else "ok")
    if _is_muted(it):
        found.add("muted")
    return frozenset(found)


def urgency(it: Watched) -> tuple[int, str]:
    """Sort trouble before what is muted, and that before what is well or disabled."""
    found = states(it)
    place = next(place for place, state in _ORDER if state in found)
    return place, it.name.raw.casefold()


def reference(it: Watched) -> str:
    """Name a monitor as `get_monitor` takes it."""
    if isinstance(it, UptimeMonitor):
        return f"uptime {name(it.id)}"
    return word(it.slug) or name(it.id)


def briefly(it: Watched) -> str:
    """Name a monitor outside of a fence."""
    called = word(it.name)
    return f"{reference(it)} ({called})" if called else reference(it)


def strange(it: Watched) -> list[str]:
    """Give what names a monitor and may stand in a fence alone: a check-in may have chosen it."""
    slug = "" if isinstance(it, UptimeMonitor) else it.slug.raw
    told = [slug] if slug and not word(slug) else []
    told += [it.name.raw] if it.name and not word(it.name) and _slugged(it.name) != slug else []
    return [clean(each, limit=_NAME) for each in told]


def listing(found: Found, asked: Asked, *, fence: Fence, now: datetime) -> Answer:
    """Show monitors, a line each, those in trouble first."""
    page = found.page
    said = echo(
        org=asked.org,
        project=", ".join(asked.project),
        environment=", ".join(asked.environment),
        query=asked.query,
        kind=asked.kind,
        state=asked.state,
    )
    rest = [*found.notes, *failures(found.failed)]
    if not page.items:
        narrowed = any((asked.query, asked.state, asked.project, asked.environment, asked.kind))
        hint = "Leave out what narrows it." if narrowed else "None is set up; SDKs and people do."
        return Answer("\n".join(["No monitor found.", said, hint, *rest]), data=page)
    total = max(page.total or 0, len(page.items))
    shown = f"{len(page.items)} of {total} monitors" if total > len(page.items) else ""
    first = f"{shown or counted(total, 'monitor')}, {said}"
    block = fence.block([table(_HEADERS, [_row(each, now) for each in page.items])])
    return Answer("\n".join([first, block, *onward(page), *rest]), data=page)


def _row(it: Watched, now: datetime) -> list[str]:
    if isinstance(it, UptimeMonitor):
        return [
            reference(it),
            clean(it.name, limit=_NAME),
            name(it.project_slug),
            uptime.asks(it),
            _down(it),
        ]
    worst = _by_trouble(it.environments)[:1]
    last = worst[0].last_check_in if worst else None
    due = worst[0].next_check_in if worst else None
    return [
        reference(it),
        "" if _slugged(it.name) == it.slug.raw else clean(it.name, limit=_NAME),
        name(it.project.slug),
        schedule(it.config),
        _state(it, now),
        f"{short_ago(last, now)} ago".replace("just now ago", "just now") if last else "",
        ago(due, now) if due else "",
    ]


def _down(it: UptimeMonitor) -> str:
    where = clean(it.environment, limit=_ENVIRONMENT)
    state = "disabled" if it.status == "disabled" else "down" if it.is_down else "ok"
    return f"{where} {state}".strip()


def _slugged(text: Untrusted) -> str:
    return "-".join(text.raw.lower().split())


def _state(it: Monitor, now: datetime) -> str:
    """Say what is wrong where, the worst first."""
    if it.status == "disabled":
        return "disabled"
    told = [
        f"{clean(each.name, limit=_ENVIRONMENT)} {_condition(each, now)}".strip()
        for each in _by_trouble(it.environments)
    ]
    return "; ".join(told) or "waits for its first check-in"


def _condition(it: MonitorEnvironment, now: datetime) -> str:
    said = _WORDS.get(it.status) or name(it.status)
    began = it.active_incident.starting_timestamp if it.active_incident else None
    since = f", since {stamp(began, now)} UTC" if began and it.status in FAILING else ""
    return f"{said}{since}{' (muted)' if it.is_muted else ''}"


def _by_trouble(environments: Iterable[MonitorEnvironment]) -> list[MonitorEnvironment]:
    return sorted(environments, key=lambda each: (each.status not in FAILING, each.is_muted))


def _is_muted(it: Monitor) -> bool:
    return it.is_muted or (bool(it.environments) and all(each.is_muted for each in it.environments))


def heading(it: Monitor, *, org: str, link: str) -> list[str]:
    """Say what a job is, when it is due, and what Sentry makes of it when it is not on time."""
    first = [
        f"cron monitor {reference(it)} of {name(org)}",
        "" if _slugged(it.name) == it.slug.raw else word(it.name),
        f"project {name(it.project.slug)}",
        owner(it.owner),
        "disabled" if it.status == "disabled" else "",
        "muted: no issue, no alert" if _is_muted(it) else "",
    ]
    config = it.config
    second = [
        f"due {schedule(config)}",
        f"counts as missed {config.checkin_margin} min later" if config.checkin_margin else "",
        f"timed out after {config.max_runtime} min" if config.max_runtime else "",
        _threshold(config.failure_issue_threshold, "issue after", "failure"),
        _threshold(config.recovery_threshold, "resolved after", "success"),
        f"set up {exact(it.date_created)[:10]}" if it.date_created else "",
    ]
    return [" · ".join(filter(None, first)), " · ".join(filter(None, second)), link]


def _threshold(number: int | None, said: str, noun: str) -> str:
    """Tell a threshold unless it is the usual one."""
    plural = "successes" if noun == "success" else ""
    return f"{said} {counted(number, noun, plural)} in a row" if number and number > 1 else ""


def owner(it: Assignee | None) -> str:
    """Say whose a monitor is."""
    if it is None:
        return "no owner"
    return f"owner {'#' if it.type == 'team' else ''}{name(it.name or it.email or it.id)}"


def environments(it: Monitor, now: datetime) -> Iterator[str]:
    """Show a job's state in each environment."""
    rows = [
        [
            clean(each.name, limit=_ENVIRONMENT),
            _condition(each, now),
            _moment(each.last_check_in, now),
            _moment(each.next_check_in, now),
            stamp(each.next_check_in_latest, now),
        ]
        for each in _by_trouble(it.environments)
    ]
    yield from filter(None, table(_OF_ENVIRONMENTS, rows).split("\n"))


def _moment(moment: datetime | None, now: datetime) -> str:
    return f"{stamp(moment, now)} ({ago(moment, now)})" if moment else ""


def check_ins(page: Page[CheckIn], now: datetime) -> Iterator[str]:
    """Show check-ins, newest first, under the streak that each environment is in."""
    if not page.items:
        yield "none in this time"
        return
    yield from _streaks(page.items)
    rows = [
        [
            stamp(each.expected_time, now),
            _started(each, now),
            name(each.status).replace("_", " "),
            "" if each.duration is None else span(each.duration / _MILLISECONDS),
            clean(each.environment, limit=_ENVIRONMENT),
        ]
        for each in page.items
    ]
    yield from table(_OF_CHECK_INS, rows).split("\n")


def _streaks(items: Sequence[CheckIn]) -> Iterator[str]:
    """Say how often in a row the same happened of late, and what came before it."""
    for place in dict.fromkeys(each.environment for each in items):
        own = [each.status for each in items if each.environment == place]
        runs = [(status, len(list(run))) for status, run in groupby(own)]
        said = [f"{number} {name(status).replace('_', ' ')}" for status, number in runs[:2]]
        if len(runs) == len(said):
            said[-1] = f"at least {said[-1]}"
        before = f", after {said[1]}" if said[1:] else ""
        yield f"{clean(place, limit=_ENVIRONMENT)}: {said[0]} in a row{before}"


def _started(it: CheckIn, now: datetime) -> str:
    """Say when a job began, as a delay where that is short; a missed run never did."""
    began = it.date_in_progress or it.date_added
    if it.status == "missed" or began is None:
        return ""
    if it.expected_time is None:
        return stamp(began, now)
    late = (began - it.expected_time).total_seconds()
    return "on time" if abs(late) < _ON_TIME else f"{'+' if late > 0 else ''}{span(late)}"


def stats(slots: Sequence[MonitorStats], within: str) -> Iterator[str]:
    """Add up what became of the runs, and draw where it went wrong."""
    kinds = ("ok", "missed", "timeout", "error")
    totals = {kind: sum(int(getattr(each, kind)) for each in slots) for kind in kinds}
    everything = sum(totals.values())
    if not everything:
        yield f"no check-in, {within}"
        return
    told = ", ".join(f"{number} {kind}" for kind, number in totals.items() if number)
    ran = [(each.duration, each.ok) for each in slots if each.duration and each.ok]
    weight = sum(number for _, number in ran)
    mean = sum(took * number for took, number in ran) / weight if weight else 0
    took = f", took {span(mean / _MILLISECONDS)} on average" if mean else ""
    yield f"{within}: {told} ({percent(totals['ok'], everything)} ok){took}"
    trouble = [each.missed + each.timeout + each.error for each in slots]
    if any(trouble):
        yield f"trouble over time: {sparkline(trouble)}"
