"""What an issue of the sample world is made of: a payload, and how it repeats over time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

Json = dict[str, Any]

Rhythm = Literal["steady", "burst", "growing", "fading", "returning", "daily"]
"""How the events of a story spread between its first and its last one."""


@dataclass(frozen=True, slots=True)
class Story:
    """One issue: what its events hold, how often and for whom they happened, what became of it.

    `payload` is an event as a Sentry SDK sends it (the `event` or `transaction` item of an
    envelope), without what differs from event to event: `event_id`, `timestamp`, `user`,
    `release`, `environment` and the tags named in `vary`.
    """

    project: str
    """Slug of the project."""
    payload: Json
    count: int
    """Events in all."""
    users: int
    """Different end users among them; 0 when the events name none."""
    first_seen: timedelta
    """Ago."""
    last_seen: timedelta
    """Ago."""
    rhythm: Rhythm = "steady"
    releases: Mapping[str, float] = field(default_factory=dict[str, float])
    """Release version to weight. A release gets no event from before it was made."""
    environments: Mapping[str, float] = field(default_factory=dict[str, float])
    """Environment name to weight."""
    vary: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])
    """Tag to its values and their weights: what may set the issue apart."""
    status: Literal["unresolved", "resolved", "ignored"] = "unresolved"
    substatus: str = "ongoing"
    """Sentry's substatus; empty for a resolved issue."""
    priority: Literal["low", "medium", "high"] = "medium"
    assigned_to: str = ""
    """`user:<e-mail>`, `team:<slug>` or empty."""
    category: str = "error"
    """Sentry's `issueCategory`."""
    kind: str = "error"
    """Sentry's `issueType`, such as `performance_n_plus_one_db_queries`."""
    activity: tuple[Json, ...] = ()
    """`{"type": "note", "ago": timedelta, "user": <e-mail>, "data": {"text": …}}` and the like,
    oldest first, in Sentry's activity types."""
    suspect: str = ""
    """Id of the commit that Sentry would suspect, if any."""
