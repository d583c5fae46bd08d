"""Alerts and monitors of either generation, and what state they are in.

An alert says whom to tell of what; a monitor finds what there is to tell. Older servers know both
as rules.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dexter_mcp.sentry.detectors import BUILT_IN, METRIC, Detector, OpenPeriod
from dexter_mcp.sentry.workflows import Workflow
from dexter_mcp.views.alerts_words import Names, action, fault
from dexter_mcp.views.untrusted import name

State = Literal["", "enabled", "disabled", "muted", "broken", "never_fired", "firing"]

_TROUBLE = 80
_NEVER = "never fired"


@dataclass(frozen=True)
class Alert:
    """An alert with the monitors that it listens to, as far as they are known.

    `old` is the rule of an older server.
    """

    it: Workflow
    monitors: tuple[Detector, ...] = ()
    old: bool = False

    @property
    def ref(self) -> str:
        """Name it so that it can be asked for."""
        return f"{'rule' if self.old else 'alert'} {name(self.it.id)}"

    @property
    def fired(self) -> datetime | None:
        """Tell when it acted last."""
        return self.it.last_triggered

    @property
    def never_fired(self) -> bool:
        """Tell whether it never acted; of older rules nobody knows."""
        return "last_triggered" in self.it.model_fields_set and self.fired is None

    @property
    def muted(self) -> bool:
        """Tell whether somebody silenced it for a while."""
        return self.it.muted

    @property
    def firing(self) -> bool:
        """Tell whether it is past a threshold now: an alert never is, its monitors are."""
        return False

    def troubles(self, names: Names) -> list[str]:
        """Say why it can't do what it is for."""
        broken = self._broken(names)
        watches_nothing = not self.old and not self.it.detector_ids
        told = [
            *broken,
            name(self.it.trouble, limit=_TROUBLE) if not broken else "",
            "watches nothing" if watches_nothing else "",
            "no action" if not self.it.actions else "",
        ]
        return list(filter(None, told))

    def _broken(self, names: Names) -> list[str]:
        """Name the integrations that fail it; where nothing is known of them, what they did."""
        known = names.connections.fault
        told = (
            known(each.integration_id) or action(each, names)
            for each in self.it.actions
            if fault(each, names)
        )
        return list(dict.fromkeys(told))

    def projects(self, names: Names) -> list[str]:
        """Name the projects that it watches as a whole."""
        watched = [each.project_id for each in self.monitors if each.type in BUILT_IN]
        slugs = self.it.projects or [names.projects.get(one, one) for one in watched]
        return [name(slug) for slug in dict.fromkeys(slugs)]


@dataclass(frozen=True)
class Monitor:
    """A monitor.

    `old` is the metric alert rule of an older server; `latest` is when that fired last.
    """

    it: Detector
    old: bool = False
    latest: OpenPeriod | None = None

    @property
    def ref(self) -> str:
        """Name it so that it can be asked for."""
        return f"{'metric rule' if self.old else 'monitor'} {name(self.it.id)}"

    @property
    def fired(self) -> datetime | None:
        """Tell when what it found happened last."""
        if self.latest:
            return self.latest.start
        return self.it.latest_group.last_seen if self.it.latest_group else None

    @property
    def never_fired(self) -> bool:
        """Tell whether it never found anything; of older rules nobody knows."""
        return "latest_group" in self.it.model_fields_set and self.it.latest_group is None

    @property
    def muted(self) -> bool:
        """Tell whether somebody silenced it for a while."""
        return self.it.is_muted

    @property
    def firing(self) -> bool:
        """Tell whether what it found last is still unresolved."""
        if self.latest:
            return self.latest.is_open
        return self.it.latest_group is not None and self.it.latest_group.status == "unresolved"

    def troubles(self, _: Names) -> list[str]:
        """Say why it can't do what it is for."""
        blind = self.it.type == METRIC and self.it.measures is None
        return ["no data source"] if blind else []

    def projects(self, names: Names) -> list[str]:
        """Name its project."""
        number = self.it.project_id
        slugs = self.it.projects or ([names.projects.get(number, number)] if number else [])
        return [name(slug) for slug in slugs]


Watch = Alert | Monitor


def states(it: Watch, names: Names) -> list[str]:
    """Name what is out of the ordinary about it, the worst first; nothing if all is well."""
    troubles = it.troubles(names)
    told = [
        "" if it.it.enabled else "disabled",
        "muted" if it.muted else "",
        f"broken: {', '.join(troubles)}" if troubles else "",
        "firing" if it.firing and it.it.enabled else "",
        _NEVER if it.never_fired else "",
    ]
    return list(filter(None, told))


def state(it: Watch, names: Names) -> str:
    """Say what is out of the ordinary; that it never fired only where nothing explains it."""
    said = states(it, names)
    explained = len(said) > 1 and said[-1] == _NEVER
    return ", ".join(said[:-1] if explained else said)


def has_state(it: Watch, wanted: State, names: Names) -> bool:
    """Tell whether it is in the state asked for."""
    match wanted:
        case "":
            return True
        case "enabled":
            return it.it.enabled and not it.muted
        case other:
            said = other.replace("_", " ")
            return any(each.startswith(said) for each in states(it, names))


def urgency(it: Watch, names: Names) -> tuple[int, float, str]:
    """Sort what fires or is broken first, then by when it fired last; what is off comes last."""
    rank = 1
    if not it.it.enabled or it.muted:
        rank = 3
    elif it.firing or it.troubles(names):
        rank = 0
    elif it.never_fired:
        rank = 2
    return rank, -it.fired.timestamp() if it.fired else 0.0, it.it.name
