"""After a server that ended in the middle of a change: what came of what it had sent."""

from typing import Final

import anyio

from dexter_mcp.changes.carrying import Sent, judged
from dexter_mcp.changes.drawing import look
from dexter_mcp.changes.office import Office
from dexter_mcp.changes.plan import State, Step
from dexter_mcp.changes.record import Attempt, Change, Outcome
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import SentryError

_ENDED: Final = "The server ended before Sentry answered."


async def recover(desk: Desk, office: Office) -> None:
    """Look at the targets of every request that was left open, and record what came of it."""
    left = office.ledger.abandoned(office.principal)
    try:
        for attempt in left:
            await _settle(desk, office, office.ledger.find(attempt.change), attempt)
    finally:
        for attempt in left:
            office.ledger.leave(attempt.id)
    office.ledger.stop_abandoned()


async def _settle(desk: Desk, office: Office, change: Change | None, attempt: Attempt) -> None:
    """Record a request, whatever happens meanwhile; once, if it was in the log already."""
    steps = [change.plan.steps[at] for at in attempt.steps] if change else []
    outcomes = dict.fromkeys(attempt.steps, Outcome("unclear", None, _ENDED))
    with anyio.CancelScope(shield=True):
        try:
            with anyio.move_on_after(desk.settings.hard_deadline):
                states = await look(desk.sentry, [step.order for step in steps])
                found = map(_outcome, steps, states)
                outcomes |= dict(zip(attempt.steps, found, strict=False))
        except SentryError:
            return
        finally:
            office.record(attempt, outcomes, again=True)


def _outcome(step: Step, state: State) -> Outcome:
    """Tell a request that was carried out; of another one nobody knows, for it may be under way."""
    return judged(step, Sent(said=_ENDED, sure=False), state)
