"""What Sentry passes on by itself: events to other services, word of spikes to people."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(slots=True)
class Forwarder:
    """Sends the events of some projects on to another service."""

    id: str
    org: str
    provider: Literal["segment", "sqs", "splunk"]
    config: dict[str, str]
    created: datetime
    projects: list[int]
    overrides: dict[int, dict[str, str]] = field(default_factory=dict[int, dict[str, str]])
    enabled: bool = True
    enrolls_new: bool = False
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotificationAction:
    """Whom to tell when a project sends far more than usual."""

    id: int
    org: str
    projects: tuple[int, ...]
    service: str
    target: str
    target_name: str
    trigger: str = "spike-protection"
    target_kind: str = "specific"
    integration: int | None = None


@dataclass(slots=True)
class Outgoing:
    """Forwarders and notification actions of all organizations."""

    forwarders: list[Forwarder] = field(default_factory=list[Forwarder])
    actions: list[NotificationAction] = field(default_factory=list[NotificationAction])
