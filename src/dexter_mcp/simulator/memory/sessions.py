"""Sessions of applications, counted by the hour as Sentry counts them."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

HOUR = 3_600


class Hour(NamedTuple):
    """The sessions of a release in an environment that began in one hour.

    `crashed`, `errored` and `abnormal` leave the others out: a session has one status. Of `users`
    some come back in other hours.
    """

    project: int
    release: str
    environment: str
    at: int
    """Epoch seconds at which the hour begins."""
    sessions: int
    users: int
    crashed: int
    crashed_users: int
    errored: int = 0
    abnormal: int = 0


@dataclass(frozen=True, slots=True)
class Sum:
    """Hours taken together. Users of several hours are counted once, as well as can be told."""

    sessions: int = 0
    users: int = 0
    crashed: int = 0
    crashed_users: int = 0
    errored: int = 0
    abnormal: int = 0

    @property
    def healthy(self) -> int:
        """Sessions in which nothing went wrong."""
        return self.sessions - self.crashed - self.errored - self.abnormal

    @property
    def crash_free_sessions(self) -> float | None:
        """The share of sessions without a crash."""
        return 1 - self.crashed / self.sessions if self.sessions else None

    @property
    def crash_free_users(self) -> float | None:
        """The share of users who saw no crash."""
        return 1 - self.crashed_users / self.users if self.users else None


class Sessions:
    """Remembers sessions; what is costly to tell is told with the first question."""

    def __init__(self) -> None:
        self._hours: dict[int, list[Hour]] = {}
        self._untold: list[Callable[[], Iterable[Hour]]] = []
        self._audience: dict[int, int] = {}

    def add(self, hours: Iterable[Hour]) -> None:
        """Remember sessions."""
        for hour in hours:
            self._hours.setdefault(hour.project, []).append(hour)

    def later(self, tell: Callable[[], Iterable[Hour]]) -> None:
        """Let sessions be told when somebody asks."""
        self._untold.append(tell)

    def audience(self, project: int, people: int) -> None:
        """Say how many people use a project's application in all."""
        self._audience[project] = people

    def between(self, start: float, end: float, projects: Iterable[int]) -> list[Hour]:
        """Select the hours that begin in a time; moments are epoch seconds."""
        while self._untold:
            self.add(self._untold.pop()())
        return [
            hour
            for project in dict.fromkeys(projects)
            for hour in self._hours.get(project, ())
            if start <= hour.at < end
        ]

    def sum(self, hours: Iterable[Hour]) -> Sum:
        """Take hours together."""
        totals: dict[int, list[int]] = {}
        for hour in hours:
            total = totals.setdefault(hour.project, [0] * 6)
            for place, count in enumerate(hour[4:]):
                total[place] += count
        each = (
            (sessions, self._once(project, users), crashed, self._once(project, hit), *rest)
            for project, (sessions, users, crashed, hit, *rest) in totals.items()
        )
        return Sum(*map(sum, zip(*each, strict=True)))

    def _once(self, project: int, visits: int) -> int:
        """Guess how many people make so many visits, each of the audience as likely as the next."""
        people = self._audience.get(project)
        return round(people * -math.expm1(-visits / people)) if people else visits
