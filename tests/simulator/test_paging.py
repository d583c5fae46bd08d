"""The three styles of Sentry's cursors."""

import pytest

from dexter_mcp.simulator import World
from dexter_mcp.simulator.telling.story import Json
from small_world import (
    ISSUES,
    NEXT,
    PREVIOUS,
    Caller,
    story,
)

pytestmark = pytest.mark.anyio


async def test_issue_pages_lose_and_repeat_nothing(world: World, caller: Caller) -> None:
    for number in range(7):
        world.tell("acme", story(f"Error{number}", ago=1 + number // 3))
    pages = await caller.walk(ISSUES, limit=2)
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert len({issue for page in pages for issue in page}) == 7


async def test_issues_that_arrive_between_two_pages_do_not_shift_the_next_one(
    world: World, caller: Caller
) -> None:
    for number in range(4):
        world.tell("acme", story(f"Error{number}", ago=2 + number))
    first = await caller.ask(ISSUES, limit=2)
    world.tell("acme", story("Newcomer", ago=0.5))
    found = NEXT.search(first.headers["link"])
    assert found
    second = await caller.read(ISSUES, limit=2, cursor=found[2])
    assert [issue["metadata"]["type"] for issue in second] == ["Error2", "Error3"]


async def test_the_previous_link_leads_back(world: World, caller: Caller) -> None:
    for number in range(5):
        world.tell("acme", story(f"Error{number}", ago=1 + number))
    first = await caller.ask(ISSUES, limit=2)
    ahead = NEXT.search(first.headers["link"])
    assert ahead
    second = await caller.ask(ISSUES, limit=2, cursor=ahead[2])
    back = PREVIOUS.search(second.headers["link"])
    assert back
    assert back[1] == "true"
    assert await caller.read(ISSUES, limit=2, cursor=back[2]) == first.json()


async def test_event_pages_count_rows_in_their_cursor(world: World, caller: Caller) -> None:
    issue = world.tell("acme", story(count=25))["id"]
    pages = await caller.walk(f"{ISSUES}{issue}/events/", per_page=10)
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({event for page in pages for event in page}) == 25
    reply = await caller.ask(f"{ISSUES}{issue}/events/", per_page=10)
    assert 'results="true"; cursor="0:10:0"' in reply.headers["link"]


async def test_project_pages_count_pages_in_their_cursor(caller: Caller) -> None:
    reply = await caller.ask("/organizations/acme/projects/", per_page=1)
    assert 'rel="previous"; results="false"; cursor="1:-1:1"' in reply.headers["link"]
    assert 'rel="next"; results="true"; cursor="1:1:0"' in reply.headers["link"]
    pages = await caller.walk("/organizations/acme/projects/", per_page=1)
    assert len(pages) == 2


async def test_a_last_page_still_has_both_links(world: World, caller: Caller) -> None:
    world.tell("acme", story())
    link = (await caller.ask(ISSUES)).headers["link"]
    assert link.startswith("<http://sentry.test/api/0/organizations/acme/issues/?&cursor=")
    assert link.count('results="false"') == 2


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ({"per_page": "101"}, "Invalid per_page value. Must be between 1 and 100."),
        ({"per_page": "0"}, "Invalid per_page value. Must be between 1 and 100."),
        ({"per_page": "ten"}, "Invalid per_page parameter."),
        ({"cursor": "far away"}, "Invalid cursor parameter."),
    ],
)
async def test_a_wrong_page_is_refused(caller: Caller, query: Json, detail: str) -> None:
    assert await caller.refusal("/organizations/acme/projects/", **query) == (400, detail)


async def test_a_limit_beyond_bounds_is_silently_held(world: World, caller: Caller) -> None:
    for number in range(3):
        world.tell("acme", story(f"Error{number}"))
    assert len(await caller.read(ISSUES, limit=5000)) == 3
    assert len(await caller.read(ISSUES, limit=2, per_page=999)) == 2
