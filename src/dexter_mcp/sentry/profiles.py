"""Profiles: in which functions the time was spent. Names of functions come with what SDKs send."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple, TypeVar

from pydantic import AliasChoices, Field

from dexter_mcp.sentry.api import HOUR, MINUTE, Api
from dexter_mcp.sentry.reply import Placed, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

T = TypeVar("T")

_NANOSECONDS: Final = 1e9
_PAUSE: Final = 10
"""How many times the usual step a pause between samples takes at least."""


class Frame(Reply):
    """A function, named as `function` by SDKs and as `name` in flame graphs."""

    function: Untrusted = Field(
        default=Untrusted(), validation_alias=AliasChoices("function", "name")
    )
    file: Untrusted = Field(
        default=Untrusted(), validation_alias=AliasChoices("filename", "file", "abs_path", "path")
    )
    module: Untrusted = Field(
        default=Untrusted(), validation_alias=AliasChoices("module", "package", "image")
    )
    line: int | None = Field(default=None, validation_alias=AliasChoices("lineno", "line"))
    in_app: bool = Field(default=False, validation_alias=AliasChoices("in_app", "is_application"))


class Stack(NamedTuple):
    """What ran at one moment, outermost first, and for how many seconds."""

    frames: tuple[Frame, ...]
    seconds: float


class _Sample(Reply):
    """A moment: nanoseconds since the start, or in chunks epoch seconds."""

    stack_id: int
    thread_id: str = ""
    elapsed_since_start_ns: float | None = None
    timestamp: float | None = None

    @property
    def at(self) -> float:
        if self.elapsed_since_start_ns is not None:
            return self.elapsed_since_start_ns / _NANOSECONDS
        return self.timestamp or 0.0


class Sampled(Reply):
    """Samples of stacks, whose frames stand innermost first."""

    frames: Placed[Frame] = ()
    stacks: Placed[tuple[int, ...]] = ()
    samples: tuple[_Sample, ...] = ()

    def weighed(self, thread: str = "") -> Iterator[Stack]:
        """Give each sample the time until the next of its thread, of one thread if named.

        A pause, in which nothing was sampled, is nobody's time.
        """
        threads: dict[str, list[_Sample]] = {}
        for sample in self.samples:
            if not thread or sample.thread_id == thread:
                threads.setdefault(sample.thread_id, []).append(sample)
        for taken in threads.values():
            ordered = sorted(taken, key=lambda sample: sample.at)
            steps = [after.at - before.at for before, after in pairwise(ordered)]
            longest = _PAUSE * median(steps) if steps else 0.0
            for sample, step in zip(ordered, steps, strict=False):
                places = _at(self.stacks, sample.stack_id)
                if places is not None and step <= longest:
                    yield Stack(_named(self.frames, reversed(places)), step)


def _at(items: Sequence[T | None], place: int) -> T | None:
    return items[place] if place in range(len(items)) else None


def _named(frames: Sequence[Frame | None], places: Iterable[int]) -> tuple[Frame, ...]:
    """Give the frames at these places, without those that could not be read."""
    return tuple(frame for place in places if (frame := _at(frames, place)) is not None)


class ProfiledTransaction(Reply):
    """The transaction that a profile is of."""

    name: Untrusted = Untrusted()
    trace_id: str = ""
    active_thread_id: str = ""


class Profile(Reply):
    """A profile of one transaction, as the SDK took it."""

    platform: Untrusted = Untrusted()
    release: Untrusted = Untrusted()
    environment: Untrusted = Untrusted()
    transaction: ProfiledTransaction = ProfiledTransaction()
    profile: Sampled = Sampled()

    def stacks(self) -> Iterator[Stack]:
        """Weigh the thread that the transaction ran in; all where that is not told."""
        active = self.transaction.active_thread_id
        known = {sample.thread_id for sample in self.profile.samples}
        return self.profile.weighed(active if active in known else "")


class Chunk(Reply):
    """A piece of a profile that is taken all the time."""

    platform: Untrusted = Untrusted()
    release: Untrusted = Untrusted()
    environment: Untrusted = Untrusted()
    profile: Sampled = Sampled()

    def stacks(self) -> Iterator[Stack]:
        """Weigh all threads."""
        return self.profile.weighed()


class _Chunk(Reply):
    chunk: Chunk = Chunk()


class _Graph(Reply):
    """One thread of a flame graph: places of frames, outermost first, and weights."""

    unit: str = ""
    samples: Placed[tuple[int, ...]] = ()
    weights: Placed[float] = ()
    sample_durations_ns: Placed[float] = Field(default=(), validation_alias="sample_durations_ns")


class _Shared(Reply):
    frames: Placed[Frame] = ()


class FlameGraph(Reply):
    """Many profiles laid over one another, in the form of speedscope."""

    profiles: tuple[_Graph, ...] = ()
    shared: _Shared = _Shared()

    def stacks(self) -> Iterator[Stack]:
        """Weigh all that it holds."""
        frames = self.shared.frames
        for graph in self.profiles:
            weights = graph.sample_durations_ns or graph.weights
            for places, weight in zip(graph.samples, weights, strict=False):
                if places is not None and weight is not None:
                    yield Stack(_named(frames, places), weight / _NANOSECONDS)


class Profiles:
    """What one can ask about profiles."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def get(self, org: str, project: str, profile: str) -> Profile:
        """Read the profile of a transaction.

        https://docs.sentry.io/api/profiling/retrieve-a-profile/
        """
        where = path("projects", org, project, "profiling", "profiles", profile)
        return await self._api.get(Profile, where, fresh_for=HOUR)

    async def flamegraph(
        self,
        org: str,
        *,
        query: str = "",
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
    ) -> FlameGraph:
        """Lay the profiles of many transactions over one another.

        https://docs.sentry.io/api/profiling/retrieve-a-flamegraph/
        """
        return await self._api.get(
            FlameGraph,
            path("organizations", org, "profiling", "flamegraph"),
            fresh_for=MINUTE,
            dataSource="transactions",
            query=query or None,
            project=project,
            environment=environment,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
        )

    async def chunks(
        self,
        org: str,
        *,
        project: str,
        profiler: str,
        stats_period: str = "",
        start: str = "",
        end: str = "",
    ) -> Chunk:
        """Read what a profiler that runs all the time saw; `project` is a number.

        https://docs.sentry.io/api/profiling/retrieve-profile-chunks/
        """
        told = await self._api.get(
            _Chunk,
            path("organizations", org, "profiling", "chunks"),
            fresh_for=MINUTE,
            project=project,
            profiler_id=profiler,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
        )
        return told.chunk
