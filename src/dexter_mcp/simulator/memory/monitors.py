"""What is watched by the clock: cron jobs that check in, and addresses that are asked."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dexter_mcp.simulator.telling.story import Json

CheckInStatus = Literal["ok", "error", "missed", "timeout", "in_progress", "unknown"]
LaneStatus = Literal["ok", "error", "missed_checkin", "timeout", "active", "disabled"]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One run of a job, or that there was none; `duration` is in milliseconds."""

    id: str
    status: CheckInStatus
    expected: datetime
    added: datetime
    updated: datetime
    duration: int | None = None


@dataclass(slots=True)
class Lane:
    """A job in one environment; its check-ins come newest first."""

    name: str
    status: LaneStatus
    created: datetime
    muted: bool = False
    last: datetime | None = None
    next: datetime | None = None
    latest: datetime | None = None
    incident: datetime | None = None
    """When the trouble began that goes on."""
    check_ins: list[CheckIn] = field(default_factory=list[CheckIn])


@dataclass(slots=True)
class Job:
    """A cron monitor; `owner` is `user:<e-mail>`, `team:<slug>` or empty."""

    id: str
    org: str
    project: int
    slug: str
    name: str
    config: Json
    created: datetime
    owner: str = ""
    status: str = "active"
    lanes: list[Lane] = field(default_factory=list[Lane])

    @property
    def is_muted(self) -> bool:
        """Tell whether nobody hears of it in any environment."""
        return bool(self.lanes) and all(lane.muted for lane in self.lanes)


@dataclass(frozen=True, slots=True)
class Check:
    """One time that an address was asked; `duration` is in milliseconds."""

    id: str
    at: datetime
    status: Literal["success", "failure", "missed_window"]
    duration: int
    region: str
    http_status: int | None = None
    reason: str = ""
    in_incident: bool = False


@dataclass(slots=True)
class Probe:
    """An uptime monitor; its checks come newest first."""

    id: str
    org: str
    project: int
    name: str
    url: str
    seconds: int
    environment: str = ""
    owner: str = ""
    is_down: bool = False
    status: str = "active"
    checks: list[Check] = field(default_factory=list[Check])


class Monitors:
    """Remembers jobs and probes; an older server knows no probes."""

    def __init__(self) -> None:
        self.has_uptime = True
        self.jobs: list[Job] = []
        self.probes: list[Probe] = []
