"""What can be done about changes that were planned before: apply, go on, take back, look."""

from dexter_mcp.changes import telling
from dexter_mcp.changes.asking import Asking
from dexter_mcp.changes.flow import Counter
from dexter_mcp.changes.ledger import as_of
from dexter_mcp.changes.plan import Proposal
from dexter_mcp.changes.undoing import undoing
from dexter_mcp.sentry.errors import Invalid, Refused
from dexter_mcp.views.answer import Answer


async def apply(counter: Counter, named: str, typed: str = "") -> Answer | Asking:
    """Carry out a plan by its handle, or go on with a change by its name.

    Raises:
        Invalid: The handle is none of ours or has expired, or the name that must be typed differs.
        Refused: Only a person may agree.
        Rejected: It has come to its end already, or nothing of it was carried out.
    """
    if counter.user.answering:
        return await counter.answered()
    await counter.recovered()
    change, seal = counter.office.named(named)
    if change.standing != "planned":
        return await counter.carry_out(change)
    if not change.approved:
        counter.office.check(change, seal)
    if change.plan.typed and typed.strip() != change.plan.typed:
        raise Invalid(
            f"That deletes for good: give the name of what will be gone as `name`, exactly "
            f"{change.plan.typed!r}."
        )
    if change.approved:
        return await counter.carry_out(change, change.approved)
    if counter.desk.settings.writes == "allow" and not (change.plan.tainted or change.plan.deletes):
        return await counter.carry_out(change, "handle")
    if change.plan.tainted and not counter.user.can_answer:
        raise Refused(
            "Only a person may agree to this, because an argument appears in event text and "
            f"nowhere else. In a terminal: dexter-mcp changes approve {change.id}"
        )
    return await counter.confirm(change, handed=True)


async def undo(counter: Counter, named: str) -> Answer | Asking:
    """Take a change back, as far as that can be done.

    Raises:
        Invalid: Nothing of it can be taken back.
    """
    if counter.user.answering:
        return await counter.answered()
    await counter.recovered()
    change, _ = counter.office.named(named)

    async def propose() -> Proposal:
        return undoing(change)

    return await counter.change("undo_change", {"change": change.id}, propose)


async def listing(counter: Counter, named: str, limit: int) -> Answer:
    """List the changes of this principal, or show one of them."""
    await counter.recovered()
    if named:
        change, _ = counter.office.named(named)
        seen = as_of(change, counter.office.now())
        told = telling.whole(seen, fence=counter.desk.fence(), now=counter.office.now())
        return counter.finished(told, change.plan)
    found = counter.office.ledger.latest(limit, counter.office.principal)
    now = counter.office.now()
    return counter.finished(telling.listing([as_of(each, now) for each in found], now=now))
