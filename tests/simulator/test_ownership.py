"""Whom the simulated Sentry suggests as the owner of an issue."""

import pytest

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.settings import Ownership
from dexter_mcp.simulator.search.ownership import rules
from small_world import BORN, ISSUES, Caller, broken, story

pytestmark = pytest.mark.anyio

ISSUE = f"{ISSUES}CHECKOUT-1/"
EVENT = broken() | {"request": {"url": "https://shop.test/cart?x=1"}, "tags": {"server": "web-3"}}


@pytest.mark.parametrize(
    ("line", "covers"),
    [
        ("path:shop/*", True),
        ("path:*.PY", True),
        ("path:cart.py", False),
        ("module:shop.*", True),
        ("module:shop", False),
        ("url:*/cart*", True),
        ("url:/cart", False),
        ("tags.server:web-*", True),
        ("tags.colour:*", False),
        ("moon:full", False),
    ],
)
def test_a_rule_covers_what_its_kind_looks_at(line: str, covers: bool) -> None:  # noqa: FBT001
    (rule,) = rules(f"# what belongs to whom\n\n{line} mira@acme.test\n")
    assert rule.covers(EVENT) is covers


def own(world: World, *lines: str, active: bool = True) -> None:
    world.add_member("acme", "ana@acme.test", "Ana Lima", teams=["payments"])
    number = next(iter(world.projects))
    world.settings.ownership[number] = Ownership("\n".join(lines), BORN, BORN, active=active)
    world.tell("acme", story(suspect="5b7e0c1d9a"))


async def owners(world: World, caller: Caller) -> list[tuple[str, str]]:
    names = {f"user:{one.user_id}": one.email for one in world.members}
    names |= {f"team:{one.id}": f"#{one.slug}" for one in world.teams}
    told = (await caller.read(ISSUE))["owners"]
    return [(each["type"], names[each["owner"]]) for each in told]


async def test_the_last_two_rules_that_cover_an_event_suggest_owners(
    world: World, caller: Caller
) -> None:
    own(
        world,
        "path:* mira@acme.test",
        "path:shop/* ana@acme.test",
        "module:shop.cart #payments nobody@acme.test",
        "path:web/* #storefront",
    )
    assert await owners(world, caller) == [
        ("suspectCommit", "mira@acme.test"),
        ("ownershipRule", "#payments"),
        ("ownershipRule", "ana@acme.test"),
    ]


async def test_rules_that_are_switched_off_suggest_nobody(world: World, caller: Caller) -> None:
    own(world, "path:* ana@acme.test", active=False)
    assert await owners(world, caller) == [("suspectCommit", "mira@acme.test")]
