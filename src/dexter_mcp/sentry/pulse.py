"""What the road to Sentry has been like since this process began: counts, never contents."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dexter_mcp.sentry import trail

Count = Literal[
    "requests", "failures", "cache_hits", "coalesced", "waits", "retries", "stale", "refused_early"
]

_REMEMBERED = 1_000
"""Latencies kept: enough for a p99, and a bounded amount of memory."""


@dataclass
class Pulse:
    """Counts what the transports do. One for each connection to Sentry.

    `limits` holds, by bucket, the limits as last seen; `breakers` the state of those that are not
    closed; `waited` is in seconds.
    """

    counts: Counter[Count] = field(default_factory=Counter[Count])
    waited: float = 0.0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    limits: dict[str, str] = field(default_factory=dict[str, str])
    breakers: dict[str, str] = field(default_factory=dict[str, str])

    def count(self, what: Count) -> None:
        """Count one more, here and for the call at hand."""
        self.counts[what] += 1
        trail.current().counts[what] += 1

    def wait(self, seconds: float) -> None:
        """Count a wait in line."""
        self.count("waits")
        self.waited += seconds
        trail.current().waited += seconds

    def latency(self) -> Mapping[str, float]:
        """Give the median, the 95th and the 99th percentile of the latest requests, in seconds."""
        if not self.seconds:
            return {}
        ordered = sorted(self.seconds)
        last = len(ordered) - 1
        return {f"p{of}": ordered[round(last * of / 100)] for of in (50, 95, 99)}
