"""A change carried out: in stages, each target looked at before and after, everything recorded."""

import math
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import anyio
from anyio.lowlevel import checkpoint

from dexter_mcp.changes.batching import Batch, batched
from dexter_mcp.changes.drawing import look
from dexter_mcp.changes.matching import unchanged
from dexter_mcp.changes.office import Office
from dexter_mcp.changes.plan import Json, State, Step
from dexter_mcp.changes.rates import jump, project_of
from dexter_mcp.changes.recipe import Recipe, told_by
from dexter_mcp.changes.recipes import recipe_for
from dexter_mcp.changes.record import OPEN, UNKNOWN, Attempt, Change, Fate, Outcome, Standing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import trail
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import SentryError, Unclear
from dexter_mcp.sentry.json_types import is_object
from dexter_mcp.views.untrusted import clean

_SHARES: Final = (0.1, 0.5, 1.0)
"""How much of a change is done when it is looked at whether to go on."""
_FAILED: Final[frozenset[Fate]] = frozenset({"refused", "unclear", "odd"})
_KEPT_BACK: Final = 0.2
"""Share of the hard deadline that is left to look what came of a request."""
_A_MOMENT: Final = 0.05
"""Seconds until it is looked whether another change is done with a target."""
_REASON: Final = 240
"""Characters of what kept a change from going on."""
_FAULT: Final = "A fault in Dexter came between."

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
        self._began = anyio.current_time()
        self._watched = set[str]()

    async def run(self) -> Change:
        """Take every open step.

        A stage with a failure is the last one. Whoever cancels, it ends between two requests.
        """
        standing: Standing = "stopped"
        try:
            standing = await self._stages()
        finally:
            self._office.ledger.finish(self._change, standing)
        return self._office.ledger.known(self._change.id)

    async def _stages(self) -> Standing:
        steps = [at for at, _, outcome in self._change.pairs if outcome.fate in OPEN]
        done = 0
        for stage in staged(steps):
            if done and (why := await jump(self._desk, self._change.plan.org, self._watched)):
                self._tell(why)
                return "paused"
            if (ended := await self._stage(stage)) is None:
                return "paused"
            done += len(stage)
            self._tell(f"{done} of {len(steps)} done")
            if not _FAILED.isdisjoint(ended):
                return "stopped"
        return "applied"

    async def _stage(self, stage: Sequence[int]) -> Collection[Fate] | None:
        """Take steps, and give how they ended; `None` if it is not to go on now.

        Where another change is at a target, or has been since it was looked at, it is looked at
        once more.
        """
        ended, left = set[Fate](), list(stage)
        while left:
            mark = self._office.ledger.mark()
            if (ready := await self._ready(left)) is None:
                return None
            batches, fates = ready
            ended |= fates
            left.clear()
            for batch in batches:
                await checkpoint()  # where who gave up meanwhile is heard
                attempt = self._attempt(batch)
                why = self._late() or self._office.begin(self._change, attempt, batch.paths, mark)
                if why == "busy":
                    left += batch.steps
                elif why:
                    self._tell(why)
                    return None
                else:
                    ended |= await self._order(batch, attempt)
            await self._wait_for_others(left)
        return ended

    async def _wait_for_others(self, steps: Sequence[int]) -> None:
        """Wait until no other change is at the targets, or it is too late."""
        paths = {self._change.plan.steps[at].order.path for at in steps}
        ledger = self._office.ledger
        while ledger.is_touched(self._change, paths) and not self._late():  # noqa: ASYNC110 - another process rings no bell
            await anyio.sleep(_A_MOMENT)

    def _late(self) -> str:
        late = anyio.current_time() > self._began + self._desk.settings.soft_deadline
        return "this call has lasted long enough" if late else ""

    async def _ready(self, stage: Sequence[int]) -> tuple[Sequence[Batch], set[Fate]] | None:
        """Look at the targets once more, and leave alone what is as asked for or has changed.

        It is `None` where they can't be looked at now.
        """
        steps = {at: self._change.plan.steps[at] for at in stage}
        states = await self._look(steps.values())
        if isinstance(states, str):
            self._tell(clean(states, limit=_REASON).rstrip("."))
            return None
        settled, ready = dict[int, Outcome](), dict[int, Step]()
        for (at, step), state in zip(steps.items(), states, strict=True):
            if recipe_for(step.order).watched:
                self._watched.add(project_of(step.order, state))
            if outcome := needless(step, state, self._change.outcomes[at]):
                settled[at] = outcome
            else:
                ready[at] = replace(step, order=recipe_for(step.order).complete(step.order, state))
        if not self._office.ledger.pass_over(self._change, settled):
            self._tell("somebody paused it")
            return None
        return batched(ready), {outcome.fate for outcome in settled.values()}

    async def _order(self, batch: Batch, attempt: Attempt) -> set[Fate]:
        """Send one request, look what came of it, and record both; whatever happens meanwhile."""
        sent = Sent(said=_FAULT, sure=False)
        outcomes = {at: unread(step, sent, "") for at, step in batch.steps.items()}
        with anyio.CancelScope(shield=True):
            try:
                sent = await self._send(batch)
                outcomes = await self._read_back(batch, sent)
            finally:
                self._office.record(attempt, outcomes)
        return {outcome.fate for outcome in outcomes.values()}

    async def _send(self, batch: Batch) -> Sent:
        limit = self._left(keeping=_KEPT_BACK)
        try:
            with anyio.fail_after(limit):
                return Sent(await self._desk.sentry.catalogue.carry_out(batch.order))
        except Unclear as doubt:
            return Sent(said=str(doubt), sure=False)
        except SentryError as refusal:
            return Sent(said=str(refusal))
        except TimeoutError:
            return Sent(said=f"Sentry took longer than {limit:.3g} s.", sure=False)

    async def _read_back(self, batch: Batch, sent: Sent) -> dict[int, Outcome]:
        states = await self._look(batch.steps.values())
        if isinstance(states, str):
            return {at: unread(step, sent, states) for at, step in batch.steps.items()}
        return {
            at: judged(step, sent, state)
            for (at, step), state in zip(batch.steps.items(), states, strict=True)
        }

    async def _look(self, steps: Iterable[Step]) -> Sequence[State] | str:
        """Look at the targets of steps; where that can't be done, say why."""
        limit = self._left()
        try:
            with anyio.fail_after(limit):
                return await look(self._desk.sentry, [step.order for step in steps])
        except SentryError as failure:
            return str(failure)
        except TimeoutError:
            return f"Sentry took longer than {limit:.3g} s."

    def _left(self, *, keeping: float = 0.0) -> float:
        """Give the seconds until the hard deadline, and always some."""
        whole = self._desk.settings.hard_deadline
        left = self._began + whole * (1 - keeping) - anyio.current_time()
        return max(left, whole * _KEPT_BACK)

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


def staged(steps: Sequence[int]) -> Iterator[Sequence[int]]:
    """Part steps into stages, the first of them small."""
    begin = 0
    for share in _SHARES:
        end = math.ceil(len(steps) * share)
        if end > begin:
            yield steps[begin:end]
        begin = max(begin, end)


def needless(step: Step, state: State, earlier: Outcome) -> Outcome | None:
    """Say why nothing is to be sent for a step; `None` if something is.

    What an earlier request may have done counts as done as soon as Sentry shows it. Where it never
    would, the request is not sent again.
    """
    recipe = recipe_for(step.order)
    now = recipe.before(step.order, state)
    if earlier.fate in UNKNOWN and not recipe.seen:
        return Outcome("unclear", None, "nobody can see whether it was done, so it is not repeated")
    if not recipe.due(step.order, state):
        if earlier.fate in UNKNOWN:
            return judged(step, Sent(said=earlier.said, sure=False), state)
        return Outcome("already", now)
    if unchanged(step.before, now):
        return None
    return Outcome("drifted", now, "it has changed since the plan was made")


def judged(step: Step, sent: Sent, state: State) -> Outcome:
    """Say what became of a step, from what Sentry said and what it shows afterwards.

    What Sentry does not show, it has to say.
    """
    recipe = recipe_for(step.order)
    if not recipe.seen:
        return unread(step, sent, "")
    found, inverse = _concerned(recipe, step, state), _inverse(recipe, step, sent, state)
    told = told_by(recipe, _shown(sent, state))
    right = recipe.fulfilled(step.order, state)
    if sent.done:
        said = "" if right else "Sentry took it, and shows another state"
        return Outcome("done" if right else "odd", found, said, inverse, told)
    if not right or recipe.due(step.order, state):
        return Outcome("refused" if sent.sure else "unclear", found, sent.said)
    said = f"{sent.said} It shows it, though."
    return (
        Outcome("already", found, said)
        if sent.sure
        else Outcome("done", found, said, inverse, told)
    )


def unread(step: Step, sent: Sent, why: str) -> Outcome:
    """Say what became of a step that could not be looked at."""
    if not sent.done:
        return Outcome("refused" if sent.sure else "unclear", None, sent.said)
    recipe = recipe_for(step.order)
    said, inverse = why and f"it could not be read back: {why}", _inverse(recipe, step, sent, None)
    found = None if why else step.after
    return Outcome("done", found, said, inverse, told_by(recipe, sent.reply))


def _concerned(recipe: Recipe, step: Step, state: State) -> State:
    """Give what Sentry shows of what the plan is about; what was sent may be a whole document."""
    found = recipe.before(step.order, state)
    if found is None or step.before is None:
        return found
    return {n: v for n, v in found.items() if n in step.before or n in (step.after or {})}


def _inverse(recipe: Recipe, step: Step, sent: Sent, state: State) -> Order | None:
    return recipe.inverse(step.order, step.before, _shown(sent, state))


def _shown(sent: Sent, state: State) -> Json:
    """Put together what Sentry answered and what it shows."""
    return {**(state or {}), **(sent.reply if is_object(sent.reply) else {})}
