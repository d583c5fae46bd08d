"""A ticket whose title repeats a canary, and a form that offers one; the calls that show them."""

from typing import Final, get_args

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.insights.integrations import IntegrationPart, Part
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.integrations import (
    App,
    CodeMapping,
    Integration,
    Repository,
    Ticket,
)

_NUMBER: Final = "91"

VALUES: Final = {"integration": "nest"}


def settle(world: World, canaries: Canaries) -> None:
    """Install a place for tickets, and put one there for each issue."""
    choice = (canaries.at("value of a choice"), canaries.at("choice of a form"))
    kept, now = world.integrations, world.now()
    kept.installed.append(
        Integration(_NUMBER, "acme", "github", "nest", choices={"repo": [choice]})
    )
    kept.repositories.append(
        Repository("61", "acme", "acme/aviary", "https://github.test/x", now, integration=_NUMBER)
    )
    kept.apps.append(App(31, "acme", "perch", "Perch", "c" * 32, {"acme": "installed"}))
    kept.code_mappings.extend(CodeMapping("5", each, "61", "src/", "") for each in world.projects)
    for issue in world.issues:
        title = canaries.at("title of a ticket")
        kept.tickets.append(Ticket("7", issue, _NUMBER, "nest#1", "https://github.test/1", title))
        kept.tickets.append(Ticket("8", issue, "perch", "PERCH-1", "https://perch.test/1"))


def calls(place: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    issue = place.issue
    return {
        "list_integrations": [{}, {"include": list(get_args(Part))}],
        "get_integration": [
            {"integration": "nest", "include": list(get_args(IntegrationPart))},
            {"integration": "perch"},
        ],
        "list_repositories": [{}, {"repository": "acme/aviary"}],
        "list_issue_tickets": [{"issue": issue}],
        "create_ticket": [{"issue": issue}, {"issue": issue, "title": "Mend the nest"}],
        "link_ticket": [{"issue": issue, "ticket": "nest#2"}],
        "unlink_ticket": [{"issue": issue}, {"issue": issue, "ticket": "nest#1"}],
        "get_ticket_form": [
            {"issue": issue},
            {"issue": issue, "action": "link"},
            *({"issue": issue, "field": field} for field in ("repo", "title", "description")),
        ],
    }
