"""Which issues of a project look alike."""

from itertools import pairwise

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.intake.loose import mapping, mappings, text
from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.shapes.issues import counts_json, issue_base
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_WIDTH = 4
"""Characters of a shingle."""
_ALIKE = 0.35
_MOST = 10

Traits = dict[str, set[object]]
"""What is compared, under the names that Sentry has for it."""


def routes(world: World) -> list[BaseRoute]:
    """Serve issues that look alike. Unpublished; Sentry's own pages use it."""
    return [endpoint(world, "/organizations/{org}/issues/{issue}/similar/", "event", GET=_similar)]


def _similar(call: Call) -> Response:
    own = _traits(call.world, call.issue)
    others = (
        other
        for other in call.world.issues.values()
        if other.project == call.issue.project and other.number != call.issue.number
    )
    scored = [(other, _scores(own, _traits(call.world, other))) for other in others]
    alike = [(other, scores) for other, scores in scored if _mean(scores) >= _ALIKE]
    alike.sort(key=lambda pair: (-_mean(pair[1]), pair[0].number))
    return JSONResponse([[_shape(call, other), scores] for other, scores in alike[:_MOST]])


def _traits(world: World, issue: Issue) -> Traits:
    event = world.store.find(world.events_of(issue)).first()
    exceptions = mappings(world.store.bodies[event.body].get("exception")) if event else []
    frames = [
        (text(frame.get("filename")), text(frame.get("function")))
        for exception in exceptions
        for frame in mappings(mapping(exception.get("stacktrace")).get("frames"))
    ]
    traits: Traits = {
        "exception:message:character-shingles": _shingles(issue.title) if exceptions else set(),
        "exception:stacktrace:pairs": set(pairwise(frames)),
        "message:message:character-shingles": set() if exceptions else _shingles(issue.title),
    }
    return {name: told for name, told in traits.items() if told}


def _shingles(words: str) -> set[object]:
    return {words[at : at + _WIDTH] for at in range(max(len(words) - _WIDTH + 1, 1))}


def _scores(one: Traits, other: Traits) -> dict[str, float]:
    """Compare what both have: the share of it that they have in common."""
    shared = (name for name in one if name in other)
    return {name: _share(one[name], other[name]) for name in shared}


def _share(one: set[object], other: set[object]) -> float:
    return round(len(one & other) / len(one | other), 4)


def _mean(scores: dict[str, float]) -> float:
    return sum(scores.values()) / len(scores) if scores else 0.0


def _shape(call: Call, issue: Issue) -> Json:
    totals = call.world.store.lifetime(call.world.events_of(issue))
    return issue_base(call, issue) | (counts_json(totals) if totals else {})
