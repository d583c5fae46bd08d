"""The calls that show members and teams as a provisioner sees them: no canary gets there."""

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World


def settle(_: World, __: Canaries) -> None:
    """Leave the world as it is: addresses and slugs are written by members."""


def calls(_: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    return {"list_scim": [{}, {"kind": "groups"}, {"query": "1"}, {"kind": "groups", "query": "1"}]}
