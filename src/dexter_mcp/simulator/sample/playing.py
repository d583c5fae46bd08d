"""Plays requests through the places of the traffic and writes down the spans of each."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
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
_PROFILED = 0.2
"""Share of the checkouts and payments that have a profile."""
_PROFILER = "5e1f0c7ab2d94c6e8f3a1b7c9d2e4f60"
"""What profiles the workers of Reports all the time."""
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


class What(NamedTuple):
    """What a span is about."""

    id: str
    parent: str | None
    op: str
    description: str
    attributes: str
    """As JSON."""
    is_transaction: bool = False


@dataclass(frozen=True, slots=True)
class Versions:
    """The releases of a project, the oldest first, and since when there has been each."""

    names: Sequence[str]
    made: Sequence[float]
    places: Mapping[str, int]
    """Of each name among all."""

    @classmethod
    def of(cls, world: "World", project: Project) -> "Versions":
        """List those that a world knows."""
        found = world.releases_of(project)[::-1]
        names = [one.version for one in found]
        made = [one.created.timestamp() for one in found]
        return cls(names, made, {name: place for place, name in enumerate(names)})

    def at(self, moment: float, chance: Random) -> str:
        """Draw one that was in use at a moment."""
        known = bisect_right(self.made, moment)
        older = known > 1 and chance.random() > _NEWEST
        return self.names[max(known - 1 - older, 0)] if self.names else ""

    def reached(self, version: str, wanted: str) -> bool:
        """Tell whether a version is the wanted one or a later one."""
        return self.places.get(version, -1) >= self.places.get(wanted, len(self.names))


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
        attributes = _fixed(step, whole.failed) or _drawn(step, self._chance)
        what = What(span, inside.root.id, step.op, step.description, attributes)
        self.spans.append(_span(inside, what, at, whole, took))
        return whole

    def _finish(self, inside: _Inside, at: float, whole: Outcome, waited: float) -> None:
        """Write the span of the transaction itself, when all that is inside has been played."""
        place, root = inside.place, inside.root
        attributes = json.dumps(_of_place(inside, whole, self._chance))
        what = What(root.id, root.parent, place.op, place.name, attributes, is_transaction=True)
        self.spans.append(_span(inside, what, at, whole, whole.milliseconds - waited))


def _span(inside: _Inside, what: What, at: float, whole: Outcome, alone: float) -> Span:
    visit = inside.visit
    return Span(
        what.id,
        visit.trace,
        what.parent,
        inside.segment,
        inside.project,
        at,
        round(whole.milliseconds, 3),
        round(max(alone, 0.0), 3),
        what.op,
        what.description,
        FAILED if whole.failed else "ok",
        inside.place.name,
        what.is_transaction,
        visit.environment,
        inside.root.release,
        visit.user,
        what.attributes,
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
        if chance.random() < _PROFILED:
            told["profile.id"] = f"{chance.getrandbits(128):032x}"
    if place.project == "reports":
        told["profiler.id"] = _PROFILER
    if inside.visit.user:
        told["user.geo.country_code"] = visitor(inside.visit.user)["geo"]["country_code"]
    return told


@cache
def _fixed(step: Step, failed: bool) -> str:  # noqa: FBT001 - a key of the cache
    """Tell what each run of a step knows alike, as JSON; nothing where chance has a say."""
    kind = step.op.partition(".")[0]
    if kind == "db":
        verb = step.description.split(" ")[0].upper()
        return json.dumps({"db.system": "postgresql", "db.operation": verb})
    if kind == "http":
        method, _, url = step.description.partition(" ")
        return json.dumps(
            {
                "http.request.method": method,
                "http.response.status_code": 500 if failed else 200,
                "server.address": urlsplit(url).hostname,
                "url.full": url,
            }
        )
    return ""


def _drawn(step: Step, chance: Random) -> str:
    kind = step.op.partition(".")[0]
    if kind == "cache":
        return json.dumps({"cache.hit": chance.random() < 0.8})  # noqa: PLR2004 - four in five
    if kind == "resource":
        return json.dumps({"http.response_content_length": chance.randint(20_000, 900_000)})
    return "{}"
