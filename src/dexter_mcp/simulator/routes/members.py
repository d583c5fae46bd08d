"""Routes about the members of an organization, and those invited to it."""

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Member
from dexter_mcp.simulator.memory.settings import Account, Invitation
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import not_found
from dexter_mcp.simulator.shapes.members import invitation_json, member_details, member_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

Someone = Member | Invitation
Test = Callable[[World, Someone, str], bool]


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about members."""
    members = "/organizations/{org}/members/"
    return [
        endpoint(world, members, "member", GET=_listing),
        endpoint(world, f"{members}{{member}}/", "member", GET=_details),
        endpoint(world, "/projects/{org}/{project}/members/", "project", GET=_of_project),
    ]


def _listing(call: Call) -> Response:
    page = paging.by_number(call.request, _found(call, call.query.get("query", "")))
    return JSONResponse(
        [_shape(call.world, someone) for someone in page.items], headers=page.headers
    )


def _details(call: Call) -> Response:
    wanted = call.part("member")
    if wanted == "me":
        someone: Someone | None = call.member
    else:
        someone = next((each for each in _everybody(call) if each.id == wanted), None)
    if someone is None:
        raise not_found()
    return JSONResponse(member_details(call, someone))


def _of_project(call: Call) -> Response:
    teams = set(call.project.teams)
    found = [
        each
        for each in call.world.members
        if each.org == call.org.slug and not teams.isdisjoint(each.teams)
    ]
    return JSONResponse([member_json(call.world, member) for member in found])


def _shape(world: World, someone: Someone) -> Json:
    return member_json(world, someone) if isinstance(someone, Member) else invitation_json(someone)


def _everybody(call: Call) -> list[Someone]:
    org = call.org.slug
    return [
        *(each for each in call.world.members if each.org == org),
        *(each for each in call.world.settings.invitations if each.org == org),
    ]


def _found(call: Call, query: str) -> list[Someone]:
    """Apply `key:value` terms one by one, and every other word to names and addresses at once."""
    words = [word for word in query.split() if ":" not in word]
    terms = [word.partition(":") for word in query.split() if ":" in word]
    text = " ".join(words).lower()
    return [
        someone
        for someone in _everybody(call)
        if text in _text(someone)
        and all(_TESTS.get(key, _none)(call.world, someone, value) for key, _, value in terms)
    ]


def _text(someone: Someone) -> str:
    named = someone.name if isinstance(someone, Member) else ""
    return f"{named} {someone.email}".lower()


def _none(_: World, __: Someone, ___: str) -> bool:
    return False


def _by_user(_: World, someone: Someone, value: str) -> bool:
    return isinstance(someone, Member) and someone.user_id == value


def _by_second_factor(world: World, someone: Someone, value: str) -> bool:
    account = world.settings.accounts.get(someone.email, Account())
    return isinstance(someone, Member) and account.has_2fa is (value == "true")


_TESTS: Mapping[str, Test] = {
    "id": lambda _, someone, value: someone.id == value,
    "user.id": _by_user,
    "email": lambda _, someone, value: someone.email == value,
    "role": lambda _, someone, value: someone.role == value,
    "isInvited": lambda _, someone, value: isinstance(someone, Invitation) is (value == "true"),
    "ssoLinked": lambda _, __, value: value != "true",
    "has2fa": _by_second_factor,
}
"""The terms that Sentry knows; any other one finds nobody."""
