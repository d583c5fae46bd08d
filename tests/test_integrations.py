"""What people ask about integrations: what is connected, does it work, where is the ticket."""

import json
from dataclasses import replace
from typing import Any, get_args

import pytest
from mcp import Client

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.insights.integrations import Part
from dexter_mcp.sentry.integrations import Integration
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator
from dexter_mcp.simulator.memory.integrations import App, Repository, Ticket
from dexter_mcp.simulator.memory.integrations import Integration as Integrated
from small_world import small_world, story
from tokens import tokens

pytestmark = pytest.mark.anyio

A_LIST = 400
A_FORM = 600


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, toolsets=("integrations",))


def row(text: str, name: str) -> str:
    return next(line for line in text.split("\n") if name in line)


async def test_a_list_shows_what_works_what_does_not_and_what_will_end(ask: Ask) -> None:
    text = await ask("list_integrations")
    assert text.startswith("integrations, org: acme\n")
    assert row(text, "88001") == (
        "88001|github|acme|github.test/acme|active|code owners, commits, tickets, source links"
    )
    assert "|acme-old.slack.test|disabled|" in row(text, "88003")
    assert "|active, out of date, ends in 9 d|" in row(text, "vsts")
    assert tokens(text) <= A_LIST


async def test_apps_are_told_with_what_they_may_do(ask: Ask) -> None:
    text = await ask("list_integrations")
    assert row(text, "deploy-bot") == (
        "deploy-bot|Deploy bot|installed, disabled|org:ci, project:releases|"
    )
    assert "|pending|" in row(text, "status-page")
    assert row(text, "ledger-desk").startswith("ledger-desk||installed|")


async def test_a_list_can_be_narrowed_to_a_provider(ask: Ask) -> None:
    text = await ask("list_integrations", provider="Slack")
    assert "provider: slack" in text
    assert "88002" in text
    assert "88003" in text
    assert "88001" not in text
    assert "deploy-bot" not in text


async def test_what_could_be_installed_is_told_on_demand(ask: Ask) -> None:
    text = await ask("list_integrations", include="providers")
    assert "vsts|Azure DevOps|code owners, commits, tickets, ticket sync, source links" in text
    assert "88001" not in text


async def test_an_unknown_provider_says_how_to_see_all(ask: Ask) -> None:
    text = await ask("list_integrations", provider="pigeons", include="providers")
    assert "none of that name; leave provider out to see all" in text


async def test_the_organizations_repositories_and_code_are_told_on_demand(ask: Ask) -> None:
    text = await ask("list_integrations", include=["repositories", "code_mappings"])
    assert "61|acme/checkout|GitHub|88001" in text
    assert "checkout|acme/checkout|main|shop/|shop/" in text
    mapped = text.partition("code_mappings:")[2]
    assert "inventory" not in mapped


async def test_where_events_are_passed_on_to_is_told_without_keys(ask: Ask) -> None:
    text = await ask("list_integrations", include="forwarding")
    assert "to|state|projects\nsqs|on|checkout, gateway\n" in text
    assert "AKIA" not in text


async def test_nothing_installed_says_what_to_try(settings: Settings) -> None:
    text = await asked(settings, generous(Simulator(small_world(now))), "list_integrations")
    assert "none; include=providers names what could be installed" in text
    assert "apps:\nnone" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"provider": "slack", "include": "apps"}, "installed and providers only"),
        ({"org": "nobody"}, "No organization 'nobody'"),
        ({"cursor": "AAAAAAAAAAAAAAA"}, "name that one alone in `include`"),
    ],
)
async def test_a_list_that_can_not_be_made_says_why(
    refused: Ask, asked: dict[str, Any], said: str
) -> None:
    assert said in await refused("list_integrations", **asked)


@pytest.fixture
def small() -> Simulator:
    """A world of its own with a place for tickets, an app and an issue that is linked to both."""
    world = small_world(now)
    number = int(world.tell("acme", story())["id"])
    kept = world.integrations
    kept.installed.append(Integrated("1", "acme", "jira", "Tracker", settings=[SYNC]))
    kept.apps.append(App(2, "acme", "desk", "Desk", "d" * 32, {"acme": "installed"}))
    kept.tickets.append(Ticket("3", number, "desk", "DESK-1", "https://desk.test/1"))
    return generous(Simulator(world))


SYNC = {"name": "sync", "label": "Sync", "type": "boolean"}


async def asked(settings: Settings, simulator: Simulator, tool: str, **given: Any) -> str:
    async with Client(build_server(settings, simulator, now=now)) as client:
        return text_of(await client.call_tool(tool, given))


async def test_a_part_that_fails_leaves_the_others(settings: Settings, small: Simulator) -> None:
    small.faults.add(Fault(path="sentry-app-installations", status=403))
    text = await asked(settings, small, "list_integrations")
    assert "1|jira|Tracker" in text
    assert "failed: apps (" in text


async def test_where_nothing_came_the_reason_is_the_answer(
    settings: Settings, small: Simulator
) -> None:
    said = b'{"detail": "Not for you."}'
    for path in ("/integrations/", "sentry-app"):
        small.faults.add(Fault(path=path, status=403, body=said, times=-1))
    async with Client(build_server(settings, small, now=now)) as client:
        result = await client.call_tool("list_integrations", {})
    assert result.is_error
    assert "Not for you." in text_of(result)


@pytest.mark.parametrize("named", ["88004", "Acme Jira", "jira", "acme.jira.test"])
async def test_an_integration_is_known_by_all_its_names(ask: Ask, named: str) -> None:
    text = await ask("get_integration", integration=named)
    assert text.startswith("Jira integration Acme Jira · active · id 88004\n")
    assert "/settings/acme/integrations/jira/88004/" in text


async def test_a_name_that_fits_several_asks_which(refused: Ask) -> None:
    text = await refused("get_integration", integration="slack")
    assert "88002 (slack Acme Shop), 88003 (slack Acme Shop (2021)). Give the id." in text


@pytest.mark.parametrize("named", ["nothing", "4242"])
async def test_an_unknown_integration_says_who_knows(refused: Ask, named: str) -> None:
    text = await refused("get_integration", integration=named)
    assert f"No integration or app '{named}' is visible in 'acme'. list_integrations names" in text


async def test_settings_are_told_in_words(ask: Ask) -> None:
    text = await ask("get_integration", integration="jira")
    assert "Sync Sentry status to Jira: 2 entries\n" in text
    assert "Sync Jira assignment to Sentry: on\n" in text
    assert "Resolve: Resolve\n" in text
    assert "Ignored fields: set\n" in text
    assert "customfield" not in text


async def test_an_integration_tells_which_alerts_use_it(ask: Ask) -> None:
    old = await ask("get_integration", integration="88003")
    assert "alert 5103|Storefront regressions|Slack #shop-old|broken" in old
    pager = await ask("get_integration", integration="pagerduty")
    assert "alert 5100|Page on payment spikes|PagerDuty Payments on-call" in pager


async def test_a_code_host_tells_its_repositories_and_where_frames_lead(ask: Ask) -> None:
    text = await ask("get_integration", integration="github")
    assert "61|acme/checkout|GitHub|88001" in text
    assert "reports|acme/reports|master|reports/|reports/" in text
    alone = await ask("get_integration", integration="github", include="repositories")
    assert "master" not in alone
    assert "more: include=settings|code_mappings|alerts" in alone


async def test_an_app_is_told_by_its_slug(ask: Ask) -> None:
    text = await ask("get_integration", integration="ledger-desk")
    assert text.startswith("app ledger-desk · Ledger Desk · published\n")
    assert "may: event:read, event:write\ntold of: issue\n" in text


async def test_a_sentry_without_alerts_of_today_still_tells_the_rest(
    settings: Settings, small: Simulator
) -> None:
    small.world.alerts.has_workflows = False
    text = await asked(settings, small, "get_integration", integration="jira")
    assert "Sync: not set" in text
    assert "failed: alerts (" in text


async def test_repositories_are_found_by_a_part_of_their_name(ask: Ask) -> None:
    assert "6 repositories, org: acme" in await ask("list_repositories")
    text = await ask("list_repositories", query="gate")
    assert "1 repository, org: acme, query: gate" in text
    assert "64|acme/gateway|GitHub|88001" in text
    assert "Leave out query." in await ask("list_repositories", query="nothing")


@pytest.mark.parametrize(
    "named", ["checkout", "61", "acme/checkout", "https://github.test/acme/checkout.git"]
)
async def test_the_commits_of_a_repository_are_told_newest_first(ask: Ask, named: str) -> None:
    text = await ask("list_repositories", repository=named, limit=2)
    assert "2 commits, and more, repository acme/checkout (id 61)" in text
    assert "payments: move to NordPay's v3 replies, Mira Voss, 2 d\n" in text
    onward = text.partition("cursor=")[2].strip()
    more = await ask("list_repositories", repository=named, limit=2, cursor=onward)
    assert "sessions: sign before pickling, Jonas Ek" in more


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"repository": "acme"}, "could be acme/checkout, acme/gateway"),
        ({"repository": "nothing"}, "No repository 'nothing' is visible in 'acme'."),
        ({"repository": "4711"}, "No repository '4711'"),
        ({"repository": "checkout", "query": "x"}, "give one of them"),
    ],
)
async def test_a_repository_that_is_not_clear_is_asked_for(
    refused: Ask, asked: dict[str, Any], said: str
) -> None:
    assert said in await refused("list_repositories", **asked)


async def test_a_repository_without_commits_says_where_they_come_from(settings: Settings) -> None:
    world = small_world(now)
    world.integrations.repositories.append(Repository("9", "acme", "acme/empty", "", now()))
    empty = generous(Simulator(world))
    text = await asked(settings, empty, "list_repositories", repository="acme/empty")
    assert "No commit of repository acme/empty (id 9) is known" in text


async def test_an_issue_tells_its_ticket_and_where_it_could_have_one(ask: Ask) -> None:
    text = await ask("list_issue_tickets", issue="CHECKOUT-J")
    assert text.startswith("1 ticket linked to issue CHECKOUT-J\n")
    assert "PAY-431|Acme Jira|NordPay: 3-D Secure payments fail|https://acme.jira.test" in text
    assert "could be linked in: Acme Jira (jira), acme (github), acme-warehouse (vsts)" in text


async def test_a_ticket_that_an_app_made_is_told_too(ask: Ask) -> None:
    text = await ask("list_issue_tickets", issue="CHECKOUT-13")
    assert "LEDGER#77|app ledger-desk|https://ledgerworks.example/tickets/77" in text


async def test_an_issue_without_ticket_says_so(ask: Ask, refused: Ask) -> None:
    assert "No ticket linked to issue CHECKOUT-7" in await ask(
        "list_issue_tickets", issue="CHECKOUT-7"
    )
    assert "No issue 'CHECKOUT-ZZZ'" in await refused("list_issue_tickets", issue="CHECKOUT-ZZZ")


async def test_tickets_of_apps_are_told_where_those_of_integrations_fail(
    settings: Settings, small: Simulator
) -> None:
    small.faults.add(Fault(path="/integrations/", status=404, times=-1))
    text = await asked(settings, small, "list_issue_tickets", issue="CHECKOUT-1")
    assert "DESK-1" in text
    assert "failed: integrations (" in text


async def test_the_only_place_for_tickets_need_not_be_named(
    settings: Settings, small: Simulator
) -> None:
    text = await asked(settings, small, "get_ticket_form", issue="CHECKOUT-1")
    assert "in Tracker (Jira, id 1)" in text


async def test_all_places_for_tickets_are_looked_at(settings: Settings, small: Simulator) -> None:
    small.world.integrations.installed += [
        Integrated(str(at), "acme", "jira", f"Tracker {at}") for at in range(2, 130)
    ]
    text = await asked(settings, small, "get_ticket_form", issue="CHECKOUT-1")
    assert "`integration` could be 1 (jira Tracker)" in text
    assert len([line for line in small.world.seen if "features=" in line]) == 2


async def test_nowhere_to_put_a_ticket_says_what_to_look_at(
    settings: Settings, small: Simulator
) -> None:
    small.world.integrations.installed.clear()
    text = await asked(settings, small, "list_issue_tickets", issue="CHECKOUT-1")
    assert "No integration that holds tickets is installed: see list_integrations." in text
    form = await asked(settings, small, "get_ticket_form", issue="CHECKOUT-1")
    assert "No integration that holds tickets is visible in 'acme'." in form


async def test_the_form_of_a_ticket_tells_fields_needs_suggestions_and_choices(ask: Ask) -> None:
    text = await ask("get_ticket_form", issue="CHECKOUT-J", integration="jira")
    assert text.startswith("form to create a ticket for issue CHECKOUT-J in Acme Jira (Jira, id")
    assert "project|Jira Project|select|yes|10001|10001 (PAY - Payments), 10002 (SUPPORT" in text
    assert "title|Title|string|yes|KeyError: 'authorization'|" in text
    assert row(text, "assignee|").endswith("acct-sofia (Sofia Lindqvist), … 3 more")
    assert "other fields may change with project and issuetype" in text
    assert tokens(text) <= A_FORM


async def test_all_of_a_field_is_told_on_demand(ask: Ask) -> None:
    text = await ask("get_ticket_form", issue="CHECKOUT-J", integration="jira", field="assignee")
    assert "acct-arjun (Arjun Rao)" in text
    assert "priority" not in text
    nothing = await ask("get_ticket_form", issue="CHECKOUT-J", integration="jira", field="colour")
    assert "No field 'colour'" in nothing
    assert "It has: project, issuetype, priority, assignee, labels, title, description." in nothing


async def test_the_form_that_links_a_ticket_is_another_one(ask: Ask) -> None:
    text = await ask("get_ticket_form", issue="CHECKOUT-J", integration="88001", action="link")
    assert text.startswith("form to link a ticket to issue CHECKOUT-J in acme (GitHub, id 88001)")
    assert "externalIssue|Issue|select|yes|" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "`integration` could be 88004 (jira Acme Jira), 88001 (github acme)"),
        ({"integration": "pagerduty"}, "'acme-oncall' holds no tickets."),
        ({"integration": "nothing"}, "No integration 'nothing' is visible in 'acme'."),
        ({"integration": "jira", "issue": "CHECKOUT-ZZZ"}, "No issue 'CHECKOUT-ZZZ'"),
    ],
)
async def test_a_form_that_can_not_be_had_says_why(
    refused: Ask, asked: dict[str, Any], said: str
) -> None:
    assert said in await refused("get_ticket_form", **{"issue": "CHECKOUT-J", **asked})


async def test_what_a_form_suggests_of_a_hostile_issue_is_fenced(ask: Ask) -> None:
    text = await ask("get_ticket_form", issue="CHECKOUT-19", integration="github")
    before, _, rest = text.partition("[event text ")
    assert "onerror" in rest.partition("[end of event text ")[0]
    assert "onerror" not in before
    assert "onerror" not in rest.partition("[end of event text ")[2]


@pytest.fixture
def structured(settings: Settings) -> Settings:
    return replace(settings, structured=True)


async def test_no_secret_of_an_integration_or_app_is_told(
    structured: Settings, sample: Simulator
) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_integrations", {"include": list(get_args(Part))}),
        ("get_integration", {"integration": "pagerduty"}),
        ("get_integration", {"integration": "ledger-desk"}),
        ("get_integration", {"integration": "deploy-bot"}),
    ]
    async with Client(build_server(structured, sample, now=now)) as client:
        told = [await client.call_tool(tool, given) for tool, given in calls]
    text = json.dumps([each.model_dump(mode="json") for each in told])
    assert "PagerDuty services: 1 entry" in text
    for secret in ("AKIA", "wJalr", "c0ffee", "s3cr3t", "whk-", "client-", "grant-"):
        assert secret not in text


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        ({}, "active"),
        ({"status": "active", "organizationIntegrationStatus": "disabled"}, "disabled"),
        ({"status": "pending_deletion"}, "pending_deletion"),
    ],
)
def test_an_integration_works_if_nothing_says_otherwise(
    told: dict[str, str], standing: str
) -> None:
    assert Integration.model_validate({"id": "1", **told}).standing == standing


def setting(kind: dict[str, Any], value: Any) -> str:
    form = [{"name": "it", "label": "It", **kind}]
    told = {"id": "1", "configOrganization": form, "configData": {"it": value}}
    (only,) = Integration.model_validate(told).settings
    return only.value


CHOICES = {"type": "select", "choices": [["a", "First"], ["b", "Second"], "odd", []]}


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ({}, True, "on"),
        ({}, None, "not set"),
        ({}, [1], "1 entry"),
        ({}, {"a": 1, "b": 2}, "2 entries"),
        ({}, "a token", "set"),
        (CHOICES, "b", "Second"),
        (CHOICES, "c", "set"),
    ],
)
def test_only_what_was_chosen_is_read_of_a_setting(
    kind: dict[str, Any], value: Any, said: str
) -> None:
    assert setting(kind, value) == said


@pytest.mark.parametrize("broken", [{"configData": None}, {"configOrganization": "odd"}])
def test_odd_settings_are_none(broken: dict[str, Any]) -> None:
    told: dict[str, Any] = {"id": "1", "configOrganization": [], "configData": {}, **broken}
    assert Integration.model_validate(told).settings == ()
