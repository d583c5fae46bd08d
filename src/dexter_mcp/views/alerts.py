"""Alerts and monitors as a list shows them, a line each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dexter_mcp.sentry.detectors import BUILT_IN, CRON, UPTIME
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.alerts_state import Alert, Monitor, Watch, state
from dexter_mcp.views.alerts_words import (
    Names,
    action,
    compared,
    fault,
    group,
    measure,
    thresholds,
)
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.listing import echo, found, onward, short_ago
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_NAME = 60
_ENVIRONMENT = 40
_WHEN = 110
_TELLS = 70
_FEW = 4
_HEADERS = ("id", "name", "watches", "when", "tells", "state", "fired")


@dataclass(frozen=True)
class Asked:
    """What was asked of the list."""

    org: str
    project: tuple[str, ...] = ()
    query: str = ""
    state: str = ""


@dataclass(frozen=True)
class Told:
    """A page of alerts and monitors, with what it takes to tell of them.

    `left_out` says what was not even looked at.
    """

    page: Page[Watch]
    names: Names
    failed: tuple[Failed, ...] = ()
    left_out: str = ""


def listing(told: Told, asked: Asked, *, fence: Fence, now: datetime) -> Answer:
    """Show a page of alerts and monitors: what each watches, when it acts, whom it tells."""
    query = echo(
        org=asked.org, project=", ".join(asked.project), query=asked.query, state=asked.state
    )
    notes = [told.left_out] if told.left_out else []
    notes += [*onward(told.page), *failures(told.failed)]
    data = [each.it for each in told.page.items]
    if not told.page.items:
        lines = ["No alert or monitor matches.", query, _wider(asked), *notes]
        return Answer("\n".join(lines), data=data)
    first = f"{found(told.page, 'alert or monitor', 'alerts and monitors')}, {query}"
    block = fence.block([table(*rows(told.page.items, told.names, now))])
    return Answer("\n".join([first, block, *notes]), data=data)


def rows(
    watches: Iterable[Watch], names: Names, now: datetime
) -> tuple[Sequence[str], list[list[str]]]:
    """Give the headers of the table of alerts and monitors, and a row for each."""
    return _HEADERS, [_row(each, names, now) for each in watches]


def _wider(asked: Asked) -> str:
    filters = [key for key in ("query", "state", "project") if getattr(asked, key)]
    if filters:
        return f"Leave out: {', '.join(filters)}."
    return "There are none yet, or the token may not see them: it needs org:read (see `whoami`)."


def _row(it: Watch, names: Names, now: datetime) -> list[str]:
    return [
        it.ref,
        name(it.it.name, limit=_NAME),
        watches(it, names),
        shortened(when(it, names), _WHEN),
        shortened(tells(it, names), _TELLS),
        state(it, names),
        short_ago(it.fired, now),
    ]


def watches(it: Watch, names: Names) -> str:
    """Say what is watched: projects, or monitors by number, and in which environment."""
    parts = it.projects(names)
    if isinstance(it, Alert):
        own = [each for each in it.it.detector_ids if each not in _built_in(it)]
        parts += [f"monitor {', '.join(map(name, own))}"] if own else []
    where = f" in {environment(it)}" if environment(it) else ""
    return f"{', '.join(parts)}{where}"


def _built_in(it: Alert) -> set[str]:
    return {each.id for each in it.monitors if each.type in BUILT_IN}


def environment(it: Watch) -> str:
    """Name the environment that it is bound to; made by events, so it belongs in a fence."""
    if isinstance(it, Alert):
        return clean(it.it.environment, limit=_ENVIRONMENT)
    measured = it.it.measures
    return clean(measured.environment, limit=_ENVIRONMENT) if measured else ""


def when(it: Watch, names: Names) -> str:
    """Say what makes it act."""
    return acts(it, names) if isinstance(it, Alert) else finds(it)


def acts(it: Alert, names: Names) -> str:
    """Say on which event of an issue an alert acts, and under which conditions."""
    trigger = group(it.it.triggers, names) if it.it.triggers else ""
    filters = [told for one in it.it.action_filters if (told := group(one, names))]
    return "; ".join(filter(None, [trigger, " / ".join(filters)])) or "every event"


def finds(it: Monitor) -> str:
    """Say when a monitor raises an issue."""
    if it.it.type == CRON:
        return "job fails or is missed"
    if it.it.type == UPTIME:
        return "uptime check fails"
    steps = ", ".join(thresholds(it.it, resolved=False))
    back = compared(it.it)
    return " ".join(filter(None, [measure(it.it), steps, f"({back})" if back else ""]))


def tells(it: Watch, names: Names) -> str:
    """Say who hears of it: by which actions, or through which alerts."""
    if isinstance(it, Alert):
        return ", ".join(action(each, names) for each in it.it.actions if not fault(each, names))
    own = it.it.condition_group.actions if it.it.condition_group else ()
    if own:
        return ", ".join(action(each, names) for each in own)
    return _through(it.it.workflow_ids)


def _through(alerts: Sequence[str]) -> str:
    more = f", … {len(alerts) - _FEW} more" if len(alerts) > _FEW else ""
    return f"alert {', '.join(map(name, alerts[:_FEW]))}{more}" if alerts else "nobody"


def shortened(text: str, limit: int) -> str:
    """Cut what has been cleaned already."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
