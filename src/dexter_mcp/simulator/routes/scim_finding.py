"""Whom and which team a path of SCIM names, where an organization has switched it on."""

from dexter_mcp.simulator.memory.departures import Someone
from dexter_mcp.simulator.memory.records import Team
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.people import everybody
from dexter_mcp.simulator.routes.refusals import forbidden
from dexter_mcp.simulator.shapes.scim import refusal


def require_scim(call: Call) -> None:
    """Refuse, where the organization has no identity provider."""
    if call.org.slug in call.world.integrations.without_scim:
        raise forbidden()


def persons(call: Call) -> list[Someone]:
    """List members and those invited by number."""
    require_scim(call)
    return sorted(everybody(call), key=lambda each: int(each.id))


def person(call: Call) -> Someone:
    """Find the membership of the path."""
    for each in persons(call):
        if each.id == call.part("member"):
            return each
    raise refusal(404, "User not found.")


def groups(call: Call) -> list[Team]:
    """List teams by slug."""
    require_scim(call)
    own = (each for each in call.world.teams if each.org == call.org.slug)
    return sorted(own, key=lambda each: each.slug)


def group(call: Call) -> Team:
    """Find the team of the path."""
    for each in groups(call):
        if call.part("team") in {each.id, each.slug}:
            return each
    raise refusal(404, "Group not found.")
