"""Integrations, apps, repositories and tickets as the simulated Sentry serves them."""

from datetime import timedelta
from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.integrations import (
    App,
    Channel,
    CodeMapping,
    Integration,
    Repository,
    Ticket,
)
from dexter_mcp.simulator.memory.records import Issue
from small_world import BORN, Caller, connected, story

pytestmark = pytest.mark.anyio

HERE = "/organizations/acme/"
INSTALLED = f"{HERE}integrations/"
REPOS = f"{HERE}repos/"


@pytest.fixture
def issue(world: World) -> Issue:
    return world.issues[int(world.tell("acme", story())["id"])]


@pytest.fixture(autouse=True)
def _connected(world: World, issue: Issue) -> None:
    """Connect the small world to GitHub, twice to Slack, and to an app of its own."""
    kept, checkout = world.integrations, issue.project
    kept.installed += [
        Integration("1", "acme", "github", "hub", grace_ends=BORN + timedelta(days=3)),
        Integration("2", "acme", "slack", "chat"),
        Integration("3", "acme", "slack", "old chat", standing="disabled", config={"a": 1}),
    ]
    kept.repositories += [
        Repository("11", "acme", "acme/checkout", "https://git.test/c", BORN, integration="1"),
        Repository("12", "acme", "acme/old", "https://git.test/o", BORN, status="hidden"),
        Repository("13", "acme", "typed/in", "", BORN),
    ]
    kept.code_mappings.append(CodeMapping("21", checkout, "11", "shop/", "src/shop/"))
    kept.apps += [
        App(31, "acme", "bot", "Bot", "b" * 32, {"acme": "installed"}, events=("issue",)),
        App(32, "others", "public", "Public", "c" * 32, {"acme": "pending"}, status="published"),
        App(33, "others", "hidden", "Hidden", "d" * 32, {}, status="unpublished"),
    ]
    kept.tickets += [
        Ticket("41", issue.number, "1", "acme/checkout#1", "https://git.test/1", "Broken"),
        Ticket("42", issue.number, "bot", "BOT-1", "https://bot.test/1"),
    ]


async def test_every_reply_is_what_sentry_describes(caller: Caller, issue: Issue) -> None:
    of_issue = f"{HERE}issues/{issue.number}/"
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        f"{ORG}integrations/": (INSTALLED, {}),
        f"{ORG}integrations/{{integration_id}}/": (f"{INSTALLED}1/", {}),
        f"{ORG}config/integrations/": (f"{HERE}config/integrations/", {}),
        f"{ORG}sentry-app-installations/": (f"{HERE}sentry-app-installations/", {}),
        f"{ORG}sentry-apps/": (f"{HERE}sentry-apps/", {}),
        "/api/0/sentry-apps/{sentry_app_id_or_slug}/": ("/sentry-apps/public/", {}),
        f"{ORG}repos/": (REPOS, {"expand": "settings"}),
        f"{ORG}repos/{{repo_id}}/commits/": (f"{REPOS}11/commits/", {}),
        f"{ORG}issues/{{issue_id}}/external-issues/": (f"{of_issue}external-issues/", {}),
        f"{ORG}issues/{{issue_id}}/integrations/{{integration_id}}/": (
            f"{of_issue}integrations/1/",
            {"action": "link"},
        ),
    }
    for described, (path, query) in asked.items():
        reply = await caller.read(path, **query)
        assert reply, "an empty list proves nothing"
        assert complaint(described, reply) == "", path


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["2", "1", "3"]),
        ({"providerKey": "slack"}, ["2", "3"]),
        ({"features": ["issue-basic", "deployment"]}, ["1"]),
        ({"features": "alert_rule", "providerKey": "github"}, []),
    ],
)
async def test_integrations_are_narrowed(
    caller: Caller, query: dict[str, Any], ids: list[str]
) -> None:
    assert [each["id"] for each in await caller.read(INSTALLED, **query)] == ids


async def test_a_list_without_settings_is_shorter(caller: Caller) -> None:
    whole = await caller.read(INSTALLED, providerKey="slack")
    assert whole[1]["configData"] == {"a": 1}
    brief = await caller.read(INSTALLED, providerKey="slack", includeConfig="0")
    assert not {"configData", "configOrganization"} & set(brief[1])


async def test_an_integration_tells_its_standing_and_its_end(caller: Caller) -> None:
    old = await caller.read(f"{INSTALLED}3/")
    assert (old["status"], old["organizationIntegrationStatus"]) == ("active", "disabled")
    hub = await caller.read(f"{INSTALLED}1/")
    assert hub["gracePeriodEnd"] == "2026-08-15T09:30:00Z"
    assert isinstance(hub["organizationId"], int)
    assert await caller.refusal(f"{INSTALLED}9/") == (404, "The requested resource does not exist")


async def test_the_channels_of_a_chat_are_listed(world: World, caller: Caller) -> None:
    rooms = [Channel("C1", "ops"), Channel("C2", "till", "private")]
    world.integrations.installed += [
        Integration("4", "acme", "slack", "busy chat", channels=rooms),
        Integration("5", "acme", "msteams", "teams", channels=rooms[:1]),
    ]
    assert (await caller.read(f"{INSTALLED}4/channels/"))["results"] == [
        {"id": "C1", "name": "ops", "display": "#ops", "type": "public"},
        {"id": "C2", "name": "till", "display": "#till", "type": "private"},
    ]
    (room,) = (await caller.read(f"{INSTALLED}5/channels/"))["results"]
    assert room["display"] == "ops"
    none = await caller.read(f"{INSTALLED}1/channels/")
    assert none["results"] == []
    assert "not supported for provider 'github'" in none["warning"]
    assert (await caller.refusal(f"{INSTALLED}9/channels/"))[0] == 404


@pytest.mark.parametrize("kind", ["self-hosted", "with rules"])
async def test_an_older_server_lists_no_channels(world: World, caller: Caller, kind: str) -> None:
    world.self_hosted = kind == "self-hosted"
    world.alerts.has_workflows = kind != "with rules"
    assert (await caller.refusal(f"{INSTALLED}2/channels/"))[0] == 404


async def test_the_list_goes_on_page_by_page(caller: Caller) -> None:
    assert await caller.walk(INSTALLED, per_page=2) == [["2", "1"], ["3"]]
    assert await caller.walk(f"{HERE}code-mappings/") == [["21"]]


async def test_one_provider_can_be_asked_for(caller: Caller) -> None:
    path = f"{HERE}config/integrations/"
    (only,) = (await caller.read(path, providerKey="github"))["providers"]
    assert (only["key"], only["name"]) == ("github", "GitHub")
    assert (await caller.refusal(path, providerKey="carrier-pigeon"))[0] == 404


@pytest.mark.parametrize(
    ("query", "found"), [({}, 1), ({"integrationId": "1"}, 1), ({"integrationId": "2"}, 0)]
)
async def test_code_mappings_are_narrowed(
    caller: Caller, issue: Issue, query: dict[str, Any], found: int
) -> None:
    told = await caller.read(f"{HERE}code-mappings/", project=str(issue.project), **query)
    assert len(told) == found
    assert await caller.read(f"{HERE}code-mappings/", project="7") == []


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["11", "13"]),
        ({"query": "CHECK"}, ["11"]),
        ({"status": "deleted"}, ["12"]),
        ({"integration_id": "1"}, ["11"]),
    ],
)
async def test_repositories_are_narrowed(
    caller: Caller, query: dict[str, Any], ids: list[str]
) -> None:
    assert [each["id"] for each in await caller.read(REPOS, **query)] == ids


async def test_a_status_that_no_repository_has_is_refused(caller: Caller) -> None:
    assert (await caller.refusal(REPOS, status="lost"))[0] == 400


async def test_a_repository_has_the_commits_of_its_releases(caller: Caller) -> None:
    (commit,) = await caller.read(f"{REPOS}11/commits/")
    assert (commit["id"], commit["repository"]["id"]) == ("5b7e0c1d9a", "11")
    assert await caller.read(f"{REPOS}13/commits/") == []
    assert (await caller.refusal(f"{REPOS}99/commits/"))[0] == 404


async def test_what_is_made_elsewhere_is_seen_if_it_is_published(caller: Caller) -> None:
    own = await caller.read(f"{HERE}sentry-apps/")
    assert [each["slug"] for each in own] == ["bot"]
    assert (await caller.read("/sentry-apps/31/"))["slug"] == "bot"
    assert (await caller.read("/sentry-apps/public/"))["owner"]["slug"] == "others"
    assert (await caller.refusal("/sentry-apps/hidden/"))[0] == 404


async def test_an_installation_waits_until_it_is_accepted(caller: Caller) -> None:
    told = await caller.read(f"{HERE}sentry-app-installations/")
    assert [(each["app"]["slug"], each["status"]) for each in told] == [
        ("bot", "installed"),
        ("public", "pending"),
    ]
    assert ["code" in each for each in told] == [False, True]


async def test_tickets_are_told_by_who_holds_them(caller: Caller, issue: Issue) -> None:
    path = f"{HERE}issues/{issue.short_id}/"
    (app,) = await caller.read(f"{path}external-issues/")
    assert (app["serviceType"], app["displayName"]) == ("bot", "BOT-1")
    (hub,) = await caller.read(f"{path}integrations/")
    assert hub["id"] == "1"
    assert [each["key"] for each in hub["externalIssues"]] == ["acme/checkout#1"]


async def test_an_issue_tells_its_tickets_where_that_is_asked_for(
    caller: Caller, issue: Issue
) -> None:
    wanted = {"expand": ["integrationIssues", "sentryAppIssues"]}
    (listed,) = await caller.read(f"{HERE}issues/", **wanted)
    read = await caller.read(f"{HERE}issues/{issue.number}/", **wanted)
    for told in (listed, read):
        (held,), (linked,) = told["integrationIssues"], told["sentryAppIssues"]
        assert (held["key"], held["integrationKey"], held["integrationName"]) == (
            *("acme/checkout#1", "github", "hub"),
        )
        assert (held["title"], "url" in held) == ("Broken", False)
        assert (linked["serviceType"], linked["webUrl"]) == ("bot", "https://bot.test/1")
    bare = await caller.read(f"{HERE}issues/{issue.number}/")
    assert {"integrationIssues", "sentryAppIssues"}.isdisjoint(bare)


async def test_a_commit_of_a_release_is_in_the_repository_that_was_connected(
    caller: Caller,
) -> None:
    (commit,) = await caller.read(f"{HERE}releases/checkout%401.1.0/commits/")
    assert commit["repository"]["id"] == "11"
    assert commit["repository"]["integrationId"] == "1"


async def test_a_form_suggests_what_the_issue_says(caller: Caller, issue: Issue) -> None:
    path = f"{HERE}issues/{issue.number}/integrations/1/"
    form = await caller.read(path, action="create")
    suggested = {each["name"]: each["default"] for each in form["createIssueConfig"]}
    assert suggested["title"] == issue.title
    assert issue.short_id in suggested["description"]
    link = await caller.read(path, action="link")
    assert [each["name"] for each in link["linkIssueConfig"]] == ["externalIssue", "comment"]


@pytest.mark.parametrize(
    ("integration", "action", "said"),
    [
        ("1", "forget", (400, "Action is required and should be either link or create")),
        ("2", "create", (400, "This feature is not supported for this integration.")),
        ("9", "create", (404, "The requested resource does not exist")),
    ],
)
async def test_a_form_that_there_is_not_is_refused(
    caller: Caller, issue: Issue, integration: str, action: str, said: tuple[int, str]
) -> None:
    path = f"{HERE}issues/{issue.number}/integrations/{integration}/"
    assert await caller.refusal(path, action=action) == said


@pytest.mark.parametrize(
    ("path", "scopes", "status"),
    [
        (INSTALLED, ["org:integrations"], 200),
        (REPOS, ["org:ci"], 200),
        (f"{REPOS}11/commits/", ["org:ci"], 403),
        (f"{HERE}sentry-apps/", ["org:integrations"], 403),
        (f"{HERE}sentry-app-installations/", ["org:integrations"], 200),
        ("/sentry-apps/bot/", ["event:read"], 200),
        (INSTALLED, ["event:read"], 403),
        (f"{INSTALLED}2/channels/", ["org:integrations"], 200),
        (f"{INSTALLED}2/channels/", ["event:read"], 403),
    ],
)
async def test_each_needs_a_scope_of_its_own(
    world: World, simulator: Simulator, path: str, scopes: list[str], status: int
) -> None:
    world.add_token("sntryu_small", user="mira@acme.test", scopes=scopes)
    async with connected(simulator, "sntryu_small") as http:
        assert (await Caller(http).ask(path)).status_code == status
