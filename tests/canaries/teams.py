"""Ownership rules that match what canaries sit in, and the calls that show who owns them."""

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.settings import Ownership

_RULES = "url:* #birds\npath:*anar* ana@acme.test\n"


def settle(world: World, _: Canaries) -> None:
    """Let rules match event text, which then says why somebody is an owner."""
    at = world.now()
    for number in world.projects:
        world.settings.ownership[number] = Ownership(_RULES, at, at)


def calls(place: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    return {
        "list_teams": [{}, {"mine": True}, {"project": "aviary"}],
        "get_team": [{"team": "birds"}],
        "list_members": [{}, {"team": "birds"}, {"project": "aviary"}],
        "get_member": [{}],
        "find_owner": [{"issue": place.issue}],
        "create_team": [{"name": "Flock"}],
        "update_team": [{"team": "birds", "slug": "flock", "remove": ["ana@acme.test"]}],
        "delete_team": [{"team": "birds"}],
        "invite_member": [{"email": "ben@acme.test", "teams": ["birds"]}],
        "update_member": [{"member": "ana@acme.test", "remove_teams": ["birds"]}],
        "delete_member": [{"member": "ana@acme.test"}],
    }
