"""The calls that show organizations and projects."""

from typing import get_args

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.insights.organizations import OrganizationPart
from dexter_mcp.insights.projects import ProjectPart
from dexter_mcp.simulator import World


def settle(_: World, __: Canaries) -> None:
    """Do nothing: releases, environments and end users come with events."""


def calls(_: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    parts, of_org = get_args(ProjectPart), get_args(OrganizationPart)
    return {
        "whoami": [{}],
        "list_organizations": [{}],
        "get_organization": [{}, {"include": list(of_org)}],
        "list_projects": [{}],
        "get_project": [{"project": "aviary", "include": include} for include in ([], list(parts))],
        **_changes(),
    }


def _changes() -> Calls:
    """Name ways to plan what changes the project; nothing of it is carried out."""
    aviary, key = {"project": "aviary"}, {"project": "aviary", "key": "Default"}
    filters = {**aviary, "filters": ["legacy-browsers", "localhost"]}
    return {
        "create_project": [{"name": "Nest", "team": "birds", "default_alert": False}],
        "update_project": [{**aviary, "name": "Cage", "resolve_age": "72", "teams": ["-birds"]}],
        "delete_project": [aviary],
        "create_project_key": [{**aviary, "name": "Wing", "rate_limit": "100/60s"}],
        "update_project_key": [{**key, "enabled": "no"}, {**key, "rotate": True}],
        "delete_project_key": [key],
        "update_ownership": [{**aviary, "add": ["path:src/* #birds"]}],
        "update_inbound_filter": [{**filters, "active": "yes"}],
    }
