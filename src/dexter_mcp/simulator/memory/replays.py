"""Replays: what people did in an application, step by step, and who watched them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from dexter_mcp.simulator.telling.story import Json

StepKind = Literal["page", "click", "dead", "rage", "request", "console", "input"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a person or the application did; `at` is in seconds since the start.

    A request's `what` is `METHOD url status`, a click's a selector.
    """

    at: float
    kind: StepKind
    what: str
    times: int = 1
    """Clicks in a row."""
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Replay:
    """A session; `started` is in epoch seconds, `duration` in seconds."""

    id: str
    project: int
    user: Json
    started: float
    duration: int
    steps: tuple[Step, ...]
    environment: str = "production"
    release: str = ""
    platform: str = "javascript"
    errors: tuple[str, ...] = ()
    """Ids of events."""
    traces: tuple[str, ...] = ()
    browser: tuple[str, str] = ("", "")
    system: tuple[str, str] = ("", "")
    device: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    viewers: tuple[str, ...] = ()
    """E-mail addresses of members."""
    archived: bool = False
    buffered: bool = False
    """It was kept only because something failed."""

    def count(self, *kinds: StepKind) -> int:
        """Count its steps of some kinds."""
        return sum(step.kind in kinds for step in self.steps)

    @property
    def pages(self) -> list[str]:
        """List the addresses that were visited, in their order."""
        return [step.what for step in self.steps if step.kind == "page"]


@dataclass(frozen=True, slots=True)
class DeletionJob:
    """A bulk deletion of a project's replays."""

    number: int
    project: int
    status: str
    query: str
    environments: tuple[str, ...]
    start: datetime
    end: datetime
    created: datetime
    deleted: int
    updated: datetime | None = None
    doomed: tuple[str, ...] | None = ()
    """The replays that it will delete as soon as the clock moves; None when it will fail."""


@dataclass(slots=True)
class Replays:
    """Remembers sessions by their id; those of a story are told with the first question."""

    now: Callable[[], datetime]
    jobs: list[DeletionJob] = field(default_factory=list[DeletionJob])
    _kept: dict[str, Replay] = field(default_factory=dict[str, Replay])
    _later: list[Callable[[], Iterable[Replay]]] = field(
        default_factory=list[Callable[[], Iterable[Replay]]]
    )

    def add(self, replay: Replay) -> None:
        """Keep a session."""
        self._kept[replay.id] = replay

    def tell_later(self, tell: Callable[[], Iterable[Replay]]) -> None:
        """Have sessions told when the first question comes."""
        self._later.append(tell)

    def all(self) -> list[Replay]:
        """List all sessions."""
        waiting, self._later = self._later, []
        for tell in waiting:
            for replay in tell():
                self.add(replay)
        self._work_off()
        return list(self._kept.values())

    def get(self, number: str) -> Replay | None:
        """Find a session."""
        return {replay.id: replay for replay in self.all()}.get(number)

    def delete(self, number: str) -> None:
        """Forget a session."""
        self._kept.pop(number, None)

    def jobs_of(self, project: int) -> list[DeletionJob]:
        """List the bulk deletions of a project, newest first."""
        self._work_off()
        own = (job for job in self.jobs if job.project == project)
        return sorted(own, key=lambda job: (job.created, job.number), reverse=True)

    def _work_off(self) -> None:
        """Do what jobs were asked for before now."""
        now = self.now()
        self.jobs = [self._done(job, now) if _is_due(job, now) else job for job in self.jobs]

    def _done(self, job: DeletionJob, now: datetime) -> DeletionJob:
        if job.doomed is None:
            return replace(job, status="failed", updated=now)
        gone = [number for number in job.doomed if number in self._kept]
        for number in gone:
            self.delete(number)
        return replace(job, status="completed", deleted=len(gone), updated=now)


def _is_due(job: DeletionJob, now: datetime) -> bool:
    return job.status == "pending" and job.created < now
