"""Calls that tie issues to tickets elsewhere, and remove what holds them."""

from collections.abc import Mapping
from typing import Final

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.integrations import App, Integration, Ticket
from dexter_mcp.simulator.shapes.integrations import installation_uuid
from orders.case import Case
from small_world import story

_NUMBER: Final = "91"
_CHOICES: Final = {"repo": [("acme/shop", "acme/shop")]}


def settle(world: World) -> None:
    """Let an issue happen that one ticket is linked to, with places for more."""
    for name in ("KeyError", "ValueError"):
        world.tell("acme", story(name))
    kept, issue = world.integrations, min(world.issues)
    kept.installed.append(Integration(_NUMBER, "acme", "github", "shop", choices=_CHOICES))
    kept.apps.append(App(31, "acme", "perch", "Perch", "c" * 32, {"acme": "installed"}))
    address = "https://github.test/acme/shop/issues"
    kept.tickets += [
        Ticket("9", issue, "perch", "PERCH#1", "https://perch.test/1"),
        Ticket("7", issue, _NUMBER, "acme/shop#7", f"{address}/7", "linked"),
        Ticket("8", 0, _NUMBER, "acme/shop#8", f"{address}/8", "not linked"),
    ]


def _at(world: World) -> list[str]:
    return [f"issue={min(world.issues)}", f"integration={_NUMBER}"]


def _app(world: World) -> str:
    return f"uuid={installation_uuid(world.integrations.apps[0])}"


def _link_of_app(world: World) -> list[str]:
    """Link the issue that the app has not linked yet."""
    link = ("webUrl=https://perch.test/2", "project=PERCH", "identifier=2")
    return [_app(world), f"issueId={max(world.issues)}", *link]


CASES: Final[Mapping[str, Case]] = {
    "create_external_ticket": Case(lambda world: (*_at(world), "title=KeyError", "repo=acme/shop")),
    "link_external_ticket": Case(lambda world: (*_at(world), "externalIssue=8", "repo=acme/shop")),
    "unlink_external_ticket": Case(lambda world: (*_at(world), "externalIssue=7")),
    "create_app_external_issue": Case(_link_of_app),
    "delete_app_external_issue": Case(lambda world: (_app(world), "external_issue=9")),
    "delete_integration": Case(lambda _: (f"integration={_NUMBER}",)),
}
