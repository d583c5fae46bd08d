"""Calls that a provisioner of accounts makes."""

import json
from collections.abc import Mapping
from typing import Any, Final

from dexter_mcp.simulator import World
from orders import people
from orders.case import Case


def settle(world: World) -> None:
    """Let an identity provider look after a team."""
    people.settle(world)
    for team in world.teams:
        team.provisioned = team.slug == "storefront"


def _steps(*steps: Mapping[str, Any]) -> str:
    return f"Operations:={json.dumps(steps)}"


def _team(world: World) -> str:
    return f"team={next(team.id for team in world.teams if team.provisioned)}"


def _tomas(world: World) -> str:
    return people.member(world, "tomas@acme.test")


def _swap(world: World) -> str:
    """Let one in and another out."""
    out = _tomas(world).removeprefix("member=")
    return _steps(
        {"op": "add", "path": "members", "value": [{"value": "901"}]},
        {"op": "remove", "path": f'members[value eq "{out}"]'},
        {"op": "replace", "path": "displayName", "value": "Shop"},
    )


CASES: Final[Mapping[str, Case]] = {
    "scim_create_user": Case(lambda _: ("userName=noor@acme.test",)),
    "scim_patch_user": Case(
        lambda world: (
            _tomas(world),
            _steps({"op": "replace", "value": {"sentryOrgRole": "admin"}}),
        )
    ),
    "scim_delete_user": Case(lambda world: (_tomas(world),)),
    "scim_create_group": Case(lambda _: ("displayName=Data Platform",)),
    "scim_patch_group": Case(lambda world: (_team(world), _swap(world))),
    "scim_delete_group": Case(lambda world: (_team(world),)),
}
