"""What Acme Shop sends to Sentry, and what becomes of it, over the last thirty days.

- `storefront` sends more than half of the transactions and of the replays.
- `storefront` errors: four in ten never count, because filters drop those of browser extensions
  and web crawlers.
- `gateway`: its transactions were rate limited three days ago, when spike protection held back
  eight hours of a surge.
- `checkout`: since the regression a key's limit has dropped some of its errors.
- `mobile-app`: phones drop most of their transactions themselves, by sample rate.
- Errors that were accepted are the events of errors that there are.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from dexter_mcp.simulator.memory.outcomes import HOUR, Outcome
from dexter_mcp.simulator.sample.people import ORG

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_DAYS = 30


class Flow(NamedTuple):
    """What a project sends in an average hour, and how it ends.

    `first` and `last` bound it, in hours ago.
    """

    project: str
    category: str
    outcome: str
    reason: str
    hourly: float
    first: float = _DAYS * 24
    last: float = 0


FLOWS: Sequence[Flow] = (
    Flow("storefront", "error", "filtered", "browser-extensions", 1.9),
    Flow("storefront", "error", "filtered", "web-crawlers", 0.8),
    Flow("storefront", "error", "client_discard", "before_send", 0.5),
    Flow("checkout", "error", "rate_limited", "key_quota", 4.2, first=50.6),
    Flow("checkout", "error", "filtered", "localhost", 0.1),
    Flow("mobile-app", "error", "invalid", "too_large", 0.05),
    Flow("storefront", "transaction", "accepted", "", 1_320),
    Flow("checkout", "transaction", "accepted", "", 410),
    Flow("gateway", "transaction", "accepted", "", 520),
    Flow("inventory", "transaction", "accepted", "", 140),
    Flow("mobile-app", "transaction", "accepted", "", 64),
    Flow("reports", "transaction", "accepted", "", 9),
    Flow("gateway", "transaction", "rate_limited", "spike_protection", 2_100, first=80, last=72),
    Flow("mobile-app", "transaction", "client_discard", "sample_rate", 580),
    Flow("storefront", "replay", "accepted", "", 19),
    Flow("mobile-app", "replay", "accepted", "", 4),
    Flow("storefront", "attachment", "accepted", "", 210_000),
    Flow("mobile-app", "attachment", "accepted", "", 96_000),
    Flow("checkout", "log_item", "accepted", "", 260),
    Flow("reports", "monitor", "accepted", "", 6),
)


def populate(world: "World") -> None:
    """Let the outcomes be told when somebody asks."""
    world.outcomes.later(lambda: _told(world))


def _told(world: "World") -> Iterator[Outcome]:
    now = world.now().timestamp()
    for flow in FLOWS:
        project = world.project(ORG, flow.project)
        if project is None:
            continue
        chance = Random(f"{world.seed}:{flow.project}:{flow.category}:{flow.outcome}:{flow.reason}")
        first = int((now - flow.first * HOUR) // HOUR * HOUR)
        for at in range(first, int(now - flow.last * HOUR), HOUR):
            quantity = int(flow.hourly * _rhythm(at) * chance.uniform(0.9, 1.1) + chance.random())
            if quantity:
                yield Outcome(project.id, flow.category, flow.outcome, flow.reason, at, quantity)


def _rhythm(at: int) -> float:
    """Follow the day, busiest in the evening."""
    hour = datetime.fromtimestamp(at, UTC).hour
    return 1 + 0.6 * math.cos(2 * math.pi * (hour - 18) / 24)
