"""A project's settings as the simulated Sentry serves them."""

import pytest

from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.settings import Ownership, ProjectKey
from small_world import BORN, Caller, connected, story

pytestmark = pytest.mark.anyio

CHECKOUT = "/projects/acme/checkout/"


def number(world: World, slug: str = "checkout") -> int:
    project = world.project("acme", slug)
    assert project
    return project.id


async def test_keys_of_all_projects_can_be_narrowed(world: World, caller: Caller) -> None:
    world.settings.keys[number(world)] = [ProjectKey("f" * 32, "Old", BORN, active=False)]
    keys = "/organizations/acme/project-keys/"
    assert len(await caller.read(keys)) == 3
    assert [key["name"] for key in await caller.read(keys, status="inactive")] == ["Old"]
    (web,) = await caller.read(keys, team="storefront")
    assert web["projectId"] == number(world, "web")
    assert await caller.refusal(keys, team="nobody") == (400, "Invalid team")
    assert (await caller.refusal(keys, status="odd"))[0] == 400


async def test_a_key_is_the_one_that_sdks_send_with(world: World, caller: Caller) -> None:
    (key,) = await caller.read(f"{CHECKOUT}keys/")
    assert world.project_key(number(world)) == key["public"]
    assert key["dsn"]["public"] == f"http://{key['public']}@sentry.test/{number(world)}"
    assert await caller.read(f"{CHECKOUT}keys/{key['id']}/") == key
    assert (await caller.refusal(f"{CHECKOUT}keys/{'0' * 32}/"))[0] == 404


async def test_rules_are_told_as_they_were_understood(world: World, caller: Caller) -> None:
    raw = "# ours\npath:shop/* #payments mira@acme.test nobody@acme.test\n\nurl:* #gone\n"
    world.settings.ownership[number(world)] = Ownership(raw, BORN, BORN)
    told = await caller.read(f"{CHECKOUT}ownership/")
    assert told["raw"] == raw
    first, second = told["schema"]["rules"]
    assert first["matcher"] == {"type": "path", "pattern": "shop/*"}
    assert [(o["type"], o["name"], "id" in o) for o in first["owners"]] == [
        ("team", "payments", True),
        ("user", "mira@acme.test", True),
        ("user", "nobody@acme.test", False),
    ]
    assert second["owners"] == [{"type": "team", "name": "gone"}]


async def test_without_rules_nothing_was_ever_updated(caller: Caller) -> None:
    told = await caller.read(f"{CHECKOUT}ownership/")
    assert (told["raw"], told["lastUpdated"], told["isActive"]) == (None, None, True)


@pytest.mark.parametrize(
    ("visibility", "names"),
    [("visible", ["production"]), ("hidden", ["a/b"]), ("all", ["a/b", "production"])],
)
async def test_a_hidden_environment_shows_only_when_asked_for(
    world: World, caller: Caller, visibility: str, names: list[str]
) -> None:
    for name in ("production", "a/b"):
        world.add_environment("acme", "checkout", name)
    world.settings.hidden.add((number(world), "a/b"))
    found = await caller.read(f"{CHECKOUT}environments/", visibility=visibility)
    assert [each["name"] for each in found] == names
    of_all = await caller.read("/organizations/acme/environments/", visibility=visibility)
    assert [each["name"] for each in of_all] == names
    (one,) = [each for each in found if each["name"] == names[0]]
    path = f"{CHECKOUT}environments/{names[0].replace('/', '%2F')}/"
    assert await caller.read(path) == one


async def test_an_unknown_visibility_is_refused_in_sentrys_words(caller: Caller) -> None:
    status, said = await caller.refusal(f"{CHECKOUT}environments/", visibility="odd")
    assert status == 400
    assert said == (
        "Invalid value for 'visibility', valid values are: ['all', 'hidden', 'visible']"
    )
    assert (await caller.refusal(f"{CHECKOUT}environments/nowhere/"))[0] == 404


async def test_hooks_are_a_feature_that_servers_may_lack(
    world: World, simulator: Simulator, caller: Caller
) -> None:
    assert await caller.read(f"{CHECKOUT}hooks/") == []
    assert (await caller.refusal(f"{CHECKOUT}hooks/{'0' * 32}/"))[0] == 404
    world.add_token("sntryu_write", user="mira@acme.test", scopes=["project:write"])
    async with connected(simulator, "sntryu_write") as http:
        assert (await Caller(http).ask(f"{CHECKOUT}hooks/")).status_code == 403
    world.self_hosted = True
    said = (403, "You do not have that feature enabled")
    assert await caller.refusal(f"{CHECKOUT}hooks/") == said


async def test_end_users_are_those_of_events(world: World, caller: Caller) -> None:
    person = {"id": "7", "email": "ana@shopper.test", "ip_address": "203.0.113.9"}
    world.ingest(number(world), {"message": "x", "user": person})
    world.tell("acme", story(project="web"))
    (seen,) = await caller.read(f"{CHECKOUT}users/")
    assert (seen["tagValue"], seen["email"], seen["username"]) == ("id:7", person["email"], "")
    for query, count in (
        ("email:ana@shopper.test", 1),
        ("ip:203.0.113.9", 1),
        ("id:8", 0),
        ("ana", 0),
        ("name:", 0),
    ):
        assert len(await caller.read(f"{CHECKOUT}users/", query=query)) == count, query


async def test_debug_files_can_be_searched(sample: Simulator) -> None:
    async with connected(sample) as http:
        caller, path = Caller(http), "/projects/acme/mobile-app/files/dsyms/"
        (first, *_) = await caller.read(path, query="acmeshop")
        assert first["cpuName"] == "arm64"
        for narrowed in ({"debug_id": first["debugId"]}, {"code_id": first["codeId"]}):
            assert await caller.read(path, **narrowed) == [first]
        mappings = await caller.read(path, file_formats=["proguard", "elf"])
        assert {file["symbolType"] for file in mappings} == {"proguard"}
        assert await caller.refusal("/projects/acme/mobile-app/symbol-sources/", id="x") == (
            404,
            "Unknown source id: x",
        )


@pytest.mark.parametrize(("period", "slots", "events"), [("14d", 14, 10), ("24h", 24, 0)])
async def test_a_project_counts_what_it_took_in(
    world: World, caller: Caller, period: str, slots: int, events: int
) -> None:
    world.tell("acme", story(ago=30))
    listed = "/organizations/acme/projects/"
    (found,) = await caller.read(listed, query="checkout", statsPeriod=period)
    assert len(found["stats"]) >= slots
    assert sum(count for _, count in found["stats"]) == events
    assert (await caller.refusal(listed, statsPeriod="3d"))[0] == 400
