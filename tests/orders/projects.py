"""Calls that change projects, their keys, their rules, and their organization."""

from collections.abc import Mapping
from typing import Final

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.memory.settings import Ownership, ProjectKey
from dexter_mcp.simulator.telling.story import Json
from orders.case import Case, told

_SOURCE: Final[Json] = {
    "id": "symbols",
    "type": "http",
    "name": "Symbols",
    "url": "https://symbols.acme.test",
    "username": "mira",
    "password": {"hidden-secret": True},
    "layout": {"type": "native", "casing": "default"},
}
_HOOK: Final[Json] = {
    "id": "0" * 32,
    "url": "https://hooks.acme.test/sentry",
    "secret": "kept",
    "status": "active",
    "events": ["event.alert"],
    "dateCreated": "2026-08-01T00:00:00Z",
}


def settle(world: World) -> None:
    """Set up a project: whoever changes a setting that was never set would leave a trace."""
    settings, project = world.settings, _checkout(world)
    settings.keys[project.id].append(ProjectKey("a" * 32, "Second", world.now()))
    settings.keys_of(project)
    settings.ownership[project.id] = Ownership(
        "path:src/cart/* #payments\n", world.now(), world.now()
    )
    settings.filters[project.id] = {"legacy-browsers": ["ie9"], "localhost": False}
    settings.details[project.id] |= {"subjectPrefix": "[shop]", "resolveAge": 0}
    settings.options[project.id] |= {}
    settings.hooks[project.id].append(dict(_HOOK))
    settings.symbol_sources[project.id].append(dict(_SOURCE))
    settings.of_organization[world.organizations["acme"].id] |= {"openMembership": False}
    project.environments[:] = ["production", "staging"]


def _checkout(world: World) -> Project:
    return next(each for each in world.projects.values() if each.slug == "checkout")


def _key(world: World) -> str:
    return _checkout(world).public_key


CASES: Final[Mapping[str, Case]] = {
    "create_org_project": told("name=Ledger", "platform=python", "default_rules=false"),
    "create_team_project": told(
        "team=payments", "name=Ledger", "slug=ledger-eu", "default_rules=false"
    ),
    "update_project": told(
        "project=checkout",
        "name=Till",
        "slug=till",
        "platform=python-flask",
        "resolveAge=72",
        "subjectPrefix=[till]",
        "isBookmarked=true",
        but=("renamed",),
    ),
    "delete_project": told("project=web"),
    "add_project_team": told("project=checkout", "team=storefront"),
    "remove_project_team": told("project=checkout", "team=payments"),
    "create_project_key": told(
        "project=checkout", "name=Relay", 'rateLimit:={"count": 100, "window": 60}'
    ),
    "update_project_key": Case(
        lambda world: (
            "project=checkout",
            f"client_key={_key(world)}",
            "isActive=false",
            "name=Old",
            'rateLimit:={"count": 5, "window": 60}',
        )
    ),
    "delete_project_key": Case(lambda world: ("project=checkout", f"client_key={_key(world)}")),
    "update_ownership": told(
        "project=checkout",
        "raw=path:src/* #payments\nurl:*/pay* #storefront",
        "fallthrough=true",
        "autoAssignment=Turn off Auto-Assignment",
    ),
    "update_inbound_filter": told("project=checkout", "filter=legacy-browsers", "active=true"),
    "update_project_environment": told("project=checkout", "environment=staging", "isHidden=true"),
    "bulk_update_project_environments": told(
        "project=checkout",
        "environmentNames=staging",
        "environmentNames=production",
        "isHidden=true",
    ),
    "create_service_hook": told(
        "project=checkout", "url=https://bot.acme.test/in", "events=event.created"
    ),
    "update_service_hook": told(
        "project=checkout",
        f"hook={_HOOK['id']}",
        "url=https://bot.acme.test/in",
        "events=event.created",
    ),
    "delete_service_hook": told("project=checkout", f"hook={_HOOK['id']}"),
    "create_symbol_source": told(
        "project=checkout",
        "type=http",
        "name=Mirror",
        "url=https://mirror.acme.test",
        "username=mira",
        "password=sesame",
        'layout:={"type": "native", "casing": "default"}',
    ),
    "update_symbol_source": told("project=checkout", "id=symbols", "type=http", "name=Old symbols"),
    "delete_symbol_source": told("project=checkout", "id=symbols"),
    "update_org": told("name=Acme Ltd", "slug=acme-ltd", "openMembership=true"),
}
