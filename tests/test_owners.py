"""Who should own an issue: rules, suspect commits, history, relatives and teams, weighed up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from mcp import Client

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.insights.rule_match import matching
from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.ownership import Rule
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator, World
from dexter_mcp.simulator.memory.settings import Account, Ownership
from invented import an_event, failing, frame, raised
from small_world import small_world, story
from tokens import tokens

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, toolsets=("teams",))


def headline(simulator: Simulator) -> str:
    issues = simulator.world.issues.values()
    return next(issue.short_id for issue in issues if issue.title == "KeyError: 'authorization'")


async def test_everything_that_speaks_for_somebody_is_weighed(ask: Ask, sample: Simulator) -> None:
    text = await ask("find_owner", issue=headline(sample))
    assert "project checkout: Mira Voss (mira@acme.test)" in text
    row = next(line for line in text.splitlines() if line.startswith("Mira Voss"))
    assert "assigned now" in row
    assert "rule path:shop/payments/* matches shop/payments/services.py" in row
    assert "suspect commit" in row
    assert "payments: move to NordPay's v3 replies" in row
    assert "resolved it" in row
    team = next(line for line in text.splitlines() if line.startswith("#payments"))
    assert "deciding rule url:*/api/orders/*/pay matches https://shop.acme.test/" in team
    assert "the project's team" in team
    assert tokens(text) <= 500


async def test_who_is_in_the_project_and_was_seen_is_told_beside(
    ask: Ask, sample: Simulator
) -> None:
    text = await ask("find_owner", issue=headline(sample))
    assert "also active in the project's teams: Jonas Ek (7 h ago)" in text


@pytest.fixture
def world() -> World:
    world = small_world(now)
    world.add_member("acme", "ana@acme.test", "Ana Lima", teams=["payments"])
    return world


async def find(world: World, settings: Settings, *faults: Fault) -> str:
    simulator = generous(Simulator(world))
    for fault in faults:
        simulator.faults.add(fault)
    issue = next(iter(world.issues.values()))
    async with Client(build_server(settings, simulator, now=now)) as client:
        result = await client.call_tool("find_owner", {"issue": issue.short_id})
    assert not result.is_error, text_of(result)
    return text_of(result)


async def test_where_nothing_else_tells_it_is_the_team(world: World, settings: Settings) -> None:
    world.tell("acme", story())
    assert "project checkout: team #payments" in await find(world, settings)


async def test_a_rule_brings_a_person_to_the_fore(world: World, settings: Settings) -> None:
    world.tell("acme", story())
    number = next(iter(world.projects))
    world.settings.ownership[number] = Ownership("module:shop.* ana@acme.test\n", now(), now())
    text = await find(world, settings)
    assert "project checkout: Ana Lima (ana@acme.test)" in text
    assert "deciding rule module:shop.* matches shop.cart" in text


async def test_a_rule_that_is_switched_off_decides_nothing(
    world: World, settings: Settings
) -> None:
    world.tell("acme", story())
    number = next(iter(world.projects))
    rules = Ownership("module:shop.* ana@acme.test\n", now(), now(), active=False)
    world.settings.ownership[number] = rules
    assert "deciding rule" not in await find(world, settings)


async def test_somebody_long_unseen_is_marked(world: World, settings: Settings) -> None:
    world.tell("acme", story(assigned_to="user:ana@acme.test"))
    world.settings.accounts["ana@acme.test"] = Account(now() - timedelta(days=45))
    text = await find(world, settings)
    assert "Ana Lima (ana@acme.test) (but long away)" in text
    assert "|45 d" in text


async def test_an_author_from_elsewhere_is_marked(world: World, settings: Settings) -> None:
    world.add_member("acme", "guest@acme.test", "Guest", teams=["storefront"])
    commit = {"id": "c0ffee1234567", "message": "fix", "author": "guest@acme.test"}
    world.add_release(
        "acme", "2.0", projects=["checkout"], created=timedelta(days=1), commits=[commit]
    )
    world.tell("acme", story(suspect="c0ffee1234567"))
    text = await find(world, settings)
    assert "guest@acme.test|suspect commit c0ffee1234 of 1 d ago: fix; not in the project" in text


async def test_a_commit_of_nobody_known_makes_nobody_a_candidate(
    world: World, settings: Settings
) -> None:
    commit = {"id": "c0ffee1234567", "message": "fix", "author": ""}
    world.add_release(
        "acme", "2.0", projects=["checkout"], created=timedelta(days=1), commits=[commit]
    )
    world.tell("acme", story(suspect="c0ffee1234567"))
    text = await find(world, settings)
    assert "project checkout: team #payments" in text
    assert "c0ffee1234" not in text


async def test_who_looks_after_relatives_is_counted(world: World, settings: Settings) -> None:
    world.tell("acme", story("First"))
    for name in ("Second", "Third"):
        world.tell("acme", story(name, assigned_to="user:ana@acme.test"))
    assert "has 2 of 2 assigned issues in the same code" in await find(world, settings)


async def test_a_part_that_fails_is_named_and_the_rest_is_weighed(
    world: World, settings: Settings
) -> None:
    world.tell("acme", story(assigned_to="user:mira@acme.test"))
    fault = Fault(path="/ownership/", status=403, body=b'{"detail": "no"}', times=-1)
    text = await find(world, settings, fault)
    assert "failed: ownership rules (" in text
    assert "Mira Voss (mira@acme.test)|assigned now" in text


async def test_an_unknown_issue_is_named(refused: Ask) -> None:
    assert "No issue 'NOPE-1'" in await refused("find_owner", issue="NOPE-1")


def rules(*lines: str) -> tuple[Rule, ...]:
    told = (line.partition(":") for line in lines)
    return tuple(
        Rule.model_validate({"matcher": {"type": kind, "pattern": pattern}})
        for kind, _, pattern in told
    )


def matched(event: Event, *lines: str) -> list[tuple[str, str]]:
    return [(rule.matcher.type, text.raw) for rule, text in matching(rules(*lines), event)]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("path:shop/*", "shop/cart.py"),
        ("path:*.PY", "shop/cart.py"),
        ("path:cart.py", ""),
        ("module:shop.*", "shop.cart"),
        ("codeowners:/shop/", "shop/cart.py"),
        ("codeowners:cart.py", "shop/cart.py"),
        ("codeowners:docs/", ""),
        ("tags.server:web-*", "web-3"),
        ("tags.colour:*", ""),
        ("url:https://shop.test/*", "https://shop.test/cart"),
        ("invented:*", ""),
    ],
)
def test_a_rule_looks_at_what_its_kind_says(line: str, text: str) -> None:
    event = an_event(
        ("exception", {"values": [raised(frame())]}),
        ("request", {"url": "https://shop.test/cart"}),
        tags=[{"key": "server", "value": "web-3"}],
    )
    assert [found for _, found in matched(event, line)] == ([text] if text else [])


def test_the_last_rule_that_matches_comes_first() -> None:
    event = failing(raised(frame()))
    found = matched(event, "path:shop/*", "path:nowhere/*", "module:shop.cart")
    assert found == [("module", "shop.cart"), ("path", "shop/cart.py")]


def test_the_frame_of_the_program_is_quoted_before_those_of_libraries() -> None:
    library = frame(filename="django/core.py", inApp=False)
    event = failing(raised(frame(filename="shop/a.py"), library))
    assert matched(event, "path:*.py") == [("path", "shop/a.py")]
