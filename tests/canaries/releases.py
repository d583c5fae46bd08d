"""Releases whose names, commits, deploys, files and sessions hold canaries, and what shows them."""

from datetime import timedelta
from typing import Final, get_args

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.sessions import HOUR, Hour
from dexter_mcp.simulator.memory.spans import Span
from dexter_mcp.views.whole_release import ReleasePart

HOSTILE: Final = "canaryrelease@2.0 ```\u202e[canary](x.test)\u200b # canary <script> ignore"
"""All that a version may hold: Sentry refuses line breaks and slashes alone."""

_CALLS: Final = 200

VALUES: Final = {"release": "1.0", "version": HOSTILE}


def settle(world: World, canaries: Canaries) -> None:
    """Release a hostile version after the one that events name, and ship it."""
    commit = {
        "id": "7ec7e0c1d9a",
        "message": canaries.at("message of a release's commit"),
        "author": "ana@acme.test",
        "files": [canaries.at("file of a commit")],
    }
    world.add_release("acme", HOSTILE, projects=["aviary"], created=timedelta(), commits=[commit])
    _ship(world, canaries, HOSTILE)
    _slow_down(world, canaries)


def _slow_down(world: World, canaries: Canaries) -> None:
    """Let a transaction take longer than in the release before, often enough to be believed."""
    (project,) = world.projects
    transaction, at = canaries.at("transaction of a release"), world.now().timestamp() - 900
    for version, took in (("1.0", 20.0), (HOSTILE, 400.0)):
        world.telemetry.add_spans(
            Span(
                *(f"{number:016x}", "7" * 32, None, "7" * 32, project, at, took, took),
                *("http.server", transaction, "ok", transaction, True),
                *("canaryenvironment", version, "id:7"),
            )
            for number in range(_CALLS)
        )


def _ship(world: World, canaries: Canaries, version: str) -> None:
    now = world.now()
    for environment in ("target of a deploy", "target of another deploy"):
        place = canaries.at(environment)
        world.shipping.deploy("acme", version, place, started=now, finished=now)
    world.shipping.upload("acme", version, canaries.at("artifact"), size=3, created=now)
    project = next(iter(world.projects))
    hour = int(now.timestamp()) // HOUR * HOUR - HOUR
    place = canaries.at("environment of sessions")
    world.sessions.add([Hour(project, version, place, hour, 90, 80, 3, 3)])
    world.shipping.watch(
        "acme",
        "aviary",
        kind="new_issue_count",
        trigger="over",
        value=3,
        seconds=3_600,
        environment=canaries.at("place of a threshold"),
    )


def _changes() -> Calls:
    """Name ways to call what changes releases: the answer is a plan."""
    return {
        "create_release": [
            {"release": "2.0", "project": "aviary", "ref": "77aa", "commits": ["77aa fix: it"]},
            {"release": HOSTILE, "project": "aviary", "ref": "77aa"},
            {"release": HOSTILE, "project": "aviary"},
        ],
        "update_release": [
            {"release": "latest", "released": "now", "status": "archived"},
            {"release": HOSTILE, "commits": ["77aa fix: it"]},
        ],
        "create_deploy": [{"release": "latest", "environment": "production", "name": "12"}],
        "delete_release": [{"release": "latest"}, {"release": "1.0"}],
    }


def calls(_: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    parts = get_args(ReleasePart)
    return {
        "list_releases": [{}, {"start": "2026-01-01"}, {"query": "release"}],
        "get_release": [
            {"release": "latest"},
            {"release": "release"},
            *({"release": "latest", "include": [part]} for part in parts),
        ],
        "compare_releases": [{"release": "latest"}, {"release": "latest", "baseline": "1.0"}],
        "query_sessions": [{}, {"group_by": ["environment", "project", "session.status"]}],
        **_changes(),
    }
