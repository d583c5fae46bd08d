"""What becomes of projects, their settings and their organization when somebody changes them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from contract import ORG, PROJECT, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.settings import Ownership
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.telling.story import Json
from small_world import BORN, ISSUES, Caller, Clock, broken, connected, story

pytestmark = pytest.mark.anyio

CHECKOUT = "/projects/acme/checkout/"
TEAM = "/api/0/teams/{organization_id_or_slug}/{team_id_or_slug}/"
WRITERS = {"project:write", "project:admin"}
READERS = {"project:read", *WRITERS}
HOOK: Json = {"url": "https://bots.test/x", "events": ["event.alert"]}
SOURCE: Json = {
    "type": "http",
    "name": "Ours",
    "url": "https://symbols.test/",
    "layout": {"type": "native", "casing": "default"},
    "password": "s3cr3t",
}


class Write(NamedTuple):
    """A write that succeeds: a published path, what is sent, and the scopes that allow it."""

    method: str
    path: str
    status: int
    scopes: set[str]
    body: Any = None
    query: Mapping[str, str] = {}


WRITES = {
    "create_org_project": Write("POST", f"{ORG}projects/", 201, READERS, {"name": "New"}),
    "create_team_project": Write("POST", f"{TEAM}projects/", 201, WRITERS, {"name": "New"}),
    "update_project": Write("PUT", PROJECT, 200, READERS, {"isBookmarked": True}),
    "delete_project": Write("DELETE", PROJECT, 204, {"project:admin"}),
    "create_project_key": Write("POST", f"{PROJECT}keys/", 201, WRITERS, {"name": "Jobs"}),
    "update_project_key": Write(
        "PUT", f"{PROJECT}keys/{{key_id}}/", 200, WRITERS, {"rateLimit": {"count": 9, "window": 60}}
    ),
    "delete_project_key": Write("DELETE", f"{PROJECT}keys/{{key_id}}/", 204, {"project:admin"}),
    "update_ownership": Write(
        "PUT", f"{PROJECT}ownership/", 202, READERS, {"raw": "path:shop/* #payments\n"}
    ),
    "update_inbound_filter": Write(
        "PUT", f"{PROJECT}filters/{{filter_id}}/", 204, WRITERS, {"active": True}
    ),
    "create_service_hook": Write("POST", f"{PROJECT}hooks/", 201, {"project:write"}, HOOK),
    "update_service_hook": Write(
        "PUT", f"{PROJECT}hooks/{{hook_id}}/", 200, {"project:write"}, HOOK
    ),
    "delete_service_hook": Write("DELETE", f"{PROJECT}hooks/{{hook_id}}/", 204, {"project:admin"}),
    "create_symbol_source": Write("POST", f"{PROJECT}symbol-sources/", 201, WRITERS, SOURCE),
    "update_symbol_source": Write(
        "PUT", f"{PROJECT}symbol-sources/", 200, WRITERS, SOURCE | {"id": "kept"}, {"id": "kept"}
    ),
    "delete_symbol_source": Write(
        "DELETE", f"{PROJECT}symbol-sources/", 204, {"project:admin"}, None, {"id": "kept"}
    ),
    "bulk_update_project_environments": Write(
        "PUT",
        f"{PROJECT}environments/",
        200,
        WRITERS,
        {"environmentNames": ["production"], "isHidden": True},
    ),
    "update_project_environment": Write(
        "PUT", f"{PROJECT}environments/{{environment}}/", 200, WRITERS, {"isHidden": True}
    ),
    "add_project_team": Write("POST", f"{PROJECT}teams/{{team_id_or_slug}}/", 201, WRITERS),
    "remove_project_team": Write("DELETE", f"{PROJECT}teams/{{team_id_or_slug}}/", 200, WRITERS),
    "update_org": Write("PUT", ORG, 200, {"org:write", "org:admin"}, {"name": "Acme"}),
}


@pytest.fixture
def world(world: World) -> World:
    """One with something of everything to change."""
    number = id_of(world)
    world.settings.hooks[number] = [
        HOOK
        | {"id": "a1", "secret": "x", "status": "active", "dateCreated": "2026-08-01T00:00:00Z"}
    ]
    shown = SOURCE | {"id": "kept", "password": {"hidden-secret": True}}
    world.settings.symbol_sources[number] = [shown]
    for name in ("production", "staging"):
        world.add_environment("acme", "checkout", name)
    return world


def id_of(world: World, slug: str = "checkout") -> int:
    project = world.project("acme", slug)
    assert project
    return project.id


async def carry_out(world: World, caller: Caller, write: Write) -> Any:
    found = world.project("acme", "checkout")
    assert found
    path = write.path.removeprefix("/api/0").format(
        organization_id_or_slug="acme",
        project_id_or_slug="checkout",
        team_id_or_slug="payments",
        key_id=found.public_key,
        filter_id="localhost",
        hook_id="a1",
        environment="production",
    )
    return await caller.send(write.method, path, write.body, **write.query)


@pytest.mark.parametrize("operation", WRITES)
async def test_a_write_answers_as_sentry_describes(
    world: World, caller: Caller, operation: str
) -> None:
    write = WRITES[operation]
    reply = await carry_out(world, caller, write)
    assert reply.status_code == write.status, reply.text
    assert bool(reply.content) is (write.status != 204)
    if reply.content:
        assert complaint(write.path, reply.json(), write.method) == ""


@pytest.mark.parametrize("operation", WRITES)
async def test_a_write_needs_its_scope(world: World, simulator: Simulator, operation: str) -> None:
    write = WRITES[operation]
    world.add_token("sntryu_less", user="mira@acme.test", scopes=ALL_SCOPES - write.scopes)
    async with connected(simulator, "sntryu_less") as http:
        reply = await carry_out(world, Caller(http), write)
    assert reply.status_code == 403
    for scope in write.scopes:
        world.add_token("sntryu_one", user="mira@acme.test", scopes=[scope])
        async with connected(simulator, "sntryu_one") as http:
            reply = await carry_out(world, Caller(http), write)
        assert reply.status_code == write.status, scope


@pytest.mark.parametrize(
    ("method", "path", "body", "complaints"),
    [
        ("POST", "/organizations/acme/projects/", {}, {"name": ["This field is required."]}),
        (
            "POST",
            "/teams/acme/payments/projects/",
            {"name": "x" * 51, "slug": "Not A Slug", "platform": "abacus"},
            {
                "name": ["Ensure this field has no more than 50 characters."],
                "slug": [
                    (
                        "Enter a valid slug consisting of lowercase letters, numbers, "
                        "underscores or hyphens. It cannot be entirely numeric."
                    )
                ],
                "platform": ["Invalid platform"],
            },
        ),
        (
            "PUT",
            CHECKOUT,
            {"slug": "web"},
            {"slug": ["Another project (Web Shop) is already using that slug"]},
        ),
        (
            "PUT",
            CHECKOUT,
            {"slug": "payments"},
            {"slug": ['The slug "payments" is reserved and not allowed.']},
        ),
        (
            "PUT",
            CHECKOUT,
            {"digestsMinDelay": 2_000},
            {"digestsMinDelay": ["The minimum delay on digests must be lower than the maximum."]},
        ),
        ("PUT", CHECKOUT, {"resolveAge": "soon"}, {"resolveAge": ["A valid integer is required."]}),
        ("PUT", CHECKOUT, {"name": None}, {"name": ["This field may not be null."]}),
        (
            "PUT",
            CHECKOUT,
            {"allowedDomains": []},
            {
                "allowedDomains": [
                    "Empty value will block all requests, use * to accept from all domains"
                ]
            },
        ),
        (
            "PUT",
            CHECKOUT,
            {"options": "x", "highlightTags": "x"},
            {
                "options": ['Expected a dictionary of items but got type "str".'],
                "highlightTags": ['Expected a list of items but got type "str".'],
            },
        ),
        (
            "POST",
            f"{CHECKOUT}keys/",
            {"name": "x" * 65, "rateLimit": {"count": -1, "window": 86_401}, "useCase": "odd"},
            {
                "name": ["Ensure this field has no more than 64 characters."],
                "rateLimit": {
                    "count": ["Ensure this value is greater than or equal to 0."],
                    "window": ["Ensure this value is less than or equal to 86400."],
                },
                "useCase": ['"odd" is not a valid choice.'],
            },
        ),
        (
            "PUT",
            f"{CHECKOUT}ownership/",
            {"raw": "# ok\npath:shop/*\n"},
            {"raw": ["Parse error: ownership (line 2, column 1)"]},
        ),
        (
            "PUT",
            f"{CHECKOUT}ownership/",
            {"raw": "*.py nobody@acme.test mira@acme.test #gone"},
            {"raw": ["Invalid rule owners: #gone, nobody@acme.test"]},
        ),
        (
            "PUT",
            f"{CHECKOUT}ownership/",
            {"raw": "codeowners:*.py #payments"},
            {"raw": ["Codeowner type paths can only be added by importing CODEOWNER files"]},
        ),
        (
            "PUT",
            f"{CHECKOUT}ownership/",
            {"raw": "#" * 100_001},
            {"raw": ["Raw needs to be <= 100000 characters in length"]},
        ),
        (
            "PUT",
            f"{CHECKOUT}ownership/",
            {"autoAssignment": "Nobody"},
            {"autoAssignment": ["Invalid selection."]},
        ),
        (
            "PUT",
            f"{CHECKOUT}filters/legacy-browsers/",
            {"subfilters": ["lynx"]},
            {"subfilters": ['"lynx" is not a valid choice.']},
        ),
        (
            "POST",
            f"{CHECKOUT}hooks/",
            {"url": "https://x.test"},
            {"events": ["This field is required."]},
        ),
        (
            "PUT",
            f"{CHECKOUT}hooks/a1/",
            {"events": ["event.birth"]},
            {"events": ["Invalid event name: event.birth"]},
        ),
        ("PUT", f"{CHECKOUT}hooks/a1/", {"url": "nowhere"}, {"url": ["Enter a valid URL."]}),
        (
            "POST",
            f"{CHECKOUT}symbol-sources/",
            {"type": "s3", "name": "x", "url": "https://x.test"},
            {
                "nonFieldErrors": [
                    (
                        "Missing fields: ['bucket', 'region', 'access_key', 'secret_key', "
                        "'layout']\nInvalid fields: ['url']"
                    )
                ]
            },
        ),
        (
            "POST",
            f"{CHECKOUT}symbol-sources/",
            SOURCE | {"layout": {"type": "flat", "casing": "default"}},
            {"layout": {"type": ['"flat" is not a valid choice.']}},
        ),
        (
            "PUT",
            f"{CHECKOUT}environments/",
            {"environmentNames": []},
            {"isHidden": ["This field is required."]},
        ),
        (
            "PUT",
            f"{CHECKOUT}environments/production/",
            {"isHidden": "perhaps"},
            {"isHidden": ["Must be a valid boolean."]},
        ),
        (
            "PUT",
            "/organizations/acme/",
            {"defaultRole": "king"},
            {"defaultRole": ['"king" is not a valid choice.']},
        ),
        (
            "PUT",
            "/organizations/acme/",
            {"slug": "ac", "storeCrashReports": 3},
            {
                "slug": ['This slug "ac" is too short. Minimum of 3 characters.'],
                "storeCrashReports": ['"3" is not a valid choice.'],
            },
        ),
    ],
)
async def test_a_wrong_body_is_refused_in_sentrys_words(
    caller: Caller, method: str, path: str, body: Json, complaints: Json
) -> None:
    reply = await caller.send(method, path, body)
    assert (reply.status_code, reply.json()) == (400, complaints)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/projects/acme/nowhere/"),
        ("PUT", f"{CHECKOUT}keys/{'0' * 32}/"),
        ("DELETE", f"{CHECKOUT}keys/{'0' * 32}/"),
        ("PUT", f"{CHECKOUT}filters/rain/"),
        ("PUT", f"{CHECKOUT}hooks/none/"),
        ("DELETE", f"{CHECKOUT}hooks/none/"),
        ("PUT", f"{CHECKOUT}environments/nowhere/"),
        ("POST", f"{CHECKOUT}teams/nobody/"),
        ("DELETE", f"{CHECKOUT}teams/nobody/"),
        ("POST", "/teams/acme/nobody/projects/"),
        ("PUT", f"{CHECKOUT}symbol-sources/"),
        ("DELETE", f"{CHECKOUT}symbol-sources/?id=none"),
    ],
)
async def test_what_is_not_there_cannot_be_changed(caller: Caller, method: str, path: str) -> None:
    assert (await caller.send(method, path, {"isHidden": True})).status_code == 404


async def test_a_project_is_made_with_a_team_of_ones_own(world: World, caller: Caller) -> None:
    path = "/organizations/acme/projects/"
    made = (await caller.send("POST", path, {"name": "Été shop", "platform": "php"})).json()
    assert (made["slug"], made["team_slug"]) == ("ete-shop", "team-mira")
    told = await caller.read("/projects/acme/ete-shop/")
    assert (told["platform"], told["isMember"], told["firstEvent"]) == ("php", True, None)
    assert told["dateCreated"] == "2026-08-12T09:30:00Z"
    team = await caller.read("/teams/acme/team-mira/")
    assert (team["isMember"], team["teamRole"]) == (True, "admin")
    (key,) = await caller.read("/projects/acme/ete-shop/keys/")
    world.ingest(int(made["id"]), broken())
    assert await caller.titles("project:ete-shop") == {"KeyError: no KeyError here"}
    assert key["public"] == world.project_key(int(made["id"]))
    again = (await caller.send("POST", path, {"name": "Été shop"})).json()
    assert again["slug"].startswith("ete-shop-")
    assert again["team_slug"].startswith("team-mira-")


async def test_a_project_has_an_alert_unless_that_is_not_wanted(caller: Caller) -> None:
    path = "/teams/acme/payments/projects/"
    await caller.send("POST", path, {"name": "Loud"})
    await caller.send("POST", path, {"name": "Quiet", "slug": "quiet", "default_rules": False})
    (rule,) = await caller.read("/projects/acme/loud/rules/")
    assert rule["name"] == "Send a notification for high priority issues"
    assert await caller.read("/projects/acme/quiet/rules/") == []
    taken = await caller.send("POST", path, {"name": "Other", "slug": "quiet"})
    assert taken.status_code == 409
    assert taken.json() == {"detail": "A project with this slug already exists."}


async def test_a_project_changes_in_part(caller: Caller) -> None:
    before = await caller.read(CHECKOUT)
    body = {
        "name": "Till",
        "platform": "go",
        "resolveAge": "24",
        "isBookmarked": True,
        "options": {"filters:releases": "1.*", "unknown": 1},
        "nonsense": 1,
    }
    reply = await caller.send("PUT", CHECKOUT, body)
    after = await caller.read(CHECKOUT)
    assert reply.json() == after
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"name", "platform", "resolveAge", "isBookmarked", "options"}
    assert (after["resolveAge"], after["options"]) == (24, {"filters:releases": "1.*"})
    await caller.send("PUT", CHECKOUT, {"resolveAge": None, "isBookmarked": False})
    after = await caller.read(CHECKOUT)
    assert (after["resolveAge"], after["isBookmarked"], after["name"]) == (0, False, "Till")


async def test_reading_alone_lets_one_star_a_project_and_write_rules(
    world: World, simulator: Simulator
) -> None:
    world.add_token("sntryu_read", user="mira@acme.test", scopes=["project:read"])
    async with connected(simulator, "sntryu_read") as http:
        caller = Caller(http)
        assert (await caller.send("PUT", CHECKOUT, {"isBookmarked": True})).status_code == 200
        assert (await caller.send("PUT", CHECKOUT, {"name": "Mine"})).status_code == 403
        path = f"{CHECKOUT}ownership/"
        assert (await caller.send("PUT", path, {"raw": "url:* #payments"})).status_code == 202
        assert (await caller.send("PUT", path, {"fallthrough": False})).status_code == 403
        assert (await caller.read(CHECKOUT))["name"] == "Checkout"


async def test_a_renamed_project_keeps_what_it_has(world: World, caller: Caller) -> None:
    world.tell("acme", story())
    await caller.send("PUT", CHECKOUT, {"slug": "till"})
    await caller.send("PUT", "/projects/acme/till/", {"slug": "desk"})
    for old in ("checkout", "till"):
        moved = await caller.ask(f"/projects/acme/{old}/keys/")
        assert moved.status_code == 302
        assert moved.headers["location"] == "/api/0/projects/acme/desk/keys/"
    assert await caller.titles("project:desk") == {"KeyError: no KeyError here"}
    releases = await caller.read("/organizations/acme/releases/")
    assert {each["slug"] for one in releases for each in one["projects"]} == {"desk"}
    assert (await caller.read("/projects/acme/desk/"))["latestRelease"]
    await caller.send("PUT", "/projects/acme/web/", {"slug": "checkout"})
    assert (await caller.read(CHECKOUT))["name"] == "Web Shop"


async def test_a_deleted_project_is_gone_with_all_it_had(world: World, caller: Caller) -> None:
    world.tell("acme", story())
    world.tell("acme", story("TypeError", project="web"))
    number = id_of(world)
    await caller.send("DELETE", CHECKOUT)
    assert (await caller.refusal(CHECKOUT))[0] == 404
    listed = await caller.read("/organizations/acme/projects/")
    assert [project["slug"] for project in listed] == ["web"]
    assert await caller.titles("", project=-1) == {"TypeError: no TypeError here"}
    assert (await caller.refusal(f"{ISSUES}CHECKOUT-1/"))[0] == 404
    assert await caller.read("/organizations/acme/releases/") == []
    found = {"field": ["count()"], "dataset": "errors", "project": -1, "statsPeriod": "14d"}
    (row,) = (await caller.read("/organizations/acme/events/", **found))["data"]
    assert row["count()"] == 10
    again = await caller.send("POST", "/teams/acme/payments/projects/", {"name": "Checkout"})
    assert again.json()["slug"] == "checkout"
    assert int(again.json()["id"]) != number


async def test_the_sample_world_survives_the_loss_of_a_project() -> None:
    async with connected(Simulator.with_sample_data(now=lambda: BORN)) as http:
        caller = Caller(http)
        assert (await caller.send("DELETE", CHECKOUT)).status_code == 204
        await caller.send("PUT", "/projects/acme/storefront/", {"slug": "shop"})
        await caller.send("PUT", "/organizations/acme/", {"slug": "apex"})
        org = "/organizations/apex/"
        for part in (
            *("projects/", "issues/", "releases/", "workflows/", "detectors/", "monitors/"),
            *("dashboards/", "teams/", "members/", "repos/", "integrations/", "replays/"),
            *("forwarding/", "notifications/actions/", "environments/", "sentry-apps/"),
        ):
            found = await caller.read(f"{org}{part}", project=-1)
            assert found, part
            assert "'checkout'" not in str(found), part
        told = await caller.read(f"{org}dashboards/")
        pages = [await caller.read(f"{org}dashboards/{one['id']}/") for one in told]
        known = {int(one["id"]) for one in await caller.read(f"{org}projects/")}
        assert {number for page in pages for number in page["projects"]} <= {-1, *known}
        spans = {"dataset": "spans", "field": ["project", "count()"], "project": -1}
        rows = (await caller.read(f"{org}events/", **spans, statsPeriod="24h"))["data"]
        assert {row["project"] for row in rows} >= {"shop"}
        assert "checkout" not in {row["project"] for row in rows}


async def test_a_key_is_made_changed_and_deleted(caller: Caller) -> None:
    keys, limit = f"{CHECKOUT}keys/", {"count": 300, "window": 60}
    made = (await caller.send("POST", keys, {"name": "Jobs", "rateLimit": limit})).json()
    assert (made["label"], made["rateLimit"], made["isActive"]) == ("Jobs", limit, True)
    path = f"{keys}{made['id']}/"
    body = {
        "name": "Batch",
        "isActive": False,
        "rateLimit": None,
        "browserSdkVersion": "latest",
        "dynamicSdkLoaderOptions": {"hasDebug": True},
    }
    changed = (await caller.send("PUT", path, body)).json()
    assert changed == await caller.read(path)
    assert (changed["name"], changed["isActive"], changed["rateLimit"]) == ("Batch", False, None)
    assert changed["browserSdkVersion"] == "latest"
    loader = changed["dynamicSdkLoaderOptions"]
    assert (loader["hasDebug"], loader["hasPerformance"]) == (True, True)
    assert [key["id"] for key in await caller.read(keys, status="inactive")] == [made["id"]]
    nameless = (await caller.send("POST", keys, {})).json()
    assert nameless["name"]
    for key in await caller.read(keys):
        assert (await caller.send("DELETE", f"{keys}{key['id']}/")).status_code == 204
    assert await caller.read(keys) == []
    assert (await caller.refusal(path))[0] == 404


async def test_events_come_in_by_keys_that_are_active_alone(world: World, caller: Caller) -> None:
    number = id_of(world)
    made = (await caller.send("POST", f"{CHECKOUT}keys/", {})).json()
    born = world.project_key(number)

    async def sent(key: str | None) -> int:
        body = {"message": "late"}
        return (
            await caller.http.post(f"/api/{number}/store/", json=body, params={"sentry_key": key})
        ).status_code

    assert [await sent(made["id"]), await sent(born)] == [200, 200]
    await caller.send("PUT", f"{CHECKOUT}keys/{born}/", {"isActive": False})
    await caller.send("DELETE", f"{CHECKOUT}keys/{made['id']}/")
    assert [await sent(made["id"]), await sent(born)] == [403, 403]


async def test_rules_change_in_part_and_are_understood(
    world: World, caller: Caller, clock: Clock
) -> None:
    path, raw = f"{CHECKOUT}ownership/", "*.py #payments\nurl:*/cart mira@acme.test\n"
    told = (await caller.send("PUT", path, {"raw": raw})).json()
    assert told == await caller.read(path)
    assert (told["raw"], told["fallthrough"]) == (raw, True)
    assert [rule["matcher"]["type"] for rule in told["schema"]["rules"]] == ["path", "url"]
    assert told["dateCreated"] == told["lastUpdated"] == "2026-08-12T09:30:00Z"
    assignment = "Turn off Auto-Assignment"
    clock.moment = BORN.replace(hour=11)
    body = {"autoAssignment": assignment, "codeownersAutoSync": False, "fallthrough": False}
    told = (await caller.send("PUT", path, body)).json()
    assert (told["raw"], told["autoAssignment"]) == (raw, assignment)
    assert (told["codeownersAutoSync"], told["fallthrough"]) == (False, False)
    assert told["lastUpdated"] == "2026-08-12T11:30:00Z"
    world.tell("acme", story())
    assert (await caller.read(f"{ISSUES}CHECKOUT-1/"))["owners"]
    told = (await caller.send("PUT", path, {"raw": " "})).json()
    assert (told["raw"], told["schema"]) == (None, None)
    assert not (await caller.read(f"{ISSUES}CHECKOUT-1/"))["owners"]


async def test_an_unchanged_rule_is_not_updated(world: World, caller: Caller) -> None:
    old = BORN.replace(year=2024)
    raw = "path:* #payments"
    world.settings.ownership[id_of(world)] = Ownership(raw, old, old)
    told = (await caller.send("PUT", f"{CHECKOUT}ownership/", {"raw": raw})).json()
    assert told["lastUpdated"].startswith("2024")


async def test_filters_are_switched_one_by_one_and_browser_by_browser(caller: Caller) -> None:
    filters = f"{CHECKOUT}filters/"

    async def known() -> Json:
        return {each["id"]: each["active"] for each in await caller.read(filters)}

    await caller.send("PUT", f"{filters}localhost/", {"active": True})
    await caller.send("PUT", f"{filters}legacy-browsers/", {"subfilters": ["safari", "ie"]})
    assert (await known())["localhost"] is True
    assert (await known())["legacy-browsers"] == ["ie", "safari"]
    await caller.send("PUT", f"{filters}legacy-browsers/", {"active": True})
    await caller.send("PUT", f"{filters}localhost/", {"active": False})
    assert (await known())["localhost"] is False
    assert (await known())["legacy-browsers"] is True


async def test_a_hook_is_made_changed_and_deleted(world: World, caller: Caller) -> None:
    hooks = f"{CHECKOUT}hooks/"
    made = (await caller.send("POST", hooks, HOOK)).json()
    path = f"{hooks}{made['id']}/"
    assert await caller.read(path) == made
    changed = (await caller.send("PUT", path, {"events": [], "isActive": False})).json()
    assert (changed["url"], changed["events"], changed["status"]) == (HOOK["url"], [], "disabled")
    assert len(await caller.read(hooks)) == 2
    await caller.send("DELETE", path)
    assert (await caller.refusal(path))[0] == 404
    world.self_hosted = True
    assert (await caller.send("POST", hooks, HOOK)).status_code == 403


async def test_a_symbol_source_hides_its_secret_and_may_get_a_new_id(caller: Caller) -> None:
    path = f"{CHECKOUT}symbol-sources/"
    made = (await caller.send("POST", path, SOURCE)).json()
    assert made["password"] == {"hidden-secret": True}
    assert [each["id"] for each in await caller.read(path)] == ["kept", made["id"]]
    assert (await caller.send("POST", path, SOURCE | {"id": "kept"})).status_code == 400
    told = made | {"name": "Theirs"}
    changed = (await caller.send("PUT", path, told, id=made["id"])).json()
    assert changed == told
    del told["id"]
    renewed = (await caller.send("PUT", path, told, id=made["id"])).json()
    assert renewed["id"] != made["id"]
    assert (await caller.ask(path, id=made["id"])).status_code == 404
    await caller.send("DELETE", path, id=renewed["id"])
    assert [each["id"] for each in await caller.read(path)] == ["kept"]


async def test_environments_are_hidden_and_shown(caller: Caller) -> None:
    path = f"{CHECKOUT}environments/"
    names = ["staging", "production"]
    told = (await caller.send("PUT", path, {"environmentNames": names, "isHidden": True})).json()
    assert [(each["name"], each["isHidden"]) for each in told] == [(name, True) for name in names]
    assert await caller.read(path) == []
    await caller.send("PUT", f"{path}staging/", {"isHidden": False})
    assert [each["name"] for each in await caller.read(path)] == ["staging"]
    body = {"environmentNames": ["production", "nowhere"], "isHidden": False}
    assert (await caller.send("PUT", path, body)).status_code == 400
    assert [each["name"] for each in await caller.read(path, visibility="hidden")] == ["production"]


async def test_a_project_belongs_to_the_teams_that_it_was_given_to(caller: Caller) -> None:
    path = f"{CHECKOUT}teams/storefront/"
    told = (await caller.send("POST", path)).json()
    assert [team["slug"] for team in told["teams"]] == ["payments", "storefront"]
    assert (await caller.send("POST", path)).status_code == 201
    owned = await caller.read("/teams/acme/storefront/projects/")
    assert [project["slug"] for project in owned] == ["checkout", "web"]
    told = (await caller.send("DELETE", f"{CHECKOUT}teams/payments/")).json()
    assert [team["slug"] for team in told["teams"]] == ["storefront"]
    assert await caller.read("/teams/acme/payments/projects/") == []
    assert (await caller.read(CHECKOUT))["isMember"] is False


async def test_an_organization_changes_in_part(world: World, caller: Caller) -> None:
    path = "/organizations/acme/"
    before = await caller.read(path)
    body = {"name": "Apex", "openMembership": False, "defaultRole": "admin", "nonsense": 1}
    told = (await caller.send("PUT", path, body)).json()
    after = await caller.read(path)
    assert {name for name in after if after[name] != before[name]} == set(body) - {"nonsense"}
    assert {project["slug"] for project in told["projects"]} == {"checkout", "web"}
    assert {team["slug"] for team in told["teams"]} == {"payments", "storefront"}
    world.add_organization("other", "Other")
    taken = await caller.send("PUT", path, {"slug": "other"})
    assert taken.json() == {"slug": ['The slug "other" is already in use.']}


async def test_the_usual_role_is_for_those_who_administer(
    world: World, simulator: Simulator, caller: Caller
) -> None:
    world.add_token("sntryu_write", user="mira@acme.test", scopes=["org:write"])
    async with connected(simulator, "sntryu_write") as http:
        body = {"defaultRole": "owner", "name": "Apex"}
        assert (await Caller(http).send("PUT", "/organizations/acme/", body)).status_code == 200
    told = await caller.read("/organizations/acme/")
    assert (told["name"], told["defaultRole"]) == ("Apex", "member")


async def test_an_organization_takes_everything_to_its_new_slug(
    world: World, caller: Caller
) -> None:
    world.tell("acme", story())
    told = (await caller.send("PUT", "/organizations/acme/", {"slug": "apex"})).json()
    assert told["slug"] == "apex"
    assert (await caller.refusal("/organizations/acme/"))[0] == 404
    (issue,) = await caller.read("/organizations/apex/issues/")
    assert "/organizations/apex/" in issue["permalink"]
    assert len(await caller.read("/organizations/apex/projects/")) == 2
    assert len(await caller.read("/organizations/apex/releases/")) == 2
    assert (await caller.read("/projects/apex/checkout/"))["organization"]["slug"] == "apex"
