"""The one way of every write: plan, confirm, apply, read back, record."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dexter_mcp.changes import telling
from dexter_mcp.changes.asking import Asking, User, Verdict
from dexter_mcp.changes.carrying import Carrier
from dexter_mcp.changes.drawing import drawn
from dexter_mcp.changes.ledger import as_of
from dexter_mcp.changes.office import Office
from dexter_mcp.changes.plan import Plan, Proposal
from dexter_mcp.changes.record import CARRIED, Change
from dexter_mcp.changes.recovering import recover
from dexter_mcp.changes.taint import own_words, tainted
from dexter_mcp.changes.undoing import overtaken, takes_back
from dexter_mcp.insights.answering import finished, in_time
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import trail
from dexter_mcp.sentry.errors import Invalid, Rejected
from dexter_mcp.views.answer import Answer


@dataclass(frozen=True)
class Counter:
    """Where a write is asked for: the desk, the office behind it, and the user in front of it."""

    desk: Desk
    office: Office
    user: User

    async def change(
        self, tool: str, arguments: Mapping[str, Any], propose: Callable[[], Awaitable[Proposal]]
    ) -> Answer | Asking:
        """Bring a write from its proposal to its end, or to the question whether to.

        Raises:
            SentryError: It could not be planned, or nothing of it was carried out.
        """
        if self.user.answering:
            return await self.answered()
        await self.recovered()
        plan = await in_time(self.desk, tool, lambda: self._plan(tool, arguments, propose))
        if not plan.steps:
            return self.finished(telling.needless(plan, fence=self.desk.fence()))
        change = self.office.ledger.plan(
            plan, self.office.principal, self.user.client, self.office.now()
        )
        if self.desk.settings.writes == "allow" and not plan.tainted and not plan.deletes:
            return await self.carry_out(change, "settings")
        return await self.confirm(change)

    async def recovered(self) -> None:
        """Find out what became of requests whose server ended in the middle of them."""
        await recover(self.desk, self.office)

    async def answered(self) -> Answer:
        """Heed what the user said to a change, in a call that brings the answer to a question."""
        await self.recovered()
        change, _ = self.office.named(self.user.answering)
        return await self._heed(change, self.user.verdict(change.plan.typed))

    async def confirm(self, change: Change, *, handed: bool = False) -> Answer | Asking:
        """Ask the user; where nobody can be asked, hand out the plan with its handle.

        Where that was `handed` back to us, it is as good as a yes then, unless strangers may have
        had a hand in it.
        """
        verdict: Verdict | Asking = "unasked"
        if self.user.can_answer:
            question = telling.question(change, now=self.office.now())
            verdict = await self.user.ask(change.id, question, change.plan.typed)
        if isinstance(verdict, Asking):
            return verdict
        if verdict == "unasked" and handed and not change.plan.tainted:
            return await self.carry_out(change, "handle")
        return await self._heed(change, verdict)

    async def carry_out(self, change: Change, approved: str = "") -> Answer:
        """Apply a change that somebody `approved`, or go on with it.

        A yes begins a change. It does not go on with one that has stopped, or that was paused.

        Raises:
            Invalid: Nobody agreed in time.
            Rejected: Nothing of it was carried out.
        """
        standing = as_of(self.office.ledger.known(change.id), self.office.now()).standing
        if standing == "expired":
            raise Invalid(f"{change.id} has expired: nobody agreed in time. Plan it anew.")
        if approved and standing != "planned":
            raise Rejected(f"{change.id} is {standing} already, so nothing was done again.")
        claimed = self.office.ledger.claim(change, approved)
        told = list[str]()

        def tell(said: str) -> None:
            told[:] = [said]
            trail.current().said = said

        done = await Carrier(self.desk, self.office, claimed, tell).run()
        self._note_undone(done)
        answer = self.finished(
            telling.carried(done, why=told[-1] if told else "", fence=self.desk.fence()), done.plan
        )
        if not any(outcome.fate in {*CARRIED, "already"} for outcome in done.outcomes):
            raise Rejected(answer.text)
        return answer

    async def _plan(
        self, tool: str, arguments: Mapping[str, Any], propose: Callable[[], Awaitable[Proposal]]
    ) -> Plan:
        plan = await drawn(self.desk, tool, arguments, await propose())
        if plan.undoes:
            undone, _ = self.office.named(plan.undoes)
            plan = replace(plan, warnings=(*plan.warnings, *overtaken(undone, plan)))
        titles = [step.title for step in plan.steps]
        return replace(plan, tainted=tainted(arguments, self.desk.shown, titles))

    async def _heed(self, change: Change, verdict: Verdict) -> Answer:
        if verdict == "yes":
            return await self.carry_out(change, "user")
        if verdict == "no":
            self.office.ledger.reject(change)
            return self.finished(telling.declined(change))
        return self._planned(change, verdict)

    def _planned(self, change: Change, verdict: Verdict) -> Answer:
        handle = self.office.handle(change)
        if verdict in {"mistyped", "unanswered"}:
            return self.finished(telling.unanswered(change, handle, mistyped=verdict == "mistyped"))
        shown = telling.planned(change, handle, fence=self.desk.fence())
        return self.finished(shown, change.plan)

    def _note_undone(self, change: Change) -> None:
        """Note what a change took back, unless something of that is left."""
        if change.plan.undoes and change.standing == "applied":
            undone, _ = self.office.named(change.plan.undoes)
            if takes_back(change, undone):
                self.office.ledger.note_undone(undone, change.id)

    def finished(self, answer: Answer, plan: Plan | None = None) -> Answer:
        """Fit an answer to the launch; see `answering.finished`.

        What it says of a change comes from the model's own arguments. That vouches for nothing,
        and where it stands among strangers' words it is none of them.
        """
        return finished(self.desk, answer, own=own_words(plan) if plan else "")
