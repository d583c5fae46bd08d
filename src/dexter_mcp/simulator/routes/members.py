"""Routes about the members of an organization, and those invited to it."""

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.departures import Someone
from dexter_mcp.simulator.memory.records import Member
from dexter_mcp.simulator.memory.settings import Account, Invitation
from dexter_mcp.simulator.routes import members_writes, paging, team_members
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.people import everybody, someone
from dexter_mcp.simulator.shapes.members import invitation_json, member_details, member_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

Test = Callable[[World, Someone, str], bool]


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about members."""
    members = "/organizations/{org}/members/"
    return [
        endpoint(world, members, "member", GET=_listing, POST=members_writes.invite),
        endpoint(
            world,
            f"{members}{{member}}/",
            "membership",
            GET=_details,
            PUT=members_writes.update,
            DELETE=members_writes.remove,
        ),
        endpoint(
            world,
            f"{members}{{member}}/teams/{{team}}/",
            "team membership",
            POST=team_members.add,
            PUT=team_members.update,
            DELETE=team_members.remove,
        ),
        endpoint(world, "/projects/{org}/{project}/members/", "project", GET=_of_project),
    ]


def _listing(call: Call) -> Response:
    page = paging.by_number(call.request, _found(call, call.query.get("query", "")))
    return JSONResponse([_shape(call.world, each) for each in page.items], headers=page.headers)


def _details(call: Call) -> Response:
    return JSONResponse(member_details(call, someone(call)))


def _of_project(call: Call) -> Response:
    teams = set(call.project.teams)
    found = [
        each
        for each in call.world.members
        if each.org == call.org.slug and not teams.isdisjoint(each.teams)
    ]
    return JSONResponse([member_json(call.world, member) for member in found])


def _shape(world: World, each: Someone) -> Json:
    return member_json(world, each) if isinstance(each, Member) else invitation_json(each)


def _found(call: Call, query: str) -> list[Someone]:
    """Apply `key:value` terms one by one, and every other word to names and addresses at once."""
    words = [word for word in query.split() if ":" not in word]
    terms = [word.partition(":") for word in query.split() if ":" in word]
    text = " ".join(words).lower()
    return [
        each
        for each in everybody(call)
        if text in _text(each)
        and all(_TESTS.get(key, _none)(call.world, each, value) for key, _, value in terms)
    ]


def _text(each: Someone) -> str:
    named = each.name if isinstance(each, Member) else ""
    return f"{named} {each.email}".lower()


def _none(_: World, __: Someone, ___: str) -> bool:
    return False


def _by_user(_: World, each: Someone, value: str) -> bool:
    return isinstance(each, Member) and each.user_id == value


def _by_second_factor(world: World, each: Someone, value: str) -> bool:
    account = world.settings.accounts.get(each.email, Account())
    return isinstance(each, Member) and account.has_2fa is (value == "true")


_TESTS: Mapping[str, Test] = {
    "id": lambda _, each, value: each.id == value,
    "user.id": _by_user,
    "email": lambda _, each, value: each.email == value,
    "role": lambda _, each, value: each.role == value,
    "isInvited": lambda _, each, value: isinstance(each, Invitation) is (value == "true"),
    "ssoLinked": lambda _, __, value: value != "true",
    "has2fa": _by_second_factor,
}
"""The terms that Sentry knows; any other one finds nobody."""
