"""What became of all that SDKs sent, counted by the hour as Sentry counts it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from dexter_mcp.simulator.memory.store import Where

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

HOUR = 3_600


class Outcome(NamedTuple):
    """How much of a category met one fate in one hour."""

    project: int
    category: str
    outcome: str
    reason: str
    at: int
    """Epoch seconds at which the hour begins."""
    quantity: int


class Outcomes:
    """Remembers outcomes; what is costly to tell is told with the first question.

    Accepted errors are not told but counted among the events of errors that there are.
    """

    def __init__(self) -> None:
        self._told: list[Outcome] = []
        self._untold: list[Callable[[], Iterable[Outcome]]] = []

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Remember outcomes."""
        self._told.extend(outcomes)

    def later(self, tell: Callable[[], Iterable[Outcome]]) -> None:
        """Let outcomes be told when somebody asks."""
        self._untold.append(tell)

    def between(
        self, world: "World", start: float, end: float, projects: Iterable[int]
    ) -> list[Outcome]:
        """Select the outcomes of a time; moments are epoch seconds."""
        while self._untold:
            self.add(self._untold.pop()())
        chosen = frozenset(projects)
        known = [o for o in self._told if start <= o.at < end and o.project in chosen]
        return known + [
            error for project in sorted(chosen) for error in _accepted(world, project, start, end)
        ]


def _accepted(world: "World", project: int, start: float, end: float) -> Iterable[Outcome]:
    within = Where("project = ? AND at >= ? AND at < ?", (project, start, end))
    slots: dict[int, int] = {}
    for issue, counts in world.store.buckets(within, HOUR).items():
        if not _is_of_errors(world, issue):
            continue
        for slot, count in counts.items():
            slots[slot] = slots.get(slot, 0) + count
    return [Outcome(project, "error", "accepted", "", at, n) for at, n in sorted(slots.items())]


def _is_of_errors(world: "World", issue: int) -> bool:
    """Tell errors from what counts as transactions, check-ins or feedback."""
    found = world.issues.get(issue)
    return found is not None and found.category == "error"
