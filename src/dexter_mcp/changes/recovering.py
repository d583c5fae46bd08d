"""After a process that ended in the middle of a change: what came of what it had sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from dexter_mcp.changes.carrying import Sent, judged
from dexter_mcp.changes.drawing import look
from dexter_mcp.changes.matching import unchanged
from dexter_mcp.changes.office import Office
from dexter_mcp.changes.plan import State, Step
from dexter_mcp.changes.recipes import recipe_for
from dexter_mcp.changes.record import Attempt, Change, Outcome
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import SentryError

_LONG_AGO: Final = timedelta(minutes=10)
"""After which nobody is at it any more, whoever began it."""
_ENDED: Final = "The server ended before Sentry answered."


async def recover(desk: Desk, office: Office) -> None:
    """Look at the targets of every request that was left open, and record what came of it."""
    long_ago = office.now() - _LONG_AGO
    for attempt in office.ledger.abandoned(long_ago):
        change = office.ledger.find(attempt.change)
        if change is not None and change.principal == office.principal:
            await _settle(desk, office, change, attempt)
        else:
            office.ledger.settle(attempt.change, {}, attempt.id)
    office.ledger.stop_abandoned(long_ago)


async def _settle(desk: Desk, office: Office, change: Change, attempt: Attempt) -> None:
    steps = [change.plan.steps[at] for at in attempt.steps]
    states: list[State] | None = None
    try:
        states = list(await look(desk.sentry, [step.order for step in steps]))
    except SentryError:
        outcomes = [Outcome("unclear", None, _ENDED)] * len(steps)
    else:
        outcomes = [_outcome(*pair) for pair in zip(steps, states, strict=True)]
    found = {step.target: each.found for step, each in zip(steps, outcomes, strict=True)}
    fates = " ".join(sorted({outcome.fate for outcome in outcomes}))
    if all(line.get("id") != attempt.id for line in office.audit.lines()):
        office.audit.write(replace(attempt, found=found, outcome=fates, said=_ENDED))
    office.ledger.settle(change.id, dict(zip(attempt.steps, outcomes, strict=True)), attempt.id)


def _outcome(step: Step, state: State) -> Outcome:
    """Tell a request that was carried out from one that was not."""
    recipe = recipe_for(step.order)
    now = recipe.before(step.order, state)
    if recipe.seen and recipe.needs_target and unchanged(step.before, now):
        return Outcome("refused", now, f"{_ENDED} It was not carried out.")
    return judged(step, Sent(said=_ENDED, sure=False), state)
