"""The simulated issue list and issue."""

from datetime import timedelta

import pytest

from dexter_mcp.simulator import World
from dexter_mcp.simulator.telling.story import Json
from small_world import (
    ISSUES,
    Caller,
    story,
)

pytestmark = pytest.mark.anyio


async def test_issues_are_unresolved_ones_unless_asked_otherwise(
    world: World, caller: Caller
) -> None:
    world.tell("acme", story("Open"))
    world.tell("acme", story("Done", status="resolved"))
    world.tell("acme", story("Muted", status="ignored", substatus="archived_forever"))
    assert await caller.read(ISSUES) == await caller.read(ISSUES, query="is:unresolved")
    assert await caller.titles("") == {"Open: no Open here", "Done: no Done here"} | (
        await caller.titles("is:archived")
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("is:resolved", {"B"}),
        ("is:escalating", {"A"}),
        ("is:for_review", {"A"}),
        ("is:assigned", {"A", "C"}),
        ("is:unassigned", {"B"}),
        ("assigned:me", {"A"}),
        ("assigned:none", {"B"}),
        ("assigned:#payments", {"C"}),
        ("assigned:[me,none]", {"A", "B"}),
        ("!assigned:me", {"B", "C"}),
        ("assigned_or_suggested:me", {"A", "B"}),
        ("firstSeen:-30h", {"A", "B"}),
        ("age:+30h", {"C"}),
        ("lastSeen:-90m", {"A"}),
        ("timesSeen:>10", {"B"}),
        ("timesSeen:10", {"A", "C"}),
        ("issue.priority:high", {"A"}),
        ("issue.category:db_query", {"C"}),
        ("issue.category:performance", {"C"}),
        ("issue:CHECKOUT-2", {"B"}),
        ("firstRelease:checkout@1.0.0", {"C"}),
        ("release:latest", {"A", "C"}),
        ("release:checkout@1.0*", {"C"}),
        ("!has:release", {"B"}),
        ("environment:staging", {"B"}),
        ("browser:Firefox*", {"A"}),
        ("browser:[Safari,Chrome]", {"B"}),
        ("has:browser", {"A", "B"}),
        ("!has:browser", {"C"}),
        ("error.type:A", {"A"}),
        ("!error.type:A", {"B", "C"}),
        ("stack.function:[A,B]", {"A", "B"}),
        ("error.unhandled:true", {"A", "B", "C"}),
        ("user.email:*@shopper.test", {"A", "B"}),
        ("transaction:/cart timesSeen:<=10", {"A", "C"}),
        ("no B here", {"B"}),
        ("project:checkout", {"A", "B", "C"}),
        ("level:warning", set[str]()),
    ],
)
async def test_a_search_finds_what_it_says(
    world: World, caller: Caller, query: str, found: set[str]
) -> None:
    world.tell(
        "acme",
        story(
            "A",
            substatus="escalating",
            priority="high",
            assigned_to="user:mira@acme.test",
            releases={"checkout@1.1.0": 1},
            vary={"browser": {"Firefox 141": 1}},
        ),
    )
    world.tell(
        "acme",
        story(
            "B",
            ago=2,
            status="resolved",
            count=11,
            environments={"staging": 1},
            suspect="5b7e0c1d9a",
            vary={"browser": {"Safari": 1, "Chrome": 1}},
        ),
    )
    world.tell(
        "acme",
        story(
            "C",
            ago=3,
            users=0,
            first_seen=timedelta(days=9),
            assigned_to="team:payments",
            category="db_query",
            releases={"checkout@1.0.0": 1, "checkout@1.1.0": 9},
        ),
    )
    titles = {title.partition(":")[0] for title in await caller.titles(query)}
    assert titles == found


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        (
            "a:1 OR b:2",
            (
                'Error parsing search query: Boolean statements containing "OR" or "AND" are not '
                "supported in this search"
            ),
        ),
        ("level:", "Error parsing search query: Empty string after 'level:'"),
    ],
)
async def test_a_search_that_sentry_refuses_is_refused_in_its_words(
    caller: Caller, query: str, detail: str
) -> None:
    assert await caller.refusal(ISSUES, query=query) == (400, detail)


async def test_counts_are_those_of_the_time_asked_for(world: World, caller: Caller) -> None:
    world.tell("acme", story(count=50, first_seen=timedelta(days=40), ago=1))
    [issue] = await caller.read(ISSUES, statsPeriod="1d")
    assert 0 < int(issue["count"]) < 50
    assert issue["lifetime"]["count"] == "50"
    assert issue["firstSeen"] == issue["lifetime"]["firstSeen"] == "2026-07-03T09:30:00Z"


async def test_a_search_by_tag_tells_how_many_events_have_it(world: World, caller: Caller) -> None:
    world.tell("acme", story(count=40, vary={"plan": {"free": 1, "paid": 1}}))
    [free] = await caller.read(ISSUES, query="plan:free")
    [paid] = await caller.read(ISSUES, query="plan:paid")
    assert int(free["filtered"]["count"]) + int(paid["filtered"]["count"]) == 40
    assert free["count"] == "40"
    [issue] = await caller.read(ISSUES)
    assert issue["filtered"] is None


SORTED = {
    "date": ["Fresh", "Often", "Old"],
    "new": ["Fresh", "Often", "Old"],
    "freq": ["Often", "Old", "Fresh"],
    "user": ["Old", "Often", "Fresh"],
}


@pytest.mark.parametrize("sort", SORTED)
async def test_issues_come_in_the_order_asked_for(world: World, caller: Caller, sort: str) -> None:
    world.tell("acme", story("Often", ago=2, count=90, users=3))
    world.tell("acme", story("Old", ago=9, count=30, users=30))
    world.tell("acme", story("Fresh", ago=1, count=5, users=1))
    issues = await caller.read(ISSUES, sort=sort)
    assert [issue["metadata"]["type"] for issue in issues] == SORTED[sort]


@pytest.mark.parametrize("sort", ["trends", "inbox", "recommended"])
async def test_every_other_order_shows_every_issue(world: World, caller: Caller, sort: str) -> None:
    for number in range(5):
        world.tell("acme", story(f"Error{number}", ago=1 + number, substatus="new"))
    pages = await caller.walk(ISSUES, sort=sort, limit=2)
    assert len({issue for page in pages for issue in page}) == 5


async def test_an_unknown_order_is_refused(caller: Caller) -> None:
    status, _ = await caller.refusal(ISSUES, sort="colour")
    assert status == 400


async def test_hits_are_counted_up_to_a_cap(world: World, caller: Caller) -> None:
    world.tell("acme", story("A"))
    world.tell("acme", story("B"))
    headers = (await caller.ask(ISSUES, limit=1)).headers
    assert (headers["x-hits"], headers["x-max-hits"]) == ("2", "1000")


async def test_a_short_id_hits_its_issue_directly(world: World, caller: Caller) -> None:
    world.tell("acme", story("A"))
    world.tell("acme", story("B", status="resolved"))
    reply = await caller.ask(ISSUES, query="checkout-2", shortIdLookup=1, statsPeriod="1s")
    assert reply.headers["x-sentry-direct-hit"] == "1"
    assert [issue["shortId"] for issue in reply.json()] == ["CHECKOUT-2"]
    assert "x-sentry-direct-hit" not in (await caller.ask(ISSUES, query="checkout-2")).headers


async def test_an_event_id_hits_its_issue_directly(world: World, caller: Caller) -> None:
    issue = world.tell("acme", story())["id"]
    event = (await caller.read(f"{ISSUES}{issue}/events/latest/"))["id"]
    reply = await caller.ask(ISSUES, query=event)
    assert reply.headers["x-sentry-direct-hit"] == "1"
    assert reply.json()[0]["matchingEventId"] == event


async def test_issues_can_be_asked_for_by_id(world: World, caller: Caller) -> None:
    ids = [world.tell("acme", story(f"E{n}", status="resolved"))["id"] for n in range(3)]
    issues = await caller.read(ISSUES, group=ids[:2])
    assert {issue["id"] for issue in issues} == set(ids[:2])


async def test_collapse_leaves_parts_out(world: World, caller: Caller) -> None:
    world.tell("acme", story())
    [issue] = await caller.read(ISSUES, collapse=["stats", "filtered", "unhandled"])
    assert issue.keys().isdisjoint({"stats", "filtered", "isUnhandled", "count", "lastSeen"})
    assert "lifetime" in issue


@pytest.mark.parametrize(("period", "slots"), [("24h", 24), ("14d", 14), ("auto", 25)])
async def test_a_series_shows_empty_slots_too(
    world: World, caller: Caller, period: str, slots: int
) -> None:
    world.tell("acme", story(count=20, ago=2))
    [issue] = await caller.read(ISSUES, groupStatsPeriod=period, statsPeriod="24h")
    assert len(issue["stats"][period]) == slots
    assert 0 < sum(count for _, count in issue["stats"][period]) <= 20


async def test_a_series_of_another_length_is_refused(caller: Caller) -> None:
    status, _ = await caller.refusal(ISSUES, groupStatsPeriod="3h")
    assert status == 400


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ({"statsPeriod": "7x"}, "Invalid statsPeriod: '7x'"),
        ({"start": "2026-08-01"}, "start and end are both required"),
        ({"start": "2026-08-02", "end": "2026-08-01"}, "start must be before end"),
    ],
)
async def test_a_wrong_span_is_refused(
    world: World, caller: Caller, query: Json, detail: str
) -> None:
    issue = world.tell("acme", story())["id"]
    assert await caller.refusal(ISSUES, **query) == (400, detail)
    prefixed = f"Invalid date range: {detail}"
    assert await caller.refusal(f"{ISSUES}{issue}/events/", **query) == (400, prefixed)


async def test_a_span_without_a_zone_is_utc(world: World, caller: Caller) -> None:
    world.tell("acme", story(count=1, ago=0, first_seen=timedelta(0), last_seen=timedelta(0)))
    assert await caller.read(ISSUES, start="2026-08-12T09:29:00", end="2026-08-12T09:31:00Z")
    assert not await caller.read(ISSUES, start="2026-08-12T09:31:00", end="2026-08-12T09:32:00")


async def test_no_project_means_those_of_ones_teams(world: World, caller: Caller) -> None:
    world.tell("acme", story("Mine"))
    world.tell("acme", story("Theirs", project="web"))
    mine, theirs = {"Mine: no Mine here"}, {"Theirs: no Theirs here"}
    web = str(next(p.id for p in world.projects.values() if p.slug == "web"))
    assert await caller.titles("") == mine
    assert await caller.titles("", project="-1") == mine | theirs
    assert await caller.titles("", project="web") == theirs
    assert await caller.titles("", project=["checkout", web]) == mine | theirs


async def test_an_older_server_takes_project_numbers_only(world: World, caller: Caller) -> None:
    world.numeric_projects = True
    detail = "Invalid project parameter. Values must be numbers."
    assert await caller.refusal(ISSUES, project="checkout") == (400, detail)
    assert await caller.read(ISSUES, project=str(next(iter(world.projects)))) == []


async def test_a_project_that_cannot_be_seen_is_forbidden(caller: Caller) -> None:
    status, _ = await caller.refusal(ISSUES, project="secret")
    assert status == 403


async def test_an_unknown_environment_does_not_exist(world: World, caller: Caller) -> None:
    issue = world.tell("acme", story())["id"]
    for path in (ISSUES, f"{ISSUES}{issue}/", f"{ISSUES}{issue}/events/latest/"):
        assert await caller.refusal(path, environment="moon") == (
            404,
            "The requested resource does not exist",
        )


async def test_an_issue_is_found_by_number_and_by_short_id(world: World, caller: Caller) -> None:
    told = world.tell("acme", story())
    by_number = await caller.read(f"{ISSUES}{told['id']}/")
    assert await caller.read(f"{ISSUES}checkout-1/") == by_number
    short = await caller.read("/organizations/acme/shortids/CHECKOUT_1/")
    assert (short["groupId"], short["projectSlug"]) == (told["id"], "checkout")


async def test_an_issue_tells_its_history_newest_first(world: World, caller: Caller) -> None:
    note = {"type": "note", "ago": timedelta(hours=2), "user": "mira@acme.test"}
    fixed = {"type": "set_resolved", "ago": timedelta(hours=5), "user": "mira@acme.test"}
    told = world.tell("acme", story(activity=(fixed, note | {"data": {"text": "Look!"}})))
    issue = await caller.read(f"{ISSUES}{told['id']}/")
    assert [entry["type"] for entry in issue["activity"]] == ["note", "set_resolved", "first_seen"]
    assert issue["activity"][0]["user"]["email"] == "mira@acme.test"
    assert issue["numComments"] == 1
    [text] = await caller.read(f"{ISSUES}{told['id']}/notes/")
    assert text["data"] == {"text": "Look!"}
    activities = await caller.read(f"{ISSUES}{told['id']}/activities/")
    assert activities["activity"] == issue["activity"]


async def test_an_issue_knows_its_first_and_last_release(world: World, caller: Caller) -> None:
    releases = {"checkout@1.0.0": 1, "checkout@1.1.0": 99}
    told = world.tell("acme", story(first_seen=timedelta(days=10), count=60, releases=releases))
    issue = await caller.read(f"{ISSUES}{told['id']}/")
    assert issue["firstRelease"]["version"] == "checkout@1.0.0"
    assert issue["lastRelease"]["version"] == "checkout@1.1.0"
    assert issue["lastRelease"]["shortVersion"] == "1.1.0"


async def test_no_event_names_a_release_from_its_future(world: World, caller: Caller) -> None:
    releases = {"checkout@1.0.0": 1, "checkout@1.1.0": 99}
    told = world.tell("acme", story(first_seen=timedelta(days=9), count=50, releases=releases))
    early = await caller.read(
        f"{ISSUES}{told['id']}/tags/release/", start="2026-08-01", end="2026-08-10"
    )
    assert [value["value"] for value in early["topValues"]] == ["checkout@1.0.0"]


async def test_a_merged_issue_answers_as_its_survivor(world: World, caller: Caller) -> None:
    kept = world.tell("acme", story("Kept", count=5))["id"]
    gone = world.tell("acme", story("Gone", count=7))["id"]
    world.merge_issues(int(kept), [int(gone)])
    survivor = await caller.read(f"{ISSUES}{gone}/")
    assert (survivor["id"], survivor["count"]) == (kept, "12")
    assert survivor["activity"][0]["type"] == "merge"
    assert len(await caller.read(f"{ISSUES}{kept}/hashes/")) == 2


async def test_an_issue_of_nobody_does_not_exist(caller: Caller) -> None:
    for reference in ("12345", "CHECKOUT-9", "nonsense"):
        status, detail = await caller.refusal(f"{ISSUES}{reference}/")
        assert (status, detail) == (404, "The requested resource does not exist")
