"""Plays requests through the places of the traffic and writes down the spans of each."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.memory.spans import Span
from dexter_mcp.simulator.sample.traffic import Place, Step
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.telling.visitors import visitor

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

FAILED = "internal_error"
_NEWEST = 0.85
"""Share of the traffic that the newest release has; the one before it has the rest."""
_SPREAD = 0.28
"""Deviation of the logarithm of a step's time."""
_PROVIDERS = ("nordpay", "nordpay", "nordpay", "cardlink", "cardlink", "kasse")


class Visit(NamedTuple):
    """What all spans of a trace share."""

    trace: str
    environment: str
    user: str


class Root(NamedTuple):
    """What is settled of a transaction before it runs."""

    id: str
    parent: str | None
    release: str
    failed: bool


class Outcome(NamedTuple):
    """What came of a request or of a step."""

    milliseconds: float
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Versions:
    """The releases of a project, the oldest first, and since when there has been each."""

    names: Sequence[str]
    made: Sequence[float]

    @classmethod
    def of(cls, world: "World", project: Project) -> "Versions":
        """List those that a world knows."""
        found = world.releases_of(project)[::-1]
        return cls([one.version for one in found], [one.created.timestamp() for one in found])

    def at(self, moment: float, chance: Random) -> str:
        """Draw one that was in use at a moment."""
        known = bisect_right(self.made, moment)
        older = known > 1 and chance.random() > _NEWEST
        return self.names[max(known - 1 - older, 0)] if self.names else ""

    def reached(self, version: str, wanted: str) -> bool:
        """Tell whether a version is the wanted one or a later one."""
        names = self.names
        return wanted in names and version in names and names.index(version) >= names.index(wanted)


@dataclass(frozen=True, slots=True)
class _Inside:
    """The transaction that a step is taken in."""

    place: Place
    visit: Visit
    segment: str
    root: Root
    project: int


class Player:
    """Plays requests; `spans` are those of all so far."""

    def __init__(
        self,
        places: Mapping[str, Place],
        projects: Mapping[str, Project],
        world: "World",
        chance: Random,
    ) -> None:
        self.spans: list[Span] = []
        self._places = places
        self._projects = projects
        self._versions = {slug: Versions.of(world, one) for slug, one in projects.items()}
        self._chance = chance

    def play(self, place: Place, visit: Visit, parent: str | None, at: float) -> Outcome:
        """Play a request with all that it leads to; `at` is in epoch seconds."""
        version = self._versions[place.project].at(at, self._chance)
        fails = self._chance.random() < place.failing
        return self.run(place, visit, Root(self.new_id(), parent, version, fails), at)

    def run(self, place: Place, visit: Visit, root: Root, at: float) -> Outcome:
        """Play a transaction of which more is settled already."""
        segment = f"{self._chance.getrandbits(128):032x}"
        inside = _Inside(place, visit, segment, root, self._projects[place.project].id)
        pause = place.own * self._spread() / (len(place.steps) + 1)
        clock, waited, failed = pause, 0.0, root.failed
        for step in self._steps(inside):
            outcome = self._step(inside, step, at + clock / 1000)
            clock += outcome.milliseconds + pause / max(step.times, 1)
            waited += outcome.milliseconds
            failed = failed or (outcome.failed and place.op == "http.server")
        self._finish(inside, at, Outcome(clock, failed), waited)
        return Outcome(clock, failed)

    def new_id(self) -> str:
        """Draw the id of a span."""
        return f"{self._chance.getrandbits(64):016x}"

    def _spread(self) -> float:
        return self._chance.lognormvariate(0, _SPREAD)

    def _steps(self, inside: _Inside) -> Iterator[Step]:
        versions, version = self._versions[inside.place.project], inside.root.release
        for step in inside.place.steps:
            begun = not step.since or versions.reached(version, step.since)
            ended = bool(step.until) and versions.reached(version, step.until)
            for _ in range(step.times if begun and not ended else 0):
                yield step

    def _step(self, inside: _Inside, step: Step, at: float) -> Outcome:
        span, took = self.new_id(), step.milliseconds * self._spread()
        version, factor = step.slower
        if version and self._versions[inside.place.project].reached(inside.root.release, version):
            took *= factor
        answer = Outcome(0.0)
        if step.to:
            answer = self.play(self._places[step.to], inside.visit, span, at + took / 2000)
        whole = Outcome(took + answer.milliseconds, answer.failed)
        written = _span(inside, at, whole, took)
        data = _of_step(step, whole, self._chance)
        self.spans.append(
            written._replace(
                id=span,
                parent=inside.root.id,
                op=step.op,
                description=step.description,
                attributes=json.dumps(data),
            )
        )
        return whole

    def _finish(self, inside: _Inside, at: float, whole: Outcome, waited: float) -> None:
        """Write the span of the transaction itself, when all that is inside has been played."""
        data = _of_place(inside, whole, self._chance)
        written = _span(inside, at, whole, whole.milliseconds - waited)
        self.spans.append(written._replace(is_transaction=True, attributes=json.dumps(data)))


def _span(inside: _Inside, at: float, whole: Outcome, alone: float) -> Span:
    place, visit, root = inside.place, inside.visit, inside.root
    return Span(
        id=root.id,
        trace=visit.trace,
        parent=root.parent,
        segment=inside.segment,
        project=inside.project,
        at=round(at, 6),
        duration=round(whole.milliseconds, 3),
        self_time=round(max(alone, 0.0), 3),
        op=place.op,
        description=place.name,
        status=FAILED if whole.failed else "ok",
        name=place.name,
        is_transaction=False,
        environment=visit.environment,
        release=root.release,
        user=visit.user,
    )


def _of_place(inside: _Inside, whole: Outcome, chance: Random) -> Json:
    """Tell what a transaction knows beside its times."""
    place, told = inside.place, dict[str, Any]()
    if place.method:
        told["http.request.method"] = place.method
        told["http.response.status_code"] = 500 if whole.failed else 200
    if place.op == "pageload":
        told["measurements.lcp"] = round(1300 * chance.lognormvariate(0, 0.35), 1)
        told["measurements.ttfb"] = round(190 * chance.lognormvariate(0, 0.3), 1)
    if place.project == "checkout" and ("checkout" in place.name or "pay" in place.name):
        told["cart.lines"] = chance.randint(1, 7)
        told["payment.provider"] = chance.choice(_PROVIDERS)
        told["checkout.express"] = chance.random() < 0.3  # noqa: PLR2004 - three in ten
    if inside.visit.user:
        told["user.geo.country_code"] = visitor(inside.visit.user)["geo"]["country_code"]
    return told


def _of_step(step: Step, whole: Outcome, chance: Random) -> Json:
    """Tell what a step knows beside its times."""
    kind = step.op.partition(".")[0]
    if kind == "db":
        return {"db.system": "postgresql", "db.operation": step.description.split(" ")[0].upper()}
    if kind == "cache":
        return {"cache.hit": chance.random() < 0.8}  # noqa: PLR2004 - four in five
    if kind == "resource":
        return {"http.response_content_length": chance.randint(20_000, 900_000)}
    if kind != "http":
        return {}
    method, _, url = step.description.partition(" ")
    return {
        "http.request.method": method,
        "http.response.status_code": 500 if whole.failed else 200,
        "server.address": urlsplit(url).hostname,
        "url.full": url,
    }
