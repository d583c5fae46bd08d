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
    }
