"""One alert or one monitor: what it waits for, what it does then, when it did so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dexter_mcp.sentry.detectors import CRON, METRIC, UPTIME, OpenPeriod
from dexter_mcp.sentry.workflows import Firing
from dexter_mcp.views.alerts import rows, tells, watches, when
from dexter_mcp.views.alerts_state import Alert, Monitor, Watch, states
from dexter_mcp.views.alerts_words import (
    Names,
    branch,
    compared,
    group,
    measured,
    thresholds,
)
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.moments import ago, exact, span
from dexter_mcp.views.numbers import count, counted
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_FEW = 3
_TEXT = 300
_TITLE = 70
_MINUTE = 60
_KINDS = {METRIC: "metric", CRON: "cron", UPTIME: "uptime"}
_SEVERITIES = {"high": "critical", "medium": "warning"}


@dataclass(frozen=True)
class Details:
    """An alert or a monitor, with what else is known of it.

    `connected` are the monitors of an alert, the alerts of a monitor. `firings` and `periods` are
    when it fired within `period`; `more_fired` says that there are more.
    """

    it: Watch
    names: Names
    link: str
    connected: tuple[Watch, ...] = ()
    firings: tuple[Firing, ...] = ()
    periods: tuple[OpenPeriod, ...] = ()
    period: str = ""
    more_fired: bool = False
    failed: tuple[Failed, ...] = ()


def details(it: Details, *, include: Sequence[str], fence: Fence, now: datetime) -> Answer:
    """Tell all about one of them; `include` brings its whole history, and its connections."""
    watch = it.it
    told = _alert(watch, it) if isinstance(watch, Alert) else _monitor(watch, it)
    lines = [*told, *_history(it, now, full="history" in include)]
    if "connected" in include and it.connected:
        lines += ["connected:", table(*rows(it.connected, it.names, now))]
    more = _more(it, include)
    parts = [_heading(it), it.link, fence.block(lines), more, *failures(it.failed)]
    data = {"alert": it.it.it, "firings": it.firings, "periods": it.periods}
    return Answer("\n".join(filter(None, parts)), data=data)


def _heading(it: Details) -> str:
    watch = it.it
    kind = _KINDS.get(watch.it.type, "") if isinstance(watch, Monitor) else ""
    owner = _owner(watch, it.names)
    said = ", ".join(states(watch, it.names)) or "enabled"
    called = "" if _is_job(watch) else name(watch.it.name)
    parts = [watch.ref, called, kind, said, f"owner {owner}" if owner else "no owner"]
    return " · ".join(filter(None, parts))


def _is_job(it: Watch) -> bool:
    """Tell whether it watches a cron job: a check-in, which anyone can send, may have named it."""
    return isinstance(it, Monitor) and it.it.type == CRON


def _owner(it: Watch, names: Names) -> str:
    if isinstance(it, Alert):
        return names.owner(it.it.owner)
    owner = it.it.owner
    if owner is None:
        return ""
    known = owner.name and f"{'#' if owner.type == 'team' else ''}{name(owner.name)}"
    return known or names.actor(owner.type, owner.id)


def _alert(it: Alert, told: Details) -> Iterator[str]:
    names = told.names
    yield f"watches: {watches(it, names) or 'nothing'}"
    if told.connected:
        yield f"monitors: {', '.join(_called(each) for each in told.connected)}"
    trigger = group(it.it.triggers, names) if it.it.triggers else ""
    yield f"when: {trigger or 'every event of an issue'}"
    for filters in it.it.action_filters:
        yield branch(filters, names)
    if it.it.config.frequency:
        yield f"at most once in {span(it.it.config.frequency * _MINUTE)} for an issue"


def _called(it: Watch) -> str:
    return f"{name(it.it.id)} {name(it.it.name)}"


def _monitor(it: Monitor, told: Details) -> Iterator[str]:
    names = told.names
    if _is_job(it):
        yield f"job: {name(it.it.name)}"
    yield f"watches: {watches(it, names)}"
    if it.it.description:
        yield f"description: {name(it.it.description, limit=_TEXT)}"
    yield from _measured(it) if it.it.type == METRIC else [f"when: {when(it, names)}"]
    heard = [f"{_called(each)} ({tells(each, names)})" for each in told.connected]
    yield f"tells: {'alert ' + ', '.join(heard) if heard else tells(it, names)}"


def _measured(it: Monitor) -> Iterator[str]:
    if told := measured(it.it):
        yield f"measures: {told}"
    steps = [*thresholds(it.it), compared(it.it)]
    yield f"thresholds: {', '.join(filter(None, steps)) or 'none'}"


def _history(it: Details, now: datetime, *, full: bool) -> Iterator[str]:
    """Say when it fired: an alert by issue, a monitor by the times when its issue was open."""
    watch = it.it
    if watch.fired is None and not (it.firings or it.periods):
        yield "fired: never" if watch.never_fired else "fired: unknown"
        return
    if it.firings:
        times = counted(sum(each.count for each in it.firings), "time")
        issues = counted(len(it.firings), "issue") + (" and more" if it.more_fired else "")
        yield f"fired: {ago(watch.fired, now)}; last {it.period}: {times}, {issues}"
        yield table(("issue", "title", "times", "last"), _firings(it, now, full=full))
    elif it.periods:
        shown = it.periods if full else it.periods[:_FEW]
        yield f"fired {counted(len(it.periods), 'time')}{' and more' if it.more_fired else ''}:"
        yield table(("began", "for", "worst"), [_period(each, now) for each in shown])
    else:
        yield f"fired: {ago(watch.fired, now)}"
    if isinstance(watch, Monitor) and (issue := watch.it.latest_group):
        yield f"latest issue: {name(issue.short_id)} {clean(issue.title, limit=_TITLE)}"


def _firings(it: Details, now: datetime, *, full: bool) -> Iterator[list[str]]:
    for each in it.firings if full else it.firings[:_FEW]:
        yield [
            name(each.group.short_id or each.group.id),
            clean(each.group.title, limit=_TITLE),
            count(each.count),
            ago(each.last_triggered, now),
        ]


def _period(each: OpenPeriod, now: datetime) -> list[str]:
    values = [step.value for step in each.activities if step.value]
    worst = "high" if "high" in values else next(iter(values), "")
    end = each.end or now
    lasted = span((end - each.start).total_seconds()) if each.start else ""
    severity = name(_SEVERITIES.get(worst, worst))
    return [exact(each.start), f"{lasted}, still open" if each.is_open else lasted, severity]


def _more(it: Details, include: Sequence[str]) -> str:
    """Name what is left out, and the argument that brings it."""
    fired = max(len(it.firings), len(it.periods))
    wanted = [
        "history" if "history" not in include and (fired > _FEW or it.more_fired) else "",
        "connected" if "connected" not in include and it.connected else "",
    ]
    told = ", ".join(f"include={each}" for each in wanted if each)
    return f"more: {told}" if told else ""
