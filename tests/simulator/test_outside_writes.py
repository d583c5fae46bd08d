"""Writing what connects an organization to the outside: services, apps, names, forwarders."""

from typing import Any

import pytest

from dexter_mcp.simulator import Simulator, World
from outside import HERE, ORDERS, Order, connect
from small_world import Caller, Clock, connected, small_world

pytestmark = pytest.mark.anyio

FORWARDERS = f"{HERE}forwarding/"
USERS, TEAMS = f"{HERE}external-users/", "/teams/acme/payments/external-teams/"
STRANGE = "External Name must start with '@' and can't contain special characters or spaces."
SEGMENT = {"provider": "segment", "config": {"write_key": "key_1"}}


@pytest.fixture
def world(clock: Clock) -> World:
    return connect(small_world(clock))


@pytest.fixture
def bare(world: World) -> None:
    """Leave the organization without forwarders."""
    world.outgoing.forwarders.clear()


async def refused(
    caller: Caller, method: str, path: str, body: Any = None, status: int = 400
) -> Any:
    reply = await caller.send(method, path, body)
    assert reply.status_code == status, reply.text
    return reply.json()


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_every_order_is_answered_as_sentry_describes(caller: Caller, order: Order) -> None:
    reply = await order.give(caller)
    assert reply.status_code == order.status, reply.text
    if order.status == 204 or not reply.content:
        assert reply.content == b""
    else:
        assert order.complaint(reply.json()) == ""


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_an_order_needs_one_of_its_scopes(world: World, order: Order) -> None:
    everything = world.tokens[Simulator.TOKEN].scopes
    for scopes, status in (
        (everything - order.scopes, 403),
        *((frozenset({scope}), order.status) for scope in sorted(order.scopes)[:1]),
    ):
        world.add_token("sntryu_less", user="mira@acme.test", scopes=scopes)
        async with connected(Simulator(world), "sntryu_less") as http:
            assert (await order.give(Caller(http))).status_code == status, scopes


async def test_an_uninstalled_integration_leaves_its_repositories_behind(caller: Caller) -> None:
    await caller.send("POST", TEAMS, actor("@acme/payments"))
    assert (await caller.send("DELETE", f"{HERE}integrations/1/")).status_code == 204
    assert (await caller.refusal(f"{HERE}integrations/1/"))[0] == 404
    assert [each["id"] for each in await caller.read(f"{HERE}integrations/")] == ["2"]
    repository = (await caller.read(f"{HERE}repos/"))[0]
    assert (repository["name"], repository["provider"]["id"]) == ("acme/checkout", "unknown")
    assert await caller.read(f"{HERE}code-mappings/") == []
    team = await caller.read("/teams/acme/payments/", expand="externalTeams")
    assert team["externalTeams"] == []


async def test_an_app_is_changed_in_what_the_body_names(caller: Caller) -> None:
    told = {"name": "Robot", "overview": "Does things.", "allowedOrigins": ["https://acme.test"]}
    reply = await caller.send("PUT", "/sentry-apps/bot/", told)
    assert reply.status_code == 200, reply.text
    app = await caller.read("/sentry-apps/bot/")
    assert app == reply.json()
    assert (app["name"], app["overview"]) == ("Robot", "Does things.")
    assert (app["events"], app["allowedOrigins"]) == (["issue"], ["https://acme.test"])
    assert (await caller.read(f"{HERE}sentry-apps/"))[0]["name"] == "Robot"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        ({"name": "n" * 58}, {"name": ["Cannot exceed 57 characters"]}),
        ({"scopes": ["all:read"]}, {"scopes": ["all:read not a valid scope"]}),
        ({"events": ["rain"]}, {"events": ["Invalid event subscription: rain"]}),
        (
            {"events": ["issue"], "scopes": ["org:read"]},
            {"events": ["issue webhooks require the event:read permission."]},
        ),
        (
            {"webhookUrl": ""},
            {"webhookUrl": ["webhookUrl required if webhook events are enabled"]},
        ),
        ({"redirectUrl": "ftp://x"}, {"redirectUrl": ["URL must start with http[s]://"]}),
        ({"allowedOrigins": ["*"]}, {"allowedOrigins": ["'*' not allowed in origin"]}),
    ],
)
async def test_an_app_that_can_not_be_is_refused(
    caller: Caller, body: dict[str, Any], said: dict[str, Any]
) -> None:
    before = await caller.read("/sentry-apps/bot/")
    assert await refused(caller, "PUT", "/sentry-apps/bot/", body) == said
    assert await caller.read("/sentry-apps/bot/") == before


async def test_nobody_grants_an_app_more_than_they_may(world: World) -> None:
    world.add_token("sntryu_few", user="mira@acme.test", scopes={"org:write", "event:read"})
    async with connected(Simulator(world), "sntryu_few") as http:
        body = {"scopes": ["event:read", "team:admin"]}
        said = await refused(Caller(http), "PUT", "/sentry-apps/bot/", body)
    assert said["scopes"][0].startswith("Requested permission of team:admin exceeds")


async def test_a_published_app_stays_and_keeps_its_scopes(caller: Caller) -> None:
    said = await refused(caller, "DELETE", "/sentry-apps/known/", status=403)
    assert said == {"detail": ["Published apps cannot be removed."]}
    said = await refused(caller, "PUT", "/sentry-apps/known/", {"scopes": ["org:read"]})
    assert said == {"detail": "Cannot update permissions on a published integration."}
    assert (await caller.send("DELETE", "/sentry-apps/bot/")).status_code == 204
    assert (await caller.refusal("/sentry-apps/bot/"))[0] == 404
    left = await caller.read(f"{HERE}sentry-app-installations/")
    assert [each["app"]["slug"] for each in left] == ["foreign"]


async def test_an_app_of_others_is_not_ones_own(caller: Caller) -> None:
    assert (await caller.send("PUT", "/sentry-apps/foreign/", {"name": "Mine"})).status_code == 403
    assert (await caller.send("DELETE", "/sentry-apps/foreign/")).status_code == 403


def actor(name: str, **more: Any) -> dict[str, Any]:
    return {"external_name": name, "provider": "github", "integration_id": 1} | more


async def test_a_member_is_known_by_a_name_elsewhere(world: World, caller: Caller) -> None:
    mira = world.members[0]
    told = actor("@mira", user_id=int(mira.user_id), external_id="u-7")
    made = await caller.send("POST", USERS, told)
    assert (made.status_code, made.json()["externalId"]) == (201, "u-7")
    again = await caller.send("POST", USERS, told)
    assert (again.status_code, again.json()) == (200, made.json())
    member = await caller.read(f"{HERE}members/{mira.id}/")
    assert made.json() in member["externalUsers"]
    one = f"{USERS}{made.json()['id']}/"
    changed = await caller.send("PUT", one, {"externalName": "@mira-v", "id": 1})
    assert changed.json() == made.json() | {"externalName": "@mira-v"}
    assert (await caller.send("DELETE", one)).status_code == 204
    left = (await caller.read(f"{HERE}members/{mira.id}/"))["externalUsers"]
    assert [each["externalName"] for each in left] == ["mira"]
    assert (await caller.send("DELETE", one)).status_code == 404


async def test_a_team_is_known_by_a_name_elsewhere(caller: Caller) -> None:
    made = await caller.send("POST", TEAMS, {**actor("@acme/payments"), "unheard": 1})
    assert (made.status_code, made.json()["teamId"]) == (201, "72")
    other = await caller.send("POST", TEAMS, actor("@acme/payers"))
    one = f"{TEAMS}{made.json()['id']}/"
    said = await refused(caller, "PUT", one, {"external_name": "@acme/payers"})
    assert said == [
        "There already exists an external association with this external_name and provider."
    ]
    told = await caller.read("/teams/acme/payments/", expand="externalTeams")
    assert told["externalTeams"] == [made.json(), other.json()]
    of_others = one.replace("payments", "storefront")
    assert (await caller.send("DELETE", of_others)).status_code == 404
    assert (await caller.send("DELETE", one)).status_code == 204


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {},
            {
                name: ["This field is required."]
                for name in ("userId", "externalName", "provider", "integrationId")
            },
        ),
        (actor("@m", user_id=1), {"userId": ["This member does not exist."]}),
        (actor("@m", userId="me"), {"userId": ["A valid integer is required."]}),
        (actor("@m", provider="fax"), {"provider": ['"fax" is not a valid choice.']}),
        (
            actor("@m", integration_id=9),
            {"integrationId": ["Integration does not exist for this organization"]},
        ),
        (
            actor("m n"),
            {"externalName": [STRANGE]},
        ),
    ],
)
async def test_a_name_elsewhere_that_can_not_be_is_refused(
    world: World, caller: Caller, body: dict[str, Any], said: dict[str, Any]
) -> None:
    told = {"user_id": int(world.members[0].user_id)} | body if body else {}
    if "userId" in body:
        del told["user_id"]
    assert await refused(caller, "POST", USERS, told) == said


@pytest.mark.usefixtures("bare")
async def test_a_forwarder_is_made_changed_and_deleted(world: World, caller: Caller) -> None:
    checkout, web = world.projects
    made = await caller.send("POST", FORWARDERS, SEGMENT | {"project_ids": [checkout]})
    assert made.status_code == 201, made.text
    assert await caller.read(FORWARDERS) == [made.json()]
    assert [each["slug"] for each in made.json()["enrolledProjects"]] == ["checkout"]
    one = f"{FORWARDERS}{made.json()['id']}/"
    whole = {"provider": "segment", "config": {"write_key": "key_2"}, "is_enabled": False}
    changed = (await caller.send("PUT", one, whole | {"project_ids": [web]})).json()
    assert (changed["isEnabled"], changed["config"]) == (False, {"write_key": "key_2"})
    assert [each["slug"] for each in changed["enrolledProjects"]] == ["web"]
    enrolled = (await caller.send("PUT", one, {"project_ids": [checkout, web]})).json()
    assert len(enrolled["enrolledProjects"]) == 2
    assert await caller.read(FORWARDERS) == [enrolled]
    assert (await caller.send("DELETE", one)).status_code == 204
    assert await caller.read(FORWARDERS) == []
    assert (await caller.send("DELETE", one)).status_code == 404


@pytest.mark.usefixtures("bare")
async def test_a_project_can_differ_from_its_forwarder(world: World, caller: Caller) -> None:
    checkout, _ = world.projects
    made = (await caller.send("POST", FORWARDERS, SEGMENT | {"project_ids": [checkout]})).json()
    told = {"project_id": checkout, "overrides": {"write_key": "own"}, "is_enabled": False}
    changed = (await caller.send("PUT", f"{FORWARDERS}{made['id']}/", told)).json()
    (own,) = changed["projectConfigs"]
    assert (own["isEnabled"], own["effectiveConfig"]) == (False, {"write_key": "own"})
    assert (changed["config"], changed["enrolledProjects"]) == ({"write_key": "key_1"}, [])


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, {"provider": ["This field is required."]}),
        ({"provider": "fax"}, {"provider": ['"fax" is not a valid choice.']}),
        ({"provider": "segment"}, {"config": ["Missing required Segment fields: write_key"]}),
        (
            {"provider": "splunk", "config": dict.fromkeys(("instance_URL", "source"), "x")},
            {"config": ["Missing required Splunk fields: index, token"]},
        ),
        (
            {
                "provider": "sqs",
                "config": {
                    "queue_url": "https://sqs.eu-north-1.amazonaws.com/1/q.fifo",
                    "region": "Nord",
                    "access_key": " ",
                    "secret_key": "s",
                },
            },
            {
                "config": [
                    "region must be a valid AWS region format",
                    "access_key must be a non-empty string",
                    "message_group_id is required for FIFO queues",
                ]
            },
        ),
        (
            SEGMENT | {"project_ids": [99]},
            {"project_ids": ["Invalid project IDs for this organization: 99"]},
        ),
        (SEGMENT | {"is_enabled": "so"}, {"is_enabled": ["Must be a valid boolean."]}),
    ],
)
async def test_a_forwarder_that_can_not_be_is_refused(
    caller: Caller, body: dict[str, Any], said: dict[str, Any]
) -> None:
    assert await refused(caller, "POST", FORWARDERS, body) == said
    assert await caller.read(FORWARDERS) == []


@pytest.mark.usefixtures("bare")
async def test_a_provider_has_one_forwarder(caller: Caller) -> None:
    await caller.send("POST", FORWARDERS, SEGMENT)
    said = await refused(caller, "POST", FORWARDERS, SEGMENT)
    assert said["non_field_errors"][0].endswith("already exists for this organization.")


@pytest.mark.usefixtures("bare")
async def test_a_change_that_names_nothing_is_refused(caller: Caller) -> None:
    made = (await caller.send("POST", FORWARDERS, SEGMENT)).json()
    one = f"{FORWARDERS}{made['id']}/"
    assert (await refused(caller, "PUT", one, {}))[0].startswith("Must specify provider")
    both: dict[str, Any] = {"project_id": 1, "project_ids": []}
    assert (await refused(caller, "PUT", one, both))[0].startswith("Cannot specify both")


async def test_a_repository_is_tied_to_a_project_once(caller: Caller) -> None:
    path = "/projects/acme/checkout/repo/"
    made = await caller.send("POST", path, {"repositoryId": 11})
    assert (made.status_code, made.json()["created"]) == (201, True)
    again = await caller.send("POST", path, {"repositoryId": "11"})
    assert (again.status_code, again.json()) == (200, made.json() | {"created": False})
    said = await refused(caller, "POST", path, {"repositoryId": 99}, 404)
    assert said == {"detail": "Repository not found."}
    said = await refused(caller, "POST", path, {"repositoryId": "x"})
    assert said == {"repositoryId": ["A valid integer is required."]}
