"""Tickets elsewhere are made for issues, linked to them, and unlinked."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.integrations import Integration, Ticket
from small_world import Clock, small_world, story
from world_state import state_of
from writing import attempted, change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio

ISSUE = "CHECKOUT-1"
REPOSITORIES = [("acme/shop", "shop"), ("acme/till", "till")]
FORM = {
    "project": [("10001", "PAY - Payments"), ("10002", "SUP - Support")],
    "issuetype": [("1", "Bug"), ("2", "Task")],
    "labels": [("urgent", "urgent"), ("later", "later")],
}


@pytest.fixture
def world() -> World:
    world = small_world(Clock())
    world.tell("acme", story("KeyError"))
    world.integrations.installed += [
        Integration("91", "acme", "github", "acme", choices={"repo": REPOSITORIES}),
        Integration("92", "acme", "jira", "Acme Jira", domain="acme.jira.test", choices=FORM),
    ]
    world.integrations.tickets += [
        Ticket("7", 0, "91", "acme/shop#7", "https://github.test/acme/shop/issues/7", "seven"),
        Ticket("8", 0, "92", "PAY-8", "https://acme.jira.test/browse/PAY-8", "eight"),
    ]
    return world


@pytest.fixture
def simulator(world: World) -> Simulator:
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    async with writing(simulator, tmp_path) as client:
        yield client


def linked(world: World) -> list[str]:
    return [each.key for each in world.integrations.tickets if each.issue]


async def test_a_ticket_is_made_with_the_choices_by_value_or_label(
    client: Client, world: World
) -> None:
    said = await done(
        client,
        "create_ticket",
        issue=ISSUE,
        integration="jira",
        title="Carts break",
        fields=["project=pay - payments", "issuetype=1", "labels=urgent", "labels=later"],
    )
    assert "key PAY-" in said
    (ticket,) = [each for each in world.integrations.tickets if each.issue]
    assert (ticket.title, ticket.source) == ("Carts break", "92")
    assert ISSUE in ticket.description


async def test_a_ticket_of_that_title_is_not_made_twice(
    client: Client, simulator: Simulator
) -> None:
    asked = {"issue": ISSUE, "integration": "github", "fields": ["repo=acme/shop"]}
    await done(client, "create_ticket", **asked)
    again = await done(client, "create_ticket", **asked)
    assert again.startswith("Nothing to do")
    assert "already so: ticket for" in again
    assert "(key " in again
    assert ", url https://" in again
    assert len(writes_of(simulator)) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "`integration` could be"),
        ({"integration": "gitlab"}, "No integration 'gitlab'"),
        ({"integration": "jira"}, "missing or wrong: project, issuetype"),
        ({"integration": "github", "fields": ["repo=acme/none"]}, "missing or wrong: repo"),
        ({"integration": "github", "fields": ["colour=red"]}, "no field is called colour"),
        ({"integration": "github", "fields": ["repo"]}, "Write each as `name=value`"),
    ],
)
async def test_what_the_form_lacks_is_named_with_its_choices_before_anything_is_sent(
    client: Client, simulator: Simulator, arguments: dict[str, Any], said: str
) -> None:
    result = await attempted(client, "create_ticket", issue=ISSUE, **arguments)
    assert result.is_error
    assert said in text_of(result)
    assert writes_of(simulator) == []


async def test_a_form_that_lacks_something_shows_what_can_be_chosen(client: Client) -> None:
    result = await attempted(client, "create_ticket", issue=ISSUE, integration="github")
    assert "acme/shop (shop), acme/till (till)" in text_of(result)


async def test_taking_a_ticket_back_removes_the_link_alone(client: Client, world: World) -> None:
    before = state_of(world)
    said = await done(
        client, "create_ticket", issue=ISSUE, integration="github", fields=["repo=acme/till"]
    )
    assert len(linked(world)) == 1
    await done(client, "undo_change", change=change_in(said))
    assert state_of(world) == before
    assert len(world.integrations.tickets) == 3


@pytest.mark.parametrize(
    ("integration", "ticket", "key"),
    [
        ("github", "acme/shop#7", "acme/shop#7"),
        ("github", "https://github.test/acme/shop/issues/7", "acme/shop#7"),
        ("jira", "PAY-8", "PAY-8"),
        ("jira", "https://acme.jira.test/browse/PAY-8", "PAY-8"),
    ],
)
async def test_a_ticket_is_linked_by_key_or_address_and_unlinked_again(
    client: Client, world: World, integration: str, ticket: str, key: str
) -> None:
    before = state_of(world)
    said = await done(client, "link_ticket", issue=ISSUE, integration=integration, ticket=ticket)
    assert linked(world) == [key]
    await done(client, "undo_change", change=change_in(said))
    assert state_of(world) == before


async def test_a_ticket_that_is_not_there_is_not_linked(client: Client, world: World) -> None:
    result = await attempted(
        client, "link_ticket", issue=ISSUE, integration="jira", ticket="PAY-404"
    )
    assert result.is_error
    assert "Issue does not exist" in text_of(result)
    assert linked(world) == []


async def test_the_only_link_is_broken_without_naming_it_and_comes_back(
    client: Client, world: World
) -> None:
    await done(client, "link_ticket", issue=ISSUE, integration="github", ticket="acme/shop#7")
    said = await done(client, "unlink_ticket", issue=ISSUE)
    assert linked(world) == []
    await done(client, "undo_change", change=change_in(said))
    assert linked(world) == ["acme/shop#7"]


async def test_of_several_links_one_has_to_be_named(client: Client, simulator: Simulator) -> None:
    await done(client, "link_ticket", issue=ISSUE, integration="github", ticket="acme/shop#7")
    await done(client, "link_ticket", issue=ISSUE, integration="jira", ticket="PAY-8")
    result = await attempted(client, "unlink_ticket", issue=ISSUE)
    assert "is linked to PAY-8, acme/shop#7; say which one" in text_of(result)
    assert len(writes_of(simulator)) == 2


async def test_an_issue_without_tickets_says_so(client: Client) -> None:
    result = await attempted(client, "unlink_ticket", issue=ISSUE)
    assert f"{ISSUE} is linked to no ticket" in text_of(result)
