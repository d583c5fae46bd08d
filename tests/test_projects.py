"""A project on one page: what it takes in, who owns what, what is dropped."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest
from mcp import Client

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.sentry import Sentry
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator
from dexter_mcp.simulator.memory.settings import Ownership
from small_world import small_world
from tokens import tokens

pytestmark = pytest.mark.anyio

A_PROJECT = 500
A_PAGE = 600


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, toolsets=("projects",))


async def test_a_project_tells_what_most_questions_are_after(ask: Ask) -> None:
    text = await ask("get_project", project="checkout")
    assert "project checkout of acme · python-django" in text
    assert "teams: #payments" in text
    assert "latest release checkout@4.16.0" in text
    assert "errors, last 14d" in text
    assert "dropped: events from localhost, health checks, web crawlers" in text
    assert "let in: errors of browser extensions, old browsers" in text
    assert tokens(text) <= A_PROJECT


@pytest.mark.parametrize("named", ["checkout", "#checkout", "`checkout`"])
async def test_a_project_is_found_in_whatever_form_it_is_named(ask: Ask, named: str) -> None:
    assert "project checkout of acme" in await ask("get_project", project=named)


async def test_a_project_is_found_by_its_number(ask: Ask, sample: Simulator) -> None:
    project = sample.world.project("acme", "gateway")
    assert project
    assert "project gateway of acme" in await ask("get_project", project=str(project.id))


async def test_keys_are_told_with_their_limits_and_without_their_secrets(
    ask: Ask, sample: Simulator
) -> None:
    project = sample.world.project("acme", "checkout")
    assert project
    text = await ask("get_project", project="checkout", include="keys")
    assert f"Default|http://{project.public_key}@sentry.test/{project.id}||" in text
    assert "Batch jobs|" in text
    assert "|300 per min|" in text
    assert text.count("|off") == 1
    assert "secret" not in text


async def test_ownership_rules_read_as_they_count(ask: Ask) -> None:
    text = await ask("get_project", project="checkout", include="ownership")
    assert "7 rules, the last that matches decides, auto assign to issue owner" in text
    assert "path:shop/payments/* → #payments, mira@acme.test" in text
    assert text.index("path:shop/*") < text.index("url:*/api/orders/*/pay")


async def test_a_project_without_rules_says_whose_its_issues_are(ask: Ask) -> None:
    assert "no rules" in await ask("get_project", project="reports", include="ownership")


async def test_what_a_project_drops_by_its_own_patterns_is_told(ask: Ask) -> None:
    text = await ask("get_project", project="storefront", include="filters")
    assert "old browsers (ie, opera_mini)" in text
    assert "dropped messages: ResizeObserver loop*, *chatterly.example*" in text


async def test_a_hidden_environment_is_told_as_one(ask: Ask) -> None:
    text = await ask("get_project", project="storefront", include="environments")
    assert "production, staging\nhidden: preview-1482" in text
    assert "preview-1482" not in await ask("list_projects")


async def test_a_hook_is_told_without_the_token_in_its_address(ask: Ask) -> None:
    text = await ask("get_project", project="checkout", include="hooks")
    assert "https://bots.acme.test/sentry/checkout|event.alert|75 d" in text
    assert "5f1e" not in text


async def test_sources_of_symbols_are_told_without_their_passwords(ask: Ask) -> None:
    text = await ask("get_project", project="mobile-app", include="sources")
    assert "built in: ios\nAcme symbols: http https://symbols.acme.test/, layout unified" in text


async def test_one_sees_which_build_came_without_debug_files(ask: Ask) -> None:
    text = await ask("get_project", project="mobile-app", include="debug_files", query="macho")
    assert text.count("AcmeShop|") == 3
    whole = await ask("get_project", project="mobile-app", include="debug_files")
    assert "mapping-5.21.0.txt|proguard|any|" in whole


async def test_teams_and_members_of_a_project_are_told(ask: Ask) -> None:
    text = await ask("get_project", project="mobile-app", include=["teams", "members"])
    assert "#mobile|3|member" in text
    assert "Noor Aziz|noor@acme.test|member|14 h" in text
    assert "Karim" not in text


async def test_end_users_are_listed_page_by_page(ask: Ask) -> None:
    first = await ask("get_project", project="checkout", include="users")
    cursor = first.partition("cursor=")[2].split()[0]
    second = await ask("get_project", project="checkout", include="users", cursor=cursor)
    assert users(first).isdisjoint(users(second))
    assert len(users(first)) == len(users(second)) == 15
    assert tokens(first) <= A_PAGE


def users(text: str) -> set[str]:
    return {line.partition("|")[0] for line in text.splitlines() if line.startswith("id:")}


async def test_one_end_user_is_found_by_address(ask: Ask) -> None:
    listed = await ask("get_project", project="checkout", include="users")
    row = next(line for line in listed.splitlines() if line.startswith("id:"))
    found = await ask(
        "get_project", project="checkout", include="users", query=f"email:{row.split('|')[1]}"
    )
    assert users(found) == {row.split("|")[0]}


async def test_a_part_that_is_cut_short_says_how_to_get_it_whole(ask: Ask) -> None:
    text = await ask("get_project", project="checkout", include=["users", "keys"])
    assert "more users: include=users" in text
    assert "cursor=" not in text


async def test_an_unknown_project_brings_up_the_likeliest(refused: Ask) -> None:
    assert "Did you mean checkout?" in await refused("get_project", project="chekout")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"include": ["keys", "users"], "cursor": "x"}, "That is no cursor"),
        ({"query": "x"}, "name one of them in `include`"),
        ({"include": "colour"}, "versions"),
        ({"project": ["a", "b"]}, "project"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_what_would(
    refused: Ask, asked: dict[str, Any], said: str
) -> None:
    assert said in await refused("get_project", **{"project": "checkout", **asked})


async def test_without_a_default_the_project_must_be_named(refused: Ask) -> None:
    assert "list_projects names them" in await refused("get_project")


async def test_the_default_project_is_taken_where_none_is_named(
    sample: Simulator, settings: Settings
) -> None:
    whole = replace(settings, project="gateway")
    async with Client(build_server(whole, sample, now=now)) as client:
        assert "project gateway" in text_of(await client.call_tool("get_project", {}))


async def test_a_part_that_fails_is_named_and_the_others_stand(settings: Settings) -> None:
    simulator = generous(Simulator(small_world(now)))
    simulator.world.self_hosted = True
    async with Client(build_server(settings, simulator, now=now)) as client:
        asked = {"project": "web", "include": ["hooks", "keys"]}
        text = text_of(await client.call_tool("get_project", asked))
    assert "Default|http://" in text
    assert "failed: hooks (" in text
    assert "do not have that feature enabled" in text


async def test_parts_that_have_nothing_say_so(settings: Settings) -> None:
    simulator = generous(Simulator(small_world(now)))
    async with Client(build_server(settings, simulator, now=now)) as client:
        asked = {"project": "web", "include": ["users", "hooks", "sources", "environments"]}
        text = text_of(await client.call_tool("get_project", asked))
    for part in asked["include"]:
        assert f"{part}:\nnone" in text


async def test_scrubbing_that_differs_from_the_usual_is_told(settings: Settings) -> None:
    simulator = generous(Simulator(small_world(now)))
    number = next(iter(simulator.world.projects))
    simulator.world.settings.details[number] = {
        "dataScrubber": False,
        "scrubIPAddresses": True,
        "sensitiveFields": ["iban"],
    }
    async with Client(build_server(settings, simulator, now=now)) as client:
        text = text_of(await client.call_tool("get_project", {"project": "checkout"}))
    assert "data scrubbing is off, IP addresses are removed, also scrubs iban" in text


async def test_rules_that_are_switched_off_say_so(settings: Settings) -> None:
    simulator = generous(Simulator(small_world(now)))
    number = next(iter(simulator.world.projects))
    simulator.world.settings.ownership[number] = Ownership(
        "path:* #payments\n", now(), now(), fallthrough=True, active=False
    )
    async with Client(build_server(settings, simulator, now=now)) as client:
        asked = {"project": "checkout", "include": "ownership"}
        text = text_of(await client.call_tool("get_project", asked))
    assert "1 rule, the last that matches decides, switched off" in text
    assert "the rest is everybody's" in text


async def test_a_project_that_fails_fails_the_answer(settings: Settings) -> None:
    simulator = generous(Simulator(small_world(now)))
    simulator.faults.add(Fault(path="/projects/acme/checkout/", status=403, body=b"{}"))
    async with Client(build_server(settings, simulator, now=now)) as client:
        result = await client.call_tool("get_project", {"project": "checkout"})
    assert result.is_error


async def test_single_things_are_read_by_their_ids(sample: Simulator, settings: Settings) -> None:
    wire = httpx2.ASGITransport(app=sample)
    async with Sentry.connect(settings, wire, now=lambda: now().timestamp()) as sentry:
        keys = await sentry.project_keys.of_project("acme", "checkout", status="inactive")
        assert [key.name for key in keys.items] == ["Old kiosk"]
        key = await sentry.project_keys.get("acme", "checkout", keys.items[0].id)
        assert key == keys.items[0]
        hooks = await sentry.project_settings.hooks("acme", "checkout")
        hook = await sentry.project_settings.hook("acme", "checkout", hooks.items[0].id)
        assert hook == hooks.items[0]
        hidden = await sentry.environments.get("acme", "storefront", "preview-1482")
        assert hidden.is_hidden
        sources = await sentry.project_settings.symbol_sources("acme", "mobile-app")
        found = await sentry.project_settings.symbol_sources(
            "acme", "mobile-app", source=sources[0].id
        )
        assert found == sources
        of_team = await sentry.projects.of_team("acme", "platform")
        assert [project.slug for project in of_team.items] == ["gateway", "inventory"]
