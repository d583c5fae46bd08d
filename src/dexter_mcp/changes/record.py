"""What became of a change, step by step."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from dexter_mcp.changes.plan import Plan, State, Step
from dexter_mcp.sentry.catalogue import Order

Standing = Literal[
    "planned", "rejected", "applying", "paused", "stopped", "applied", "undone", "expired"
]
"""A change that is `paused` or `stopped` can go on; the others have come to an end, or begin."""

Fate = Literal["waiting", "sending", "done", "already", "drifted", "refused", "unclear", "odd"]
"""What became of a step.

`drifted`: the target changed meanwhile, so it was left alone. `refused`: Sentry did not carry it
out. `unclear`: nobody knows. `odd`: Sentry carried it out, and shows another state than asked for.
"""

OPEN: Final[frozenset[Fate]] = frozenset({"waiting", "sending", "refused", "unclear", "drifted"})
"""The fates of steps that may be tried again."""
UNKNOWN: Final[frozenset[Fate]] = frozenset({"sending", "unclear"})
"""The fates of steps that may have been carried out."""
CARRIED: Final[frozenset[Fate]] = frozenset({"done", "odd"})


@dataclass(frozen=True)
class Outcome:
    """What became of one step: the state read back, what was said, and what takes it back.

    `told` is what Sentry answered that people want to know, such as the address of a new ticket.
    """

    fate: Fate = "waiting"
    found: State = None
    said: str = ""
    inverse: Order | None = None
    told: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Change:
    """A plan with a name, whoever wanted it, and what has become of it so far.

    `principal` stands for the token, `client` for the program that asked. `approved` names who
    agreed: `user`, `handle`, `settings` or `terminal`; empty as long as nobody did. `claim` stands
    for whoever carries it out, or did so last.
    """

    id: str
    made: datetime
    expires: datetime
    principal: str
    client: str
    plan: Plan
    standing: Standing = "planned"
    approved: str = ""
    undone_by: str = ""
    claim: str = ""
    outcomes: tuple[Outcome, ...] = field(default_factory=tuple[Outcome, ...])

    @property
    def pairs(self) -> Iterator[tuple[int, Step, Outcome]]:
        """Give each step with its number and what became of it."""
        return (
            (at, step, outcome)
            for at, (step, outcome) in enumerate(zip(self.plan.steps, self.outcomes, strict=True))
        )

    @property
    def fates(self) -> Mapping[Fate, int]:
        """Count the steps by what became of them."""
        return Counter(outcome.fate for outcome in self.outcomes)

    @property
    def undoable(self) -> Sequence[tuple[Step, Order]]:
        """Give the steps that were carried out and can be taken back, the last one first."""
        found = [
            (step, outcome.inverse)
            for _, step, outcome in self.pairs
            if outcome.fate in CARRIED and outcome.inverse
        ]
        return found[::-1]


@dataclass(frozen=True)
class Attempt:
    """One request that tried to change Sentry: a line of the audit log.

    `request` is the reference that log lines and error messages share; `before`, `after` and
    `found` are keyed by target.
    """

    id: str
    time: datetime
    change: str
    steps: tuple[int, ...]
    principal: str
    client: str
    tool: str
    arguments: Mapping[str, Any]
    operation: str
    method: str
    path: str
    targets: tuple[str, ...]
    before: Mapping[str, State]
    after: Mapping[str, State]
    found: Mapping[str, State] = field(default_factory=dict[str, State])
    outcome: str = ""
    said: str = ""
    request: str = ""
