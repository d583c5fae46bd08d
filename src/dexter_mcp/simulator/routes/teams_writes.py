"""Founding, renaming and dissolving teams."""

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory import departures
from dexter_mcp.simulator.memory.records import Team
from dexter_mcp.simulator.routes import bounds, fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.people import some_team
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.team_members import PROVISIONED
from dexter_mcp.simulator.routes.writing import body, gone, invalid
from dexter_mcp.simulator.shapes.members import team_json

_LONGEST_NAME = 64
_TAKEN = "A team with this slug already exists."


def create(call: Call) -> Response:
    """Found a team, which the caller joins."""
    told = body(call)
    name, slug = fields.text(told, "name", longest=_LONGEST_NAME), bounds.slug(told)
    if not (name or slug):
        raise Refusal(400, {"nonFieldErrors": ["Name or slug is required"]})
    slug = slug or bounds.unused(bounds.slugified(name), slugs(call))
    made = found(call, slug, name or slug)
    if call.member:
        call.member.teams.append(slug)
    return JSONResponse(team_json(call, made), 201)


def found(call: Call, slug: str, name: str, *, provisioned: bool = False) -> Team:
    """Found an empty team, refusing a slug that is taken."""
    if slug in slugs(call):
        raise Refusal(409, {"non_field_errors": [_TAKEN], "detail": _TAKEN})
    number = str(call.world.next_id(70))
    made = Team(number, call.org.slug, slug, name, call.world.now(), provisioned)
    call.world.teams.append(made)
    return made


def rename(call: Call, it: Team, slug: str) -> None:
    """Give a team another slug, unless that is taken."""
    if slug != it.slug and slug in slugs(call):
        raise invalid(slug=f'The slug "{slug}" is already in use.')
    departures.rename_team(call.world, it, slug)


def update(call: Call) -> Response:
    """Change a team's slug, its name, or both."""
    it = some_team(call)
    _check_provisioned(it)
    told = body(call)
    for field in ("slug", "name"):
        if field in told and not told[field]:
            raise invalid(**{field: "This field may not be blank."})
    name, slug = fields.text(told, "name", longest=_LONGEST_NAME), bounds.slug(told)
    if slug:
        rename(call, it, slug)
    it.name = name or it.name
    return JSONResponse(team_json(call, it))


def remove(call: Call) -> Response:
    """Dissolve a team; its slug is free at once."""
    it = some_team(call)
    _check_provisioned(it)
    departures.remove_team(call.world, it)
    return gone()


def slugs(call: Call) -> set[str]:
    """Name the slugs that are taken."""
    return {each.slug for each in call.world.teams if each.org == call.org.slug}


def _check_provisioned(it: Team) -> None:
    if it.provisioned:
        raise Refusal(403, {"detail": PROVISIONED})
