"""What changing Sentry takes beside the desk: the ledger, the audit log, the caps, the seal."""

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from dexter_mcp.changes import handles
from dexter_mcp.changes.audit import Audit
from dexter_mcp.changes.folder import state_folder
from dexter_mcp.changes.ledger import Ledger
from dexter_mcp.changes.record import Attempt, Change, Outcome
from dexter_mcp.sentry.errors import Invalid, Rejected
from dexter_mcp.settings import Settings

_WINDOWS: Final = ((timedelta(minutes=1), "minute"), (timedelta(hours=1), "hour"))


@dataclass(frozen=True)
class Office:
    """Where changes are kept, for one principal."""

    ledger: Ledger
    audit: Audit
    principal: str
    settings: Settings
    now: Callable[[], datetime]

    @classmethod
    def opened(cls, settings: Settings, now: Callable[[], datetime]) -> Self:
        """Open the state folder of the user, or the one of the settings.

        Raises:
            Invalid: Nothing can be written there.
        """
        folder = state_folder(settings)
        principal = handles.principal_of(settings.url, settings.token)
        try:
            return cls(Ledger(folder), Audit(folder), principal, settings, now)
        except (OSError, sqlite3.Error) as error:
            raise Invalid(
                f"Changes are recorded in {folder}, and that can't be written ({error}). Set "
                "DEXTER_STATE_DIR to a folder that can."
            ) from error

    def handle(self, change: Change) -> str:
        """Seal the name of a plan."""
        return handles.handle(change, self.ledger.secret())

    def named(self, text: str) -> tuple[Change, str]:
        """Find a change by its name or handle; gives the seal too, if there is one.

        Raises:
            Invalid: This principal has no such change.
        """
        name, seal = handles.opened(text)
        change = self.ledger.find(name)
        if change is None or change.principal != self.principal:
            raise Invalid(f"There is no change {name[:40]!r}. `list_changes` lists them.")
        return change, seal

    def check(self, change: Change, seal: str) -> None:
        """Make sure that a handle is ours and still good; see `handles.check`."""
        handles.check(change, seal, self.ledger.secret(), self.now())

    def begin(self, change: Change, attempt: Attempt, paths: Collection[str], mark: int) -> str:
        """Note a request that is about to be sent; says why it must not be, if anything is so.

        That is `busy` where another change is at a target, or has been since it was looked at.
        """
        now, caps = self.now(), self._caps
        since = [(now - window, most) for window, _, most in caps]
        match self.ledger.begin(change, attempt, paths=paths, mark=mark, caps=since):
            case "paused":
                return "somebody paused it"
            case "full":
                return self._full(now)
            case other:
                return other

    def record(
        self, attempt: Attempt, outcomes: Mapping[int, Outcome], *, again: bool = False
    ) -> None:
        """Write down what became of a request: in the log first, then in the ledger.

        With `again`, the log may have it already, and is left alone then.

        Raises:
            Rejected: The disk does not take it. It counts as abandoned then.
        """
        found = dict(zip(attempt.targets, (each.found for each in outcomes.values()), strict=True))
        fates = " ".join(sorted({outcome.fate for outcome in outcomes.values()}))
        said = " ".join(dict.fromkeys(outcome.said for outcome in outcomes.values()))
        try:
            if not (again and self.audit.has(attempt.id)):
                self.audit.write(replace(attempt, found=found, outcome=fates, said=said))
            self.ledger.settle(attempt.change, outcomes, attempt.id)
        except (OSError, sqlite3.Error) as error:
            raise Rejected(
                f"{attempt.change} stops here, because what becomes of it can't be written down "
                f"({error}). Make room, then look with `list_changes` what was done."
            ) from error
        finally:
            self.ledger.leave(attempt.id)

    @property
    def _caps(self) -> Sequence[tuple[timedelta, str, int]]:
        most = (self.settings.writes_per_minute, self.settings.writes_per_hour)
        return [(*window, cap) for window, cap in zip(_WINDOWS, most, strict=True)]

    def _full(self, now: datetime) -> str:
        """Say which cap on writes is reached, and when there is room again."""
        reached = list[str]()
        for window, name, most in self._caps:
            sent = self.ledger.sent(self.principal, now - window)
            if len(sent) >= most:
                seconds = _until_room(sent, most, window, now)
                reached.append(
                    f"the cap of {most} writes a {name} is reached; there is room in {seconds} s"
                )
        return reached[-1]


def _until_room(sent: Sequence[datetime], most: int, window: timedelta, now: datetime) -> int:
    oldest = sent[len(sent) - most]
    return max(1, round((oldest + window - now).total_seconds()))
