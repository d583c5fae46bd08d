"""Tickets elsewhere: made, linked and let go, by integrations and by apps."""

from collections.abc import Mapping
from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.integrations import App, Integration, Ticket
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.telling.story import Json
from small_world import ISSUES, Caller, connected, story

pytestmark = pytest.mark.anyio

APP = f"/sentry-app-installations/5e{'b' * 30}/external-issues/"
BUG: Mapping[str, str] = {"project": "10", "issuetype": "1", "title": "Cart is lost"}


@pytest.fixture
def issue(world: World) -> str:
    """An issue in a world with a Jira, a GitHub, a Slack and an app; each tracker has a ticket."""
    kept = world.integrations
    kinds = [("1", "Bug"), ("2", "Task")]
    kept.installed += [
        Integration(
            *("7", "acme", "jira", "Jira", "jira.test"),
            choices={"project": [("10", "PAY - Payments")], "issuetype": kinds},
        ),
        Integration(
            *("8", "acme", "github", "hub", "github.test/acme"),
            choices={"repo": [("acme/shop", "shop")], "labels": [("bug", "bug")]},
        ),
        Integration("9", "acme", "slack", "chat"),
    ]
    kept.apps.append(App(31, "acme", "bot", "Bot", "b" * 32, {"acme": "installed"}))
    kept.tickets += [
        Ticket("41", 0, "7", "PAY-1", "https://jira.test/browse/PAY-1", "Old"),
        Ticket("42", 0, "8", "acme/shop#5", "https://github.test/acme/shop/issues/5", "Older"),
    ]
    return world.tell("acme", story())["id"]


def at(issue: str, integration: str = "7") -> str:
    return f"{ISSUES}{issue}/integrations/{integration}/"


async def sent(caller: Caller, method: str, path: str, body: Any = None) -> tuple[int, Json]:
    reply = await caller.send(method, path, body)
    return reply.status_code, reply.json()


async def linked(caller: Caller, issue: str) -> set[str]:
    """The keys of what an issue is linked to, which all questions agree on."""
    inside = await caller.read(f"{ISSUES}{issue}/integrations/")
    keys = {ticket["key"] for each in inside for ticket in each["externalIssues"]}
    details = await caller.read(f"{ISSUES}{issue}/", expand="integrationIssues")
    assert {ticket["key"] for ticket in details["integrationIssues"]} == keys
    assert bool(await caller.titles("is:linked")) == bool(keys)
    return keys


async def test_a_ticket_is_made_and_linked(caller: Caller, issue: str) -> None:
    status, made = await sent(caller, "POST", at(issue), dict(BUG) | {"description": "Twice."})
    assert status == 201
    assert made["key"].startswith("PAY-")
    assert made["url"] == f"https://jira.test/browse/{made['key']}"
    assert (made["integrationId"], made["displayName"]) == (7, made["key"])
    assert await linked(caller, issue) == {made["key"]}
    (entry, *_) = (await caller.read(f"{ISSUES}{issue}/activities/"))["activity"]
    assert (entry["type"], entry["data"]["title"]) == ("create_issue", "Cart is lost")
    assert entry["data"]["new"]
    made_of = f"{ORG}issues/{{issue_id}}/integrations/{{integration_id}}/"
    assert complaint(made_of, made, "post") == ""


async def test_a_code_host_counts_within_a_repository(caller: Caller, issue: str) -> None:
    body = {"repo": "acme/shop", "title": "Cart", "labels": ["bug"]}
    _, made = await sent(caller, "POST", at(issue, "8"), body)
    assert made["key"].startswith("acme/shop#")
    assert made["url"].startswith("https://github.test/acme/shop/issues/")


@pytest.mark.parametrize(
    ("integration", "body", "answer"),
    [
        ("7", {"project": "10", "issuetype": "1"}, {"title": ["This field is required."]}),
        ("7", BUG | {"title": ""}, {"title": ["This field may not be blank."]}),
        ("7", BUG | {"issuetype": "9"}, {"issuetype": ['"9" is not a valid choice.']}),
        (
            "8",
            {"repo": "acme/shop", "title": "x", "labels": ["bug", "odd"]},
            {"labels": ["\"['bug', 'odd']\" is not a valid choice."]},
        ),
        ("9", BUG, {"detail": "This feature is not supported for this integration."}),
    ],
)
async def test_a_form_filled_in_wrong_makes_nothing(
    caller: Caller, issue: str, integration: str, body: Json, answer: Json
) -> None:
    assert await sent(caller, "POST", at(issue, integration), body) == (400, answer)
    assert await linked(caller, issue) == set()


@pytest.mark.parametrize(
    ("integration", "body", "key"),
    [
        ("7", {"externalIssue": "PAY-1"}, "PAY-1"),
        ("8", {"externalIssue": "acme/shop#5"}, "acme/shop#5"),
        ("8", {"externalIssue": "5", "repo": "acme/shop"}, "acme/shop#5"),
    ],
)
async def test_a_ticket_that_is_there_is_linked(
    caller: Caller, issue: str, integration: str, body: Json, key: str
) -> None:
    status, told = await sent(caller, "PUT", at(issue, integration), body)
    assert (status, told["key"]) == (201, key)
    assert await linked(caller, issue) == {key}
    again = await sent(caller, "PUT", at(issue, integration), body)
    assert again == (400, {"non_field_errors": ["That issue is already linked"]})


async def test_what_the_service_does_not_have_is_not_linked(caller: Caller, issue: str) -> None:
    status, told = await sent(caller, "PUT", at(issue), {"externalIssue": "PAY-99"})
    assert (status, "HTTP 404" in told["non_field_errors"][0]) == (400, True)
    status, told = await sent(caller, "PUT", at(issue), {})
    assert (status, told) == (400, {"externalIssue": ["Issue ID is required"]})
    assert (await caller.send("PUT", at(issue, "1"), {})).status_code == 404


async def test_a_ticket_outlives_its_links(world: World, caller: Caller, issue: str) -> None:
    other = world.tell("acme", story("Other"))["id"]
    for each in (issue, other):
        _, made = await sent(caller, "PUT", at(each), {"externalIssue": "PAY-1"})
        assert made["id"] == 41
    for each in (issue, other):
        reply = await caller.http.delete(f"/api/0{at(each)}?externalIssue=41")
        assert (reply.status_code, reply.content) == (204, b"")
        assert (await caller.http.delete(f"/api/0{at(each)}?externalIssue=41")).status_code == 404
    assert await linked(caller, issue) == set()
    assert (await sent(caller, "PUT", at(issue), {"externalIssue": "PAY-1"}))[0] == 201
    status, told = await sent(caller, "DELETE", at(issue))
    assert (status, told) == (400, {"detail": "External ID required"})


async def test_an_app_links_once_and_changes_what_it_linked(caller: Caller, issue: str) -> None:
    body = {"issueId": int(issue), "webUrl": "https://bot.test/1", "project": "ops"}
    for identifier in ("1", "2"):
        status, made = await sent(caller, "POST", APP, body | {"identifier": identifier})
        assert (status, made["displayName"]) == (200, f"ops#{identifier}")
    described = "/api/0/sentry-app-installations/{uuid}/external-issues/"
    assert complaint(described, made, "post") == ""
    assert await caller.read(f"{ISSUES}{issue}/external-issues/") == [made]
    assert (await caller.send("DELETE", f"{APP}{made['id']}/")).status_code == 204
    assert await caller.read(f"{ISSUES}{issue}/external-issues/") == []
    assert (await caller.send("DELETE", f"{APP}{made['id']}/")).status_code == 404


async def test_an_app_names_an_issue_and_all_that_is_asked_for(caller: Caller, issue: str) -> None:
    assert (await sent(caller, "POST", APP, {"issueId": 1}))[0] == 404
    status, told = await sent(caller, "POST", APP, {"issueId": int(issue), "project": "ops"})
    needed = ["This field is required."]
    assert (status, told) == (400, {"webUrl": needed, "identifier": needed})
    nowhere = APP.replace("b", "c")
    assert (await caller.send("POST", nowhere, {})).status_code == 404


@pytest.mark.parametrize(
    ("order", "needed"),
    [
        (("POST", ISSUES + "{}/integrations/7/"), "event:write event:admin"),
        (("PUT", ISSUES + "{}/integrations/7/"), "event:write event:admin"),
        (("DELETE", ISSUES + "{}/integrations/7/"), "event:admin"),
        (("POST", APP), "event:write"),
        (("DELETE", f"{APP}1/"), "event:admin"),
    ],
)
async def test_without_the_scope_nothing_is_linked(
    world: World, simulator: Simulator, issue: str, order: tuple[str, str], needed: str
) -> None:
    method, path = order
    world.add_token("poor", user="mira@acme.test", scopes=ALL_SCOPES - set(needed.split()))
    async with connected(simulator, "poor") as http:
        reply = await Caller(http).send(method, path.format(issue), dict(BUG))
    assert reply.status_code == 403
