"""What changing Sentry takes beside the desk: the ledger, the audit log, the caps, the seal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from dexter_mcp.changes import handles
from dexter_mcp.changes.audit import Audit
from dexter_mcp.changes.ledger import Ledger
from dexter_mcp.changes.record import Change
from dexter_mcp.sentry.errors import Invalid
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
        """Open the state folder of the user, or the one of the settings."""
        folder = state_folder(settings)
        principal = handles.principal_of(settings.url, settings.token)
        return cls(Ledger(folder), Audit(folder), principal, settings, now)

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

    def full(self) -> str:
        """Say which cap on writes is reached, and when there is room again; empty if none is."""
        now, caps = self.now(), (self.settings.writes_per_minute, self.settings.writes_per_hour)
        for (window, name), most in zip(_WINDOWS, caps, strict=True):
            sent = self.ledger.sent(self.principal, now - window)
            if len(sent) >= most:
                seconds = _until_room(sent, most, window, now)
                return f"the cap of {most} writes a {name} is reached; there is room in {seconds} s"
        return ""


def state_folder(settings: Settings) -> Path:
    """Name the folder that outlives the process."""
    if settings.state_dir:
        return Path(settings.state_dir)
    import platformdirs  # noqa: PLC0415 - only who changes something needs it

    return platformdirs.user_state_path("dexter-mcp", appauthor=False)


def _until_room(sent: Sequence[datetime], most: int, window: timedelta, now: datetime) -> int:
    oldest = sent[len(sent) - most]
    return max(1, round((oldest + window - now).total_seconds()))
