"""Routes about teams."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Team
from dexter_mcp.simulator.routes import paging, teams_writes
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.people import some_team
from dexter_mcp.simulator.routes.project_writes import create_of_team
from dexter_mcp.simulator.routes.refusals import forbidden
from dexter_mcp.simulator.shapes.members import (
    externals_json,
    member_json,
    members_of,
    team_json,
    team_role,
)
from dexter_mcp.simulator.shapes.organizations import organization_json
from dexter_mcp.simulator.shapes.projects import project_json, project_summary
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about teams."""
    team = "/teams/{org}/{team}/"
    return [
        endpoint(
            world, "/organizations/{org}/teams/", "teams", GET=_listing, POST=teams_writes.create
        ),
        endpoint(world, "/organizations/{org}/user-teams/", "organization", GET=_mine),
        endpoint(world, "/projects/{org}/{project}/teams/", "project", GET=_of_project),
        endpoint(
            world,
            team,
            "team",
            GET=_details,
            PUT=teams_writes.update,
            DELETE=teams_writes.remove,
        ),
        endpoint(world, f"{team}members/", "team", GET=_members),
        endpoint(world, f"{team}projects/", "project", GET=_projects, POST=create_of_team),
    ]


def _listing(call: Call) -> Response:
    found = [team for team in _teams(call) if _matches(team, call.query.get("query", ""))]
    page = paging.by_number(call.request, found)
    whole = call.query.get("detailed") != "0"
    shown = [_with_projects(call, team) if whole else team_json(call, team) for team in page.items]
    return JSONResponse(shown, headers=page.headers)


def _matches(team: Team, query: str) -> bool:
    """Apply `slug:` and `id:` terms as they are, all other words to the slug and the name."""
    words = query.lower().split()
    slugs = [word.removeprefix("slug:") for word in words if word.startswith("slug:")]
    ids = [word.removeprefix("id:") for word in words if word.startswith("id:")]
    text = " ".join(word for word in words if ":" not in word)
    named = not (slugs or ids) or team.slug in slugs or team.id in ids
    return named and (text in team.slug or text in team.name.lower())


def _mine(call: Call) -> Response:
    if call.token.kind != "user":
        raise forbidden()
    mine = call.member.teams if call.member else []
    return JSONResponse([_with_projects(call, team) for team in _teams(call) if team.slug in mine])


def _of_project(call: Call) -> Response:
    owned = call.project.teams
    page = paging.by_number(call.request, [team for team in _teams(call) if team.slug in owned])
    return JSONResponse([team_json(call, team) for team in page.items], headers=page.headers)


def _details(call: Call) -> Response:
    team, expanded = some_team(call), call.query.getlist("expand")
    shape = team_json(call, team)
    if "organization" not in call.query.getlist("collapse"):
        shape["organization"] = organization_json(call, call.org)
    if "projects" in expanded:
        shape = _with_projects(call, team) | shape
    if "externalTeams" in expanded:
        shape["externalTeams"] = externals_json(call.world, team.org, f"team:{team.slug}")
    return JSONResponse(shape)


def _members(call: Call) -> Response:
    team = some_team(call)
    page = paging.by_number(call.request, members_of(call.world, team))
    shown = [
        member_json(call.world, member)
        | {
            "role": member.role,
            "roleName": member.role.title(),
            "teamRole": team_role(call.world, team.slug, member.email),
            "teamSlug": team.slug,
        }
        for member in page.items
    ]
    return JSONResponse(shown, headers=page.headers)


def _projects(call: Call) -> Response:
    team = some_team(call)
    owned = [p for p in call.world.projects_of(team.org) if team.slug in p.teams]
    page = paging.by_number(call.request, owned)
    return JSONResponse([project_json(call, each) for each in page.items], headers=page.headers)


def _with_projects(call: Call, team: Team) -> Json:
    owned = [p for p in call.world.projects_of(team.org) if team.slug in p.teams]
    return team_json(call, team) | {"projects": [project_summary(call, each) for each in owned]}


def _teams(call: Call) -> list[Team]:
    org = call.org.slug
    return sorted((team for team in call.world.teams if team.org == org), key=lambda t: t.slug)
