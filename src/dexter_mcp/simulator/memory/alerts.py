"""Who is told when what happens: alerts and the monitors that they listen to.

They are kept once and served twice: as the workflows and detectors of today, and as the rules
that older servers know.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dexter_mcp.simulator.telling.story import Json

ERRORS = "error"
ISSUES = "issue_stream"
METRIC = "metric_issue"
_BUILT_IN = {ERRORS: (600_000, "Error Monitor"), ISSUES: (700_000, "Issue Stream")}
"""What every project has: where its id begins, and its name."""
_PROJECTS = 100_000


@dataclass(frozen=True, slots=True)
class Period:
    """A time during which what a monitor found was open; `steps` are severities and moments."""

    start: datetime
    end: datetime | None
    steps: Sequence[tuple[str, datetime]] = ()


@dataclass(slots=True)
class Monitor:
    """What raises issues of a project.

    `owner` is `user:<e-mail>`, `team:<slug>` or empty. `source` is the `queryObj` of its data
    source; `conditions` are its thresholds as type, comparison and severity. `snoozes` say for
    whom it is muted (an e-mail, or nothing for everyone), which older servers alone know.
    """

    id: int
    org: str
    project: int
    name: str
    type: str
    created: datetime
    enabled: bool = True
    description: str = ""
    owner: str = ""
    created_by: str = ""
    config: Json = field(default_factory=dict[str, object])
    source_type: str = ""
    source: Json | None = None
    conditions: Sequence[tuple[str, object, int]] = ()
    issue: int = 0
    """Number of the issue that it raised last."""
    periods: Sequence[Period] = ()
    updated: datetime | None = None
    snoozes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions of a kind and what they compare with, and the actions that follow."""

    logic: str
    conditions: Sequence[tuple[str, object]]
    actions: Sequence[Json]


@dataclass(frozen=True, slots=True)
class Firing:
    """One time that an alert acted on an issue."""

    issue: int
    at: datetime


@dataclass(slots=True)
class Alert:
    """What is to happen when something becomes of the issues of some monitors.

    `monitors` are their ids; `frequency` is in minutes; `logic` joins the triggers. `snoozes`
    say for whom it is muted, as those of a monitor do. `acts_for` is the monitor that it was made
    with, where both come from one metric rule.
    """

    id: int
    org: str
    name: str
    created: datetime
    triggers: Sequence[str] = ()
    filters: Sequence[Filters] = ()
    monitors: Sequence[int] = ()
    enabled: bool = True
    environment: str = ""
    owner: str = ""
    created_by: str = ""
    frequency: int = 30
    firings: Sequence[Firing] = ()
    updated: datetime | None = None
    logic: str = "any-short"
    acts_for: int = 0
    snoozes: frozenset[str] = frozenset()

    @property
    def last_fired(self) -> datetime | None:
        """Tell when it acted last."""
        return max((firing.at for firing in self.firings), default=None)


class Alerts:
    """Remembers alerts and monitors.

    `has_workflows` and `has_rules` say which generations the server serves. In a `brown_out` the
    older routes, which are deprecated, answer 410.
    """

    def __init__(self) -> None:
        self.has_workflows = True
        self.has_rules = True
        self.brown_out = False
        self.alerts: dict[int, Alert] = {}
        self.monitors: dict[int, Monitor] = {}

    def add_alert(self, alert: Alert) -> Alert:
        """Remember an alert."""
        self.alerts[alert.id] = alert
        return alert

    def add_monitor(self, monitor: Monitor) -> Monitor:
        """Remember a monitor, beside those that each project has."""
        self.monitors[monitor.id] = monitor
        return monitor

    def remove_monitor(self, number: int) -> None:
        """Forget a monitor; what listened to it listens to it no more."""
        del self.monitors[number]
        for alert in self.alerts.values():
            alert.monitors = [one for one in alert.monitors if one != number]

    def of(self, org: str) -> list[Alert]:
        """List an organization's alerts."""
        return [alert for alert in self.alerts.values() if alert.org == org]

    def project_of(self, monitor: int) -> int:
        """Tell to which project a monitor belongs; the number of one that comes with it says it."""
        known = self.monitors.get(monitor)
        return known.project if known else monitor % _PROJECTS


def built_in_id(kind: str, project: int) -> int:
    """Number the monitor of a kind that comes with a project."""
    return _BUILT_IN[kind][0] + project


def built_in(org: str, project: int, born: datetime) -> Iterator[Monitor]:
    """Make the monitors that come with a project: nobody ever added them."""
    for kind, (_, name) in _BUILT_IN.items():
        yield Monitor(built_in_id(kind, project), org, project, name, kind, born)
