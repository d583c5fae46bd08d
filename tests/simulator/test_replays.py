"""Replays as Sentry's API tells them: wrapped, in seconds, with scopes of their own."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

import pytest

from clock import now
from contract import ORG, PROJECT, complaint
from dexter_mcp.simulator import Simulator
from small_world import Caller, connected, small_world

pytestmark = pytest.mark.anyio

HOME = "/organizations/acme"
SHOP = "/projects/acme/storefront/replays"
Session = dict[str, Any]
HOLDS: Final[Mapping[str, Callable[[Session], bool]]] = {
    "count_errors:>0": lambda one: one["count_errors"] > 0,
    "!count_errors:0": lambda one: one["count_errors"] != 0,
    "duration:<60": lambda one: one["duration"] < 60,
    "url:*checkout*": lambda one: any("checkout" in url for url in one["urls"]),
    "has:user.email": lambda one: bool(one["user"]["email"]),
    "locale:de-DE": lambda one: one["tags"]["locale"] == ["de-DE"],
}
"""Queries, and what is true of all that they find."""


@pytest.fixture
async def shop(sample: Simulator) -> AsyncIterator[Caller]:
    async with connected(sample) as http:
        yield Caller(http)


async def listed(shop: Caller, **query: Any) -> list[Session]:
    reply = await shop.read(f"{HOME}/replays/", project="-1", **query)
    assert complaint(f"{ORG}replays/", reply) == ""
    return reply["data"]


async def test_the_newest_come_first_unless_told_otherwise(shop: Caller) -> None:
    started = [one["started_at"] for one in await listed(shop) if one["started_at"]]
    assert started == sorted(started, reverse=True)
    longest = [one["duration"] or 0 for one in await listed(shop, sort="-duration")]
    assert max(longest) == next(filter(None, longest))


async def test_an_archived_one_holds_nothing(shop: Caller) -> None:
    (archived,) = [one for one in await listed(shop) if one["is_archived"]]
    assert archived["duration"] is archived["urls"] is archived["count_errors"] is None
    reply = await shop.read(f"{HOME}/replays/{archived['id']}/")
    assert complaint(f"{ORG}replays/{{replay_id}}/", reply) == ""


@pytest.mark.parametrize("query", HOLDS)
async def test_a_query_finds_what_it_says(shop: Caller, query: str) -> None:
    found = [one for one in await listed(shop, query=query) if not one["is_archived"]]
    assert found
    assert all(map(HOLDS[query], found))


async def test_a_bare_word_and_an_unknown_order_are_refused(shop: Caller) -> None:
    assert (await shop.ask(f"{HOME}/replays/", query="hello")).status_code == 400
    assert (await shop.ask(f"{HOME}/replays/", sort="-colour")).status_code == 400


async def test_errors_of_sessions_are_events_that_there_are(shop: Caller) -> None:
    for one in await listed(shop, query="count_errors:>0"):
        for event in one["error_ids"]:
            assert (await shop.read(f"{HOME}/eventids/{event}/"))["eventId"] == event


async def test_the_sessions_of_an_issue_are_counted_or_named(
    shop: Caller, sample: Simulator
) -> None:
    issue = sample.world.issue("acme", "STOREFRONT-G")
    assert issue
    asked = {"data_source": "events", "project": "-1", "query": f"issue.id:[{issue.number},1]"}
    counted = await shop.read(f"{HOME}/replay-count/", **asked)
    named = await shop.read(f"{HOME}/replay-count/", returnIds="true", **asked)
    assert counted == {str(issue.number): 4}
    assert len(named[str(issue.number)]) == 4


async def test_a_recording_comes_in_pages_of_segments(shop: Caller, sample: Simulator) -> None:
    replay = next(one for one in await listed(shop) if one["project_id"] == project(sample))
    path = f"{SHOP}/{replay['id']}/recording-segments/"
    whole = await shop.read(path)
    assert complaint(f"{PROJECT}replays/{{replay_id}}/recording-segments/", whole) == ""
    assert len(whole) == replay["count_segments"]
    assert await shop.read(path, per_page=2) == whole[:2]
    assert whole[0][0]["type"] == 4
    assert (await shop.ask(f"{path}9999/")).status_code == 404


def project(sample: Simulator) -> str:
    found = sample.world.project("acme", "storefront")
    assert found
    return str(found.id)


async def test_deletions_are_listed_by_project(shop: Caller) -> None:
    assert [job["id"] for job in (await shop.read(f"{SHOP}/jobs/delete/"))["data"]] == [501]
    assert (await shop.ask(f"{SHOP}/jobs/delete/7/")).status_code == 404


async def test_deletions_take_more_than_reading() -> None:
    world = small_world(now)
    world.add_token("reader", user="mira@acme.test", scopes=["project:read"])
    async with connected(Simulator(world), "reader") as http:
        reply = await Caller(http).ask("/projects/acme/web/replays/jobs/delete/")
    assert reply.status_code == 403
