"""Who is meant by a path or a body: members, those invited, teams, and actors."""

from dexter_mcp.simulator.memory.departures import Someone
from dexter_mcp.simulator.memory.records import Team
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.routes.writing import invalid
from dexter_mcp.simulator.telling.story import Json


def everybody(call: Call) -> list[Someone]:
    """List an organization's members, and after them those who are invited."""
    org = call.org.slug
    return [
        *(each for each in call.world.members if each.org == org),
        *(each for each in call.world.settings.invitations if each.org == org),
    ]


def someone(call: Call) -> Someone:
    """Find the membership of the path; `me` is the caller's own."""
    wanted = call.part("member")
    if wanted == "me" and call.member:
        return call.member
    for each in everybody(call):
        if each.id == wanted:
            return each
    raise not_found()


def some_team(call: Call) -> Team:
    """Find the team of the path."""
    found = call.world.team(call.org.slug, call.part("team"))
    if found is None:
        raise not_found()
    return found


def owner(call: Call, told: Json, name: str = "owner") -> str:
    """Read an actor, such as `user:42`, `team:7` or a user's id or e-mail, as memory names it."""
    kind, _, wanted = fields.text(told, name).rpartition(":")
    if not wanted:
        return ""
    if kind == "team":
        if (found := call.world.team(call.org.slug, wanted)) is None:
            raise invalid(**{name: "Team is not a member of this organization"})
        return f"team:{found.slug}"
    if kind not in {"", "user"}:
        said = "Could not parse actor. Format should be `type:id` where type is `team` or `user`."
        raise invalid(**{name: said})
    for each in call.world.members:
        if each.org == call.org.slug and wanted in {each.user_id, each.email}:
            return f"user:{each.email}"
    raise invalid(**{name: "User is not a member of this organization"})
