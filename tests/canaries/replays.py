"""Canaries in sessions and their recordings, and the calls that show them."""

from typing import Final, get_args

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.insights.replays import Part
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.replays import Replay, Step
from dexter_mcp.simulator.memory.store import Where

_REPLAY: Final = "d" * 32


def settle(world: World, canaries: Canaries) -> None:
    """Record a session in which everything that a sender may choose holds a canary."""
    (project,) = world.projects
    error = world.store.find(Where())[0]
    at = canaries.at
    steps = (
        Step(0, "page", at("page of session")),
        Step(1, "click", at("element of session")),
        Step(2, "dead", at("element clicked in vain")),
        Step(3, "rage", at("element clicked in rage"), times=7),
        Step(4, "input", at("input of session")),
        Step(5, "request", f"GET https://shop.test/{at('request of session')} 500"),
        Step(6, "console", at("console of session"), level="error"),
    )
    world.replays.add(
        Replay(
            id=_REPLAY,
            project=project,
            user={"id": "7", "email": at("user of session")},
            started=error.at - 7,
            duration=9,
            steps=steps,
            environment="canaryenvironment",
            release="canaryrelease",
            errors=(error.id,),
            traces=("c" * 32,),
            browser=(at("browser of session"), "1"),
            system=(at("system of session"), "1"),
            device=at("device of session"),
            tags=(("canary", at("tag of session")),),
            viewers=("ana@acme.test",),
        )
    )


def calls(place: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    return {
        "list_replays": [{}, {"kind": "selectors"}, {"issue": place.issue}],
        "get_replay": [
            {"replay": _REPLAY},
            *({"replay": _REPLAY, "include": [part]} for part in get_args(Part)),
        ],
    }
