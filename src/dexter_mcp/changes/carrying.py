"""A change carried out: in stages, each target looked at before and after, everything recorded."""

import math
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import anyio

from dexter_mcp.changes.batching import Batch, batched
from dexter_mcp.changes.drawing import look
from dexter_mcp.changes.matching import unchanged
from dexter_mcp.changes.office import Office
from dexter_mcp.changes.plan import Json, State, Step
from dexter_mcp.changes.recipe import Recipe, told_by
from dexter_mcp.changes.recipes import recipe_for
from dexter_mcp.changes.record import OPEN, Attempt, Change, Fate, Outcome, Standing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import trail
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import SentryError, Unclear
from dexter_mcp.sentry.json_types import is_object

_SHARES: Final = (0.1, 0.5, 1.0)
"""How much of a change is done when it is looked at whether to go on."""
_FAILED: Final[frozenset[Fate]] = frozenset({"refused", "unclear", "odd"})

Tell = Callable[[str], None]
"""Where it is told how far a change has come."""


@dataclass(frozen=True)
class Sent:
    """What became of a request: carried out, or not, or nobody knows."""

    reply: Any = None
    said: str = ""
    sure: bool = True

    @property
    def done(self) -> bool:
        """Tell whether Sentry said that it carried it out."""
        return not self.said


class Carrier:
    """Carries out a change that has been claimed, until its end, a failure, or a lack of time."""

    def __init__(self, desk: Desk, office: Office, change: Change, tell: Tell) -> None:
        self._desk, self._office, self._change, self._tell = desk, office, change, tell
        self._until = anyio.current_time() + desk.settings.soft_deadline

    async def run(self) -> Change:
        """Take every open step.

        A stage with a failure is the last one. Whoever cancels, it ends between two requests.
        """
        standing: Standing = "stopped"
        try:
            standing = await self._stages()
        finally:
            self._office.ledger.stand(self._change, standing)
        return self._office.ledger.known(self._change.id)

    async def _stages(self) -> Standing:
        steps = [at for at, _, outcome in self._change.pairs if outcome.fate in OPEN]
        done = 0
        for stage in staged(steps):
            batches, fates = await self._ready(stage)
            ended = set(fates)
            for batch in batches:
                if (why := self._obstacle()) is not None:
                    self._tell(why)
                    return "paused"
                ended |= await self._order(batch)
            done += len(stage)
            self._tell(f"{done} of {len(steps)} done")
            if not _FAILED.isdisjoint(ended):
                return "stopped"
        return "applied"

    def _obstacle(self) -> str | None:
        """Say why not to go on now: somebody paused it, time is up, or a cap is reached."""
        if self._office.ledger.known(self._change.id).standing != "applying":
            return "somebody paused it"
        if anyio.current_time() > self._until:
            return "this call has lasted long enough"
        return self._office.full() or None

    async def _ready(self, stage: Sequence[int]) -> tuple[Sequence[Batch], Sequence[Fate]]:
        """Look at the targets once more, and leave alone what is as asked for or has changed."""
        steps = {at: self._change.plan.steps[at] for at in stage}
        states = await look(self._desk.sentry, [step.order for step in steps.values()])
        settled, ready = dict[int, Outcome](), dict[int, Step]()
        for (at, step), state in zip(steps.items(), states, strict=True):
            if outcome := self._needless(step, state):
                settled[at] = outcome
            else:
                ready[at] = replace(step, order=recipe_for(step.order).complete(step.order, state))
        self._office.ledger.settle(self._change.id, settled)
        return batched(ready), [outcome.fate for outcome in settled.values()]

    def _needless(self, step: Step, state: State) -> Outcome | None:
        recipe = recipe_for(step.order)
        now = recipe.before(step.order, state)
        if recipe.met(step.order, state):
            return Outcome("already", now)
        if unchanged(step.before, now):
            return None
        return Outcome("drifted", now, "it has changed since the plan was made")

    async def _order(self, batch: Batch) -> set[Fate]:
        """Send one request, look what came of it, and record both; whatever happens meanwhile."""
        ended = set[Fate]()
        with anyio.CancelScope(shield=True):
            attempt = self._attempt(batch)
            self._office.ledger.begin(attempt)
            sent = await self._send(batch)
            outcomes = await self._read_back(batch, sent)
            self._record(replace(attempt, said=sent.said), outcomes)
            ended |= {outcome.fate for outcome in outcomes.values()}
        return ended

    async def _send(self, batch: Batch) -> Sent:
        limit = self._desk.settings.hard_deadline
        try:
            with anyio.fail_after(limit):
                return Sent(await self._desk.sentry.catalogue.carry_out(batch.order))
        except Unclear as doubt:
            return Sent(said=str(doubt), sure=False)
        except SentryError as refusal:
            return Sent(said=str(refusal))
        except TimeoutError:
            return Sent(said=f"Sentry took longer than {limit:g} s.", sure=False)

    async def _read_back(self, batch: Batch, sent: Sent) -> dict[int, Outcome]:
        try:
            with anyio.fail_after(self._desk.settings.hard_deadline):
                states = await look(self._desk.sentry, [s.order for s in batch.steps.values()])
        except (SentryError, TimeoutError) as late:
            return {at: unread(step, sent, str(late)) for at, step in batch.steps.items()}
        return {
            at: judged(step, sent, state)
            for (at, step), state in zip(batch.steps.items(), states, strict=True)
        }

    def _attempt(self, batch: Batch) -> Attempt:
        change, steps, facts = self._change, batch.steps.values(), batch.order.facts
        return Attempt(
            id=secrets.token_hex(8),
            time=self._office.now(),
            change=change.id,
            steps=tuple(batch.steps),
            principal=change.principal,
            client=change.client,
            tool=change.plan.tool,
            arguments=change.plan.arguments,
            operation=batch.order.operation,
            method=facts.method,
            path=batch.order.path,
            targets=tuple(step.target for step in steps),
            before={step.target: step.before for step in steps},
            after={step.target: step.after for step in steps},
            request=trail.current().reference,
        )

    def _record(self, attempt: Attempt, outcomes: dict[int, Outcome]) -> None:
        found = dict(zip(attempt.targets, (each.found for each in outcomes.values()), strict=True))
        fates = " ".join(sorted({outcome.fate for outcome in outcomes.values()}))
        self._office.audit.write(replace(attempt, found=found, outcome=fates))
        self._office.ledger.settle(self._change.id, outcomes, attempt.id)


def staged(steps: Sequence[int]) -> Iterator[Sequence[int]]:
    """Part steps into stages, the first of them small."""
    begin = 0
    for share in _SHARES:
        end = math.ceil(len(steps) * share)
        if end > begin:
            yield steps[begin:end]
        begin = max(begin, end)


def judged(step: Step, sent: Sent, state: State) -> Outcome:
    """Say what became of a step, from what Sentry said and what it shows afterwards."""
    recipe = recipe_for(step.order)
    if not recipe.seen:
        return unread(step, sent, "")
    found, inverse = recipe.before(step.order, state), _inverse(recipe, step, sent, state)
    told = told_by(recipe, _shown(sent, state))
    if recipe.met(step.order, state):
        said = sent.said and f"{sent.said} It shows it, though."
        return Outcome("done", found, said, inverse, told)
    if sent.done:
        return Outcome("odd", found, "Sentry took it, and shows another state", inverse, told)
    fate: Fate = "refused" if sent.sure else "unclear"
    return Outcome(fate, found, sent.said)


def unread(step: Step, sent: Sent, why: str) -> Outcome:
    """Say what became of a step that could not be looked at."""
    if not sent.done:
        return Outcome("refused" if sent.sure else "unclear", None, sent.said)
    recipe = recipe_for(step.order)
    said, inverse = why and f"it could not be read back: {why}", _inverse(recipe, step, sent, None)
    return Outcome("done", step.after, said, inverse, told_by(recipe, sent.reply))


def _inverse(recipe: Recipe, step: Step, sent: Sent, state: State) -> Order | None:
    return recipe.inverse(step.order, step.before, _shown(sent, state))


def _shown(sent: Sent, state: State) -> Json:
    """Put together what Sentry answered and what it shows."""
    return {**(state or {}), **(sent.reply if is_object(sent.reply) else {})}
