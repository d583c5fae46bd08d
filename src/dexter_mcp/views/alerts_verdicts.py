"""Which alerts would act on an issue, and why the others would not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dexter_mcp.sentry.issues import Issue
from dexter_mcp.views.alerts import environment, shortened, tells
from dexter_mcp.views.alerts_state import Alert, Monitor, state
from dexter_mcp.views.alerts_words import Names
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.listing import short_ago
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

Outcome = Literal["yes", "maybe", "once", "no"]

_ORDER: tuple[Outcome, ...] = ("yes", "maybe", "once", "no")
_TITLE = 80
_WHY = 160
_HEADERS = ("alert", "name", "acts", "why", "tells", "state", "fired")


@dataclass(frozen=True)
class Verdict:
    """Whether an alert acts on an issue: `maybe` for what can't be decided from here.

    `once` is for what only acted when the issue was new.
    """

    alert: Alert
    outcome: Outcome
    why: str


@dataclass(frozen=True)
class Judged:
    """An issue with what was found of the alerts that watch it.

    `monitors` are those of its project that may count its events.
    """

    issue: Issue
    verdicts: tuple[Verdict, ...]
    names: Names
    monitors: tuple[Monitor, ...] = ()
    failed: tuple[Failed, ...] = ()
    left_out: str = ""


def verdicts(it: Judged, *, org: str, fence: Fence, now: datetime) -> Answer:
    """Show the alerts that watch an issue, those that would act on it first."""
    shown = sorted(it.verdicts, key=lambda each: _ORDER.index(each.outcome))
    would = sum(each.outcome == "yes" for each in shown)
    named = name(it.issue.short_id or it.issue.id)
    first = f"{counted(len(shown), 'alert')} watch {named}, {would} would act on it, org: {org}"
    if len(shown) == 1:
        first = first.replace(" watch ", " watches ", 1)
    title = f"{named}: {clean(it.issue.title, limit=_TITLE)}"
    rows = [_row(each, it.names, now) for each in shown]
    block = fence.block([title, *filter(None, [table(_HEADERS, rows)])])
    notes = [_counting(it), _unheard(it), it.left_out, *failures(it.failed)]
    return Answer("\n".join(filter(None, [first, block, *notes])), data=list(it.verdicts))


def _row(it: Verdict, names: Names, now: datetime) -> Sequence[str]:
    where = environment(it.alert)
    return [
        it.alert.ref,
        name(it.alert.it.name),
        it.outcome,
        shortened(", ".join(filter(None, [it.why, f"in {where}" if where else ""])), _WHY),
        tells(it.alert, names) or "nobody",
        state(it.alert, names),
        short_ago(it.alert.fired, now),
    ]


def _counting(it: Judged) -> str:
    listed = ", ".join(f"{name(each.it.id)} {name(each.it.name)}" for each in it.monitors)
    project = name(it.issue.project.slug)
    return f"monitors of {project} that may count its events: monitor {listed}" if listed else ""


def _unheard(it: Judged) -> str:
    """Say what to do where nobody would hear of the issue."""
    if any(each.outcome in {"yes", "maybe"} for each in it.verdicts):
        return ""
    return (
        "Nobody would be told of it as things are. "
        "`list_alerts` without `issue` shows what there is."
    )
