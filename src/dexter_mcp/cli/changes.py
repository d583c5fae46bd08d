"""`dexter-mcp changes`: what assistants planned, and what the person at this machine says to it.

It talks to the ledger alone. What is approved here, the assistant carries out with `apply_change`.
"""

import argparse
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dexter_mcp.changes import telling
from dexter_mcp.changes.folder import state_folder
from dexter_mcp.changes.handles import opened
from dexter_mcp.changes.ledger import Ledger, as_of
from dexter_mcp.changes.record import Change
from dexter_mcp.cli.columns import columns
from dexter_mcp.cli.context import prepare
from dexter_mcp.insights.desk import utc_now
from dexter_mcp.sentry.errors import Rejected
from dexter_mcp.views.moments import ago, span
from dexter_mcp.views.untrusted import Fence, name

_HEAD: Final = ("change", "made", "stands", "targets", "what")
_PURPOSE: Final = 120


class Declined(Exception):
    """It is not done, for the reason that it gives."""


@dataclass(frozen=True)
class Registry:
    """The ledger, and the person in front of it; `ask` is `None` where nobody can be asked."""

    ledger: Ledger
    ask: Callable[[str], str] | None
    now: Callable[[], datetime] = utc_now

    def list(self, last: int) -> Iterator[str]:
        """List changes of every token, the newest first."""
        found = [as_of(each, self.now()) for each in self.ledger.latest(last)]
        if not found:
            yield "No changes so far."
            return
        yield from columns(_HEAD, [self._row(each) for each in found])

    def show(self, named: str) -> Iterator[str]:
        """Show a change with its targets."""
        change = as_of(self._find(named), self.now())
        yield telling.whole(change, fence=Fence.drawn(), now=self.now()).text

    def approve(self, named: str, *, yes: bool, typed: str) -> Iterator[str]:
        """Put the plan to the person, and note a yes.

        Raises:
            Declined: They said no, or it can't be approved any more.
        """
        change = self._waiting(named)
        yield telling.question(change, now=self.now())
        self._settle(change, yes=yes, typed=typed)
        self.ledger.approve(self._waiting(named), "terminal")
        left = span((change.expires - self.now()).total_seconds())
        yield f"Approved. Within {left} the assistant may carry it out: {_call(change)}"

    def reject(self, named: str) -> Iterator[str]:
        """See to it that nobody carries a plan out.

        Raises:
            Rejected: It has begun already.
        """
        change = self._find(named)
        self.ledger.reject(change)
        yield f"{change.id} is rejected; nobody can carry it out any more."

    def pause(self, named: str) -> Iterator[str]:
        """End a change before its next request.

        Raises:
            Declined: It is not under way.
        """
        change = self._find(named)
        if not self.ledger.pause(change):
            raise Declined(f"{change.id} is not under way: it is {self._standing(change)}.")
        yield f"{change.id} ends before its next request. To go on: {_call(change)}"

    def _find(self, named: str) -> Change:
        if not named:
            raise Declined("Which one? Give its id; dexter-mcp changes lists them.")
        change, _ = opened(named)
        if (found := self.ledger.find(change)) is None:
            raise Declined(f"There is no change {change[:40]!r}. dexter-mcp changes lists them.")
        return found

    def _waiting(self, named: str) -> Change:
        """Find a plan that still waits for somebody's consent."""
        change = self._find(named)
        standing = self._standing(change)
        if standing != "planned":
            advice = " Ask the assistant to plan it anew." if standing == "expired" else ""
            raise Declined(f"{change.id} is {standing}, so it can't be approved.{advice}")
        if change.approved:
            raise Declined(f"{change.id} is approved already, by {change.approved}.")
        return change

    def _settle(self, change: Change, *, yes: bool, typed: str) -> None:
        """Get the person's consent.

        What a stranger may have asked for takes somebody at a terminal: an assistant that may run
        commands could give `--yes` itself.
        """
        if change.plan.typed:
            said = typed.strip() or self._asked("The name of what will be gone: ").strip()
            if said != change.plan.typed:
                raise Declined("That is not its name, so nothing was approved.")
        elif not yes and not change.plan.tainted:
            self._agree()
        if change.plan.tainted:
            self._agree()

    def _agree(self) -> None:
        if self._asked("Carry it out? [y/N] ").strip().lower() not in {"y", "yes"}:
            raise Declined("Nothing was approved.")

    def _asked(self, question: str) -> str:
        if self.ask is None:
            raise Declined(
                "Nobody can be asked here, so nothing was approved. Run it in a terminal, or give "
                "--yes, and --name where something is deleted; what was written by whoever sent "
                "an event takes a terminal in any case."
            )
        return self.ask(question)

    def _standing(self, change: Change) -> str:
        return as_of(change, self.now()).standing

    def _row(self, change: Change) -> Sequence[str]:
        approved = f", approved by {change.approved}" if change.standing == "planned" else ""
        return (
            change.id,
            ago(change.made, self.now()),
            change.standing + (approved if change.approved else ""),
            str(len(change.outcomes)),
            name(change.plan.purpose, limit=_PURPOSE),
        )


def run(arguments: argparse.Namespace) -> int:
    """Do one thing with the ledger; 1 if it could not be done."""
    settings, _ = prepare(arguments)
    ask = input if sys.stdin.isatty() else None
    folder = state_folder(settings)
    try:
        kept = Ledger(folder)
    except (OSError, sqlite3.Error) as error:
        print(
            f"dexter-mcp: the changes in {folder} can't be opened ({error}). Give --state-dir a "
            "folder that can be written.",
            file=sys.stderr,
        )
        return 1
    with closing(kept) as ledger:
        return settled(Registry(ledger, ask), arguments)


def settled(registry: Registry, arguments: argparse.Namespace) -> int:
    """Carry out one action, and print what it says."""
    try:
        for line in _lines(registry, arguments):
            print(line)
    except (Declined, Rejected) as reason:
        print(f"dexter-mcp: {reason}", file=sys.stderr)
        return 1
    return 0


def _lines(registry: Registry, arguments: argparse.Namespace) -> Iterator[str]:
    named: str = arguments.change
    match arguments.action:
        case "show":
            return registry.show(named)
        case "approve":
            return registry.approve(named, yes=arguments.yes, typed=arguments.name)
        case "reject":
            return registry.reject(named)
        case "pause":
            return registry.pause(named)
        case _:
            return registry.list(arguments.last)


def _call(change: Change) -> str:
    return f"apply_change change={change.id}"
