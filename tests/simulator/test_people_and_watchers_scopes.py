"""Which scopes open the routes that change people, dashboards, saved queries and cron jobs."""

import pytest

from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from small_world import Caller, connected

pytestmark = pytest.mark.anyio

ORG = "/organizations/acme"
INSIDE = f"{ORG}/members/1/teams/payments/"
SCIM = f"{ORG}/scim/v2"
READERS = "org:admin org:read org:write"
CRON = "alerts:write project:admin project:write"

OPERATIONS = [
    ("POST", f"{ORG}/members/", "member:admin member:invite member:write"),
    ("PUT", f"{ORG}/members/1/", "member:admin member:invite member:write"),
    ("DELETE", f"{ORG}/members/1/", "member:admin member:read member:write"),
    ("POST", INSIDE, "org:read org:write team:write"),
    (
        "PUT",
        INSIDE,
        f"member:admin member:read member:write {READERS} team:admin team:write",
    ),
    ("DELETE", INSIDE, f"{READERS} team:admin"),
    ("POST", f"{ORG}/teams/", "org:admin org:write team:write"),
    ("PUT", "/teams/acme/payments/", "team:admin team:write"),
    ("DELETE", "/teams/acme/payments/", "team:admin"),
    ("POST", f"{SCIM}/Users", "member:admin member:write"),
    ("PATCH", f"{SCIM}/Users/1", "member:admin member:write"),
    ("DELETE", f"{SCIM}/Users/1", "member:admin"),
    ("POST", f"{SCIM}/Groups", "team:admin team:write"),
    ("PATCH", f"{SCIM}/Groups/payments", "team:admin team:write"),
    ("DELETE", f"{SCIM}/Groups/payments", "team:admin"),
    ("POST", f"{ORG}/monitors/", f"alerts:write {READERS}"),
    ("PUT", f"{ORG}/monitors/nope/", CRON),
    ("DELETE", f"{ORG}/monitors/nope/", CRON),
    ("PUT", "/projects/acme/checkout/monitors/nope/", CRON),
    ("DELETE", "/projects/acme/checkout/monitors/nope/", CRON),
    ("POST", f"{ORG}/dashboards/", READERS),
    ("PUT", f"{ORG}/dashboards/9/", READERS),
    ("DELETE", f"{ORG}/dashboards/9/", READERS),
    ("POST", f"{ORG}/discover/saved/", READERS),
    ("PUT", f"{ORG}/discover/saved/9/", READERS),
    ("DELETE", f"{ORG}/discover/saved/9/", READERS),
]


@pytest.mark.parametrize(("method", "path", "needed"), OPERATIONS)
async def test_one_of_its_scopes_opens_a_route_and_no_other_does(
    world: World, method: str, path: str, needed: str
) -> None:
    wanted = set(needed.split())
    world.add_token("others", user="mira@acme.test", scopes=ALL_SCOPES - wanted)
    async with connected(Simulator(world), "others") as http:
        assert (await Caller(http).send(method, path, {})).status_code == 403
    for scope in wanted:
        world.add_token(scope, user="mira@acme.test", scopes={scope})
        async with connected(Simulator(world), scope) as http:
            reply = await Caller(http).send(method, path, {})
            assert "insufficient_scope" not in reply.headers.get("www-authenticate", "")
