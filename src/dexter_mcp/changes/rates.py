"""Whether projects report many more errors since a change began: then it is better to wait."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import anyio

from dexter_mcp.changes.plan import State
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import trail
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import SentryError
from dexter_mcp.sentry.json_types import is_object
from dexter_mcp.sentry.timeseries import MOST_GROUPS, Series
from dexter_mcp.views.numbers import count
from dexter_mcp.views.untrusted import name

_LATELY: Final = timedelta(minutes=5)
_BEFORE: Final = timedelta(hours=1)
_MINUTE: Final = 60
_FACTOR: Final = 3
_MORE: Final = 50
"""Errors by which it must exceed the usual number: of few, three times as many are still few."""
_PATIENCE: Final = 5.0
"""Seconds that a change waits for the figures, which it can do without."""
_MILLISECONDS: Final = 1_000


@dataclass(frozen=True)
class Rate:
    """How many errors a project reported in the last minutes, and usually in as many."""

    project: str
    lately: float
    usually: float

    @property
    def jumped(self) -> bool:
        """Tell whether that is many more than usual."""
        more = self.lately - self.usually
        return self.lately >= _FACTOR * self.usually and more >= _MORE

    def __str__(self) -> str:
        return (
            f"{name(self.project)} reported {count(self.lately)} errors in the last 5 min, "
            f"where {count(self.usually)} are usual"
        )


def project_of(order: Order, state: State) -> str:
    """Name the project that a target belongs to, by slug or number; empty if it tells none."""
    if named := order.places.get("project", ""):
        return named
    project = (state or {}).get("project")
    return str(project.get("id", "")) if is_object(project) else ""


async def jump(desk: Desk, org: str, projects: Iterable[str]) -> str:
    """Say which of the projects report many more errors than in the hour before; empty if none.

    Where Sentry does not tell in time, nothing speaks against going on.
    """
    named = sorted(filter(None, projects))
    if not named:
        return ""
    told = list[Rate]()
    with anyio.move_on_after(_PATIENCE), trail.anew(), trail.in_background():
        try:
            told += await _rates(desk, org, named)
        except SentryError:
            return ""
    return "; ".join(str(rate) for rate in told if rate.jumped)


def rates(series: Iterable[Series], now: datetime) -> Iterator[Rate]:
    """Add up what each series holds of the last minutes and of the hour before."""
    since = (now - _LATELY).timestamp() * _MILLISECONDS
    share = _LATELY / _BEFORE
    for each in series:
        lately = sum(p.value or 0 for p in each.values if p.timestamp >= since)
        before = sum(p.value or 0 for p in each.values if p.timestamp < since)
        named = next((group.value.raw for group in each.group_by), "")
        yield Rate(named or "the rest", lately, before * share)


async def _rates(desk: Desk, org: str, named: Sequence[str]) -> Sequence[Rate]:
    found, now = await desk.sentry.projects.resolve_all(org, named), desk.now()
    told = await desk.sentry.time_series.get(
        org,
        dataset="errors",
        group_by=("project",),
        top_events=min(len(found), MOST_GROUPS),
        sort="-count()",
        interval=_MINUTE,
        project=[project.id for project in found],
        start=(now - _LATELY - _BEFORE).isoformat(),
        end=now.isoformat(),
    )
    return tuple(rates(told.time_series, now))
