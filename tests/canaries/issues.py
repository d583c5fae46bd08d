"""Canaries in events and issues, and the calls that show them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, get_args

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.tools.params import Section

UNSHOWN: Final = frozenset(
    {"module of ours", "package of ours", "package of theirs"}
    | {"subtitle", "name of report", "email of report"}
)
"""Where the file or the title says it already, or the user does."""


def settle(world: World, canaries: Canaries) -> None:
    """Send events full of canaries, and let people talk of them."""
    for _ in range(3):
        event = world.ingest(
            next(iter(world.projects)), canaries.payload(), [canaries.attachment()]
        )
        world.report(event, **canaries.report())
    (issue,) = world.issues.values()
    world.note(issue, "note", user="ana@acme.test", data={"text": canaries.at("comment")})
    commit = {"id": "5b7e0c1d9a", "message": canaries.at("commit"), "author": "ana@acme.test"}
    world.add_release(
        "acme", "1.0", projects=["aviary"], created=timedelta(days=1), commits=[commit]
    )
    issue.suspect = "5b7e0c1d9a"


def calls(place: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    issue, event, amounts = place.issue, place.event, _amounts(every=place.every_section)
    return {
        "search_issues": [{}, {"query": ""}, {"query": "ignore"}, {"project": "aviary"}],
        "get_issue": [{"issue": issue, **amount} for amount in amounts],
        "get_event": [
            *({"event": event, **amount} for amount in amounts),
            *({"event": word, "issue": issue} for word in ("latest", "oldest", "recommended")),
        ],
        "list_issue_events": [{"issue": issue}, {"issue": issue, "query": "ignore"}],
        "get_issue_tag": [
            {"issue": issue},
            *({"issue": issue, "tag": tag} for tag in ("canary1", "release", "user", "url")),
        ],
    }


def _amounts(*, every: bool) -> Sequence[dict[str, Any]]:
    """Every detail with every section, or just one of them where that will do."""
    if not every:
        return [{"detail": "brief", "include": []}]
    return [
        {"detail": detail, "include": include}
        for detail in ("brief", "normal", "full")
        for include in ([], *([section] for section in get_args(Section)))
    ]
