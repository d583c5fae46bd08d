"""The simulated Sentry, asked over HTTP as any client would."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx2
import pytest

from dexter_mcp.simulator import Fault, Simulator, World
from dexter_mcp.simulator.attachment import Attachment
from dexter_mcp.simulator.auth import ALL_SCOPES
from dexter_mcp.simulator.store import Where
from dexter_mcp.simulator.story import Json, Rhythm, Story

pytestmark = pytest.mark.anyio

BORN = datetime(2026, 8, 12, 9, 30, tzinfo=UTC)
ISSUES = "/organizations/acme/issues/"
NEXT = re.compile(r'rel="next"; results="(true|false)"; cursor="([^"]+)"')
PREVIOUS = re.compile(r'rel="previous"; results="(true|false)"; cursor="([^"]+)"')


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = BORN

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    """Two projects of two teams; the token's owner is in the first team only."""
    world = World(now=clock)
    world.add_organization("acme", "Acme Shop")
    world.add_team("acme", "payments", "Payments")
    world.add_team("acme", "storefront", "Storefront")
    world.add_member("acme", "mira@acme.test", "Mira Voss", teams=["payments"], role="owner")
    world.add_project("acme", "checkout", "Checkout", "python-django", teams=["payments"])
    world.add_project("acme", "web", "Web Shop", "javascript-react", teams=["storefront"])
    world.add_release("acme", "checkout@1.0.0", projects=["checkout"], created=timedelta(days=20))
    world.add_release(
        "acme",
        "checkout@1.1.0",
        projects=["checkout"],
        created=timedelta(days=2),
        commits=[{"id": "5b7e0c1d9a", "message": "fix: wait", "author": "mira@acme.test"}],
    )
    world.add_token(Simulator.TOKEN, user="mira@acme.test", scopes=ALL_SCOPES)
    return world


@pytest.fixture
def simulator(world: World) -> Simulator:
    return Simulator(world)


class Caller:
    """Asks the simulator; paths are relative to `/api/0`."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def ask(self, path: str, /, **query: Any) -> httpx2.Response:
        return await self.http.get(f"/api/0{path}", params=query)

    async def read(self, path: str, /, **query: Any) -> Any:
        reply = await self.ask(path, **query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def titles(self, query: str, /, **more: Any) -> set[str]:
        return {issue["title"] for issue in await self.read(ISSUES, query=query, **more)}

    async def refusal(self, path: str, /, **query: Any) -> tuple[int, str]:
        reply = await self.ask(path, **query)
        return reply.status_code, reply.json()["detail"]

    async def walk(self, path: str, /, **query: Any) -> list[list[str]]:
        """Follow the next link to the end; gives the ids of each page."""
        pages: list[list[str]] = []
        more = "true"
        while more == "true":
            reply = await self.ask(path, **query)
            assert reply.status_code == 200, reply.text
            pages.append([str(row.get("id") or row.get("value")) for row in reply.json()])
            found = NEXT.search(reply.headers["link"])
            assert found
            more, query["cursor"] = found.groups()
        return pages


@pytest.fixture
async def caller(simulator: Simulator) -> AsyncIterator[Caller]:
    async with connected(simulator) as http:
        yield Caller(http)


def connected(
    simulator: Simulator, token: str = Simulator.TOKEN, url: str = "http://sentry.test"
) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=simulator),
        base_url=url,
        headers={"Authorization": f"Bearer {token}"} if token else {},
    )


def broken(name: str = "KeyError", **more: Any) -> Json:
    frame = {"module": "shop.cart", "filename": "shop/cart.py", "function": name, "in_app": True}
    raised = {
        "type": name,
        "value": f"no {name} here",
        "mechanism": {"type": "django", "handled": False},
        "stacktrace": {"frames": [frame | {"lineno": 3, "context_line": "x"}]},
    }
    base: Json = {"platform": "python", "level": "error", "transaction": "/cart"}
    return base | {"exception": {"values": [raised]}} | more


def story(name: str = "KeyError", *, ago: float = 1, **more: Any) -> Story:
    """Tell of an issue last seen some hours ago and first seen a day before that."""
    told: dict[str, Any] = {
        "project": "checkout",
        "payload": broken(name),
        "count": 10,
        "users": 4,
        "first_seen": timedelta(hours=ago + 24),
        "last_seen": timedelta(hours=ago),
        "environments": {"production": 1},
    }
    return Story(**(told | more))


# Paging


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


# Searching issues


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
            'Error parsing search query: Boolean statements containing "OR" or "AND" are not '
            "supported in this search",
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


# What a request is about


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


# One issue


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
    releases = {"checkout@1.0.0": 1, "checkout@1.1.0": 1}
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


# Events and tags


async def test_events_are_linked_to_their_neighbours(world: World, caller: Caller) -> None:
    events = f"{ISSUES}{world.tell('acme', story(count=3))['id']}/events/"
    newest, middle, oldest = [row["id"] for row in await caller.read(events)]
    assert (await caller.read(f"{events}latest/"))["id"] == newest
    assert (await caller.read(f"{events}oldest/"))["previousEventID"] is None
    event = await caller.read(f"{events}{middle}/")
    assert (event["previousEventID"], event["nextEventID"]) == (oldest, newest)
    assert (await caller.read(f"{events}recommended/"))["id"] == newest


async def test_an_event_shows_its_own_side_of_the_story(world: World, caller: Caller) -> None:
    payload = broken(breadcrumbs={"values": [{"timestamp": -2, "message": "click"}]})
    told = world.tell(
        "acme",
        story(payload=payload, releases={"checkout@1.1.0": 1}, vary={"plan": {"free": 1}}),
    )
    event = await caller.read(f"{ISSUES}{told['id']}/events/latest/")
    tags = {tag["key"]: tag["value"] for tag in event["tags"]}
    assert tags["plan"] == "free"
    assert tags["user"] == f"id:{event['user']['id']}"
    assert event["release"]["version"] == tags["release"] == "checkout@1.1.0"
    [crumbs] = [entry for entry in event["entries"] if entry["type"] == "breadcrumbs"]
    assert crumbs["data"]["values"][0]["timestamp"].startswith("2026-08-12T08:29:58")


async def test_events_can_be_searched(world: World, caller: Caller) -> None:
    told = world.tell("acme", story(count=30, vary={"plan": {"free": 1, "paid": 1}}))
    events = f"{ISSUES}{told['id']}/events/"
    free = await caller.read(events, query="plan:free", full="true")
    paid = await caller.read(events, query="!plan:free")
    assert len(free) + len(paid) == 30
    assert all("entries" in event for event in free)
    status, detail = await caller.refusal(events, query="is:unresolved")
    assert (status, detail) == (400, '"is:" queries are not supported in this search.')


async def test_a_bare_event_id_leads_to_its_issue(world: World, caller: Caller) -> None:
    issue = world.tell("acme", story())["id"]
    event = (await caller.read(f"{ISSUES}{issue}/events/latest/"))["id"]
    found = await caller.read(f"/organizations/acme/eventids/{event}/")
    assert (found["groupId"], found["projectSlug"]) == (issue, "checkout")
    dashed = f"{event[:8]}-{event[8:]}"
    assert (await caller.read(f"/projects/acme/checkout/events/{dashed}/"))["id"] == event
    assert (await caller.ask(f"/projects/acme/web/events/{event}/")).status_code == 404


async def test_tags_tell_what_sets_an_issue_apart(world: World, caller: Caller) -> None:
    told = world.tell("acme", story(count=50, users=9, vary={"plan": {"free": 9, "paid": 1}}))
    tags = {tag["key"]: tag for tag in await caller.read(f"{ISSUES}{told['id']}/tags/")}
    plan = tags["plan"]
    assert (plan["totalValues"], plan["uniqueValues"]) == (50, 2)
    assert plan["topValues"][0]["value"] == "free"
    assert sum(value["count"] for value in plan["topValues"]) == 50
    assert tags["user"]["uniqueValues"] == 9
    assert await caller.read(f"{ISSUES}{told['id']}/tags/plan/") == plan


async def test_tag_values_can_be_sorted_and_paged(world: World, caller: Caller) -> None:
    told = world.tell("acme", story(count=50, users=9))
    values = f"{ISSUES}{told['id']}/tags/user/values/"
    counts = [value["count"] for value in await caller.read(values, sort="-count")]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == 50
    pages = await caller.walk(values, per_page=4)
    assert len({value for page in pages for value in page}) == 9
    assert (await caller.ask(f"{ISSUES}{told['id']}/tags/nothing/values/")).status_code == 404


async def test_an_attachment_can_be_listed_and_downloaded(world: World, caller: Caller) -> None:
    project = next(iter(world.projects))
    event = world.ingest(project, broken(), [Attachment("a.log", b"line", "text/plain")])
    files = f"/projects/acme/checkout/events/{event}/attachments/"
    [shape] = await caller.read(files)
    assert (shape["name"], shape["size"]) == ("a.log", 4)
    assert await caller.read(f"{files}{shape['id']}/") == shape
    assert (await caller.ask(f"{files}{shape['id']}/", download=1)).content == b"line"
    issue = next(iter(world.issues))
    assert await caller.read(f"{ISSUES}{issue}/attachments/") == [shape]


async def test_a_suspect_commit_names_its_author(world: World, caller: Caller) -> None:
    told = world.tell("acme", story("Blamed", suspect="5b7e0c1d9a"))
    event = (await caller.read(f"{ISSUES}{told['id']}/events/latest/"))["id"]
    reply = await caller.read(f"/projects/acme/checkout/events/{event}/committers/")
    [committer] = reply["committers"]
    assert committer["author"]["email"] == "mira@acme.test"
    assert committer["commits"][0]["id"] == "5b7e0c1d9a"


async def test_an_issue_without_suspects_says_so(world: World, caller: Caller) -> None:
    told = world.tell("acme", story())
    event = (await caller.read(f"{ISSUES}{told['id']}/events/latest/"))["id"]
    assert await caller.refusal(f"/projects/acme/checkout/events/{event}/committers/") == (
        404,
        "No Commits found for Release",
    )


# Ingestion


async def test_equal_errors_become_one_issue(world: World, caller: Caller) -> None:
    project = next(iter(world.projects))
    for user in ("7", "7", "8"):
        world.ingest(project, broken(user={"id": user}, event_id=f"{len(world.issues)}{user}" * 16))
    world.ingest(project, broken("Other"))
    issues = {issue["metadata"]["type"]: issue for issue in await caller.read(ISSUES)}
    assert issues.keys() == {"KeyError", "Other"}
    assert issues["KeyError"]["userCount"] == 2


async def test_an_event_that_comes_twice_counts_once(world: World, caller: Caller) -> None:
    project = next(iter(world.projects))
    for _ in range(2):
        world.ingest(project, broken(event_id="ab" * 16))
    [issue] = await caller.read(ISSUES)
    assert issue["count"] == "1"


async def test_a_new_event_of_a_resolved_issue_is_a_regression(
    world: World, caller: Caller
) -> None:
    told = world.tell("acme", story(status="resolved"))
    world.ingest(next(iter(world.projects)), broken(release="checkout@1.2.0"))
    issue = await caller.read(f"{ISSUES}{told['id']}/")
    assert (issue["status"], issue["substatus"]) == ("unresolved", "regressed")
    assert issue["activity"][0]["data"] == {"version": "checkout@1.2.0"}
    assert issue["lastRelease"]["version"] == "checkout@1.2.0"


# Organizations, projects, callers


async def test_the_root_tells_who_is_asking(simulator: Simulator, caller: Caller) -> None:
    assert (await caller.read("/"))["user"]["email"] == "mira@acme.test"
    async with connected(simulator, token="") as http:
        assert (await http.get("/api/0/")).json() == {"version": "0", "auth": None, "user": None}


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("", "Authentication credentials were not provided."),
        ("Bearer ", "Invalid token header. No credentials provided."),
        ("Bearer sntryu_wrong", "Invalid token"),
        ("Bearer sntrys_wrong_x", "Invalid org token"),
    ],
)
async def test_a_wrong_token_is_refused_in_sentrys_words(
    simulator: Simulator, header: str, detail: str
) -> None:
    async with connected(simulator, token="") as http:
        reply = await http.get(f"/api/0{ISSUES}", headers={"Authorization": header})
    assert (reply.status_code, reply.json()) == (401, {"detail": detail})
    assert reply.headers["www-authenticate"] == 'Bearer realm="api"'


async def test_a_missing_scope_is_named(world: World, simulator: Simulator) -> None:
    world.add_token("sntryu_small", user="mira@acme.test", scopes=["org:read"])
    async with connected(simulator, "sntryu_small") as http:
        assert (await http.get("/api/0/organizations/acme/")).status_code == 200
        reply = await http.get(f"/api/0{ISSUES}")
    assert reply.status_code == 403
    assert reply.json() == {"detail": "You do not have permission to perform this action."}
    challenge = 'Bearer error="insufficient_scope", scope="event:read event:write event:admin"'
    assert reply.headers["www-authenticate"] == challenge


async def test_an_integration_sees_its_own_organization_and_all_its_projects(
    world: World, simulator: Simulator
) -> None:
    world.add_organization("rival", "Rival")
    world.add_token("sntryi_x", user="", scopes=ALL_SCOPES, kind="integration", org="acme")
    world.tell("acme", story("Theirs", project="web"))
    async with connected(simulator, "sntryi_x") as http:
        caller = Caller(http)
        assert await caller.titles("") == {"Theirs: no Theirs here"}
        assert [org["slug"] for org in await caller.read("/organizations/")] == ["acme"]
        assert (await caller.ask("/organizations/rival/")).status_code == 403
        assert (await caller.ask("/users/me/regions/")).status_code == 403


async def test_unknown_and_closed_organizations_differ(world: World, caller: Caller) -> None:
    world.add_organization("rival", "Rival")
    assert (await caller.ask("/organizations/nobody/")).status_code == 404
    assert (await caller.ask("/organizations/rival/")).status_code == 403


async def test_each_region_lists_its_own_organizations(world: World, simulator: Simulator) -> None:
    world.add_organization("berlin", "Berlin", region="de")
    world.add_member("berlin", "mira@acme.test", "Mira Voss")
    world.regions = {"us": "https://us.sentry.test", "de": "https://de.sentry.test"}
    listed: dict[str, list[str]] = {}
    for host in ("https://sentry.test", "https://us.sentry.test", "https://de.sentry.test"):
        async with connected(simulator, url=host) as http:
            caller = Caller(http)
            listed[host] = [org["slug"] for org in await caller.read("/organizations/")]
            assert len((await caller.read("/users/me/regions/"))["regions"]) == 2
    assert list(listed.values()) == [["acme"], ["acme"], ["berlin"]]
    async with connected(simulator, url="https://us.sentry.test") as http:
        assert (await Caller(http).ask("/organizations/berlin/")).status_code == 404
    async with connected(simulator, url="https://sentry.test") as http:
        berlin = await Caller(http).read("/organizations/berlin/")
    assert berlin["links"]["regionUrl"] == "https://de.sentry.test"


async def test_a_server_on_premises_has_neither_regions_nor_rate_limits(
    world: World, caller: Caller
) -> None:
    world.self_hosted = True
    reply = await caller.ask("/organizations/acme/")
    assert reply.json()["links"]["regionUrl"] == ""
    assert not [name for name in reply.headers if "rate-limit" in name]


@pytest.mark.parametrize(
    ("query", "slugs"),
    [("", ["checkout", "web"]), ("shop", ["web"]), ("slug:web", ["web"]), ("slug:we", [])],
)
async def test_projects_can_be_searched(caller: Caller, query: str, slugs: list[str]) -> None:
    found = await caller.read("/organizations/acme/projects/", query=query)
    assert [project["slug"] for project in found] == slugs


async def test_a_renamed_project_redirects_with_its_query(world: World, caller: Caller) -> None:
    world.rename_project("acme", "checkout", "till")
    reply = await caller.ask("/projects/acme/checkout/events/", per_page="5")
    assert reply.status_code == 302
    assert reply.headers["location"] == "/api/0/projects/acme/till/events/?per_page=5"
    assert reply.json()["slug"] == "till"
    assert (await caller.read("/projects/acme/till/"))["slug"] == "till"


async def test_a_project_that_never_was_does_not_exist(caller: Caller) -> None:
    refused = await caller.refusal("/projects/acme/nothing/")
    assert refused == (404, "Project does not exist")


@pytest.mark.parametrize("path", ["/nothing/", "/organizations/acme"])
async def test_an_unknown_route_has_nothing_to_say(caller: Caller, path: str) -> None:
    reply = await caller.ask(path)
    assert (reply.status_code, reply.content) == (404, b"")


async def test_a_method_that_a_route_lacks_is_refused(caller: Caller) -> None:
    reply = await caller.http.delete("/api/0/organizations/acme/projects/")
    assert (reply.status_code, reply.json()) == (
        405,
        {"detail": 'Method "DELETE" not allowed.'},
    )


async def test_the_world_remembers_what_was_asked(world: World, caller: Caller) -> None:
    await caller.ask(ISSUES, query="is:unresolved")
    assert world.seen == ["GET /api/0/organizations/acme/issues/?query=is%3Aunresolved"]


# Limits and faults


async def test_every_answer_tells_what_is_left_of_the_limit(clock: Clock, caller: Caller) -> None:
    remaining = [
        (await caller.ask("/organizations/")).headers["x-sentry-rate-limit-remaining"]
        for _ in range(3)
    ]
    assert remaining == ["39", "38", "37"]
    clock.moment += timedelta(seconds=1)
    headers = (await caller.ask("/organizations/nobody/")).headers
    assert headers["x-sentry-rate-limit-limit"] == "40"
    assert headers["x-sentry-rate-limit-remaining"] == "39"
    assert headers["x-sentry-rate-limit-reset"] == str(int(BORN.timestamp()) + 2)
    assert headers["x-sentry-rate-limit-concurrentremaining"] == "24"


async def test_too_many_requests_are_refused_until_the_window_ends(
    clock: Clock, simulator: Simulator, caller: Caller
) -> None:
    simulator.limits.enforce = True
    simulator.limits.requests = 2
    statuses = [(await caller.ask("/organizations/")).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    reply = await caller.ask("/organizations/")
    assert reply.headers["content-type"].startswith("text/html")
    assert "retry-after" not in reply.headers
    assert reply.json() == {
        "detail": "You are attempting to use this endpoint too frequently. "
        "Limit is 2 requests in 1 seconds"
    }
    clock.moment += timedelta(seconds=1)
    assert (await caller.ask("/organizations/")).status_code == 200


async def test_a_fault_happens_as_often_as_it_says(simulator: Simulator, caller: Caller) -> None:
    simulator.faults.add(Fault(path="/organizations/", status=503, times=2))
    statuses = [(await caller.ask("/organizations/")).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]
    simulator.faults.add(Fault(status=500, times=-1))
    assert (await caller.ask("/")).status_code == 500
    simulator.faults.clear()
    assert (await caller.ask("/")).status_code == 200


async def test_a_fault_hits_only_what_it_is_aimed_at(simulator: Simulator, caller: Caller) -> None:
    simulator.faults.add(Fault(path="/projects/", method="POST", status=500, times=-1))
    assert (await caller.ask("/organizations/acme/projects/")).status_code == 200


async def test_a_brownout_is_told_with_its_headers(simulator: Simulator, caller: Caller) -> None:
    replacement = "/api/0/organizations/acme/workflows/"
    simulator.faults.add(
        Fault(
            status=410,
            body=b'{"message":"This API no longer exists."}',
            headers={"X-Sentry-Replacement-Endpoint": replacement},
        )
    )
    reply = await caller.ask("/organizations/acme/combined-rules/")
    assert (reply.status_code, reply.json()["message"]) == (410, "This API no longer exists.")
    assert reply.headers["x-sentry-replacement-endpoint"] == replacement


async def test_broken_answers_look_broken(simulator: Simulator, caller: Caller) -> None:
    for fault in (Fault(html=True), Fault(malformed=True), Fault(huge=200_000), Fault(cut=True)):
        simulator.faults.add(fault)
    page, half, flood, cut = [await caller.ask("/organizations/") for _ in range(4)]
    assert (page.status_code, page.headers["content-type"][:9]) == (502, "text/html")
    with pytest.raises(ValueError, match="JSON|Unterminated|delimiter|Expecting"):
        half.json()
    assert (len(flood.content), flood.json()) == (200_000, [])
    assert len(cut.content) < int(cut.headers["content-length"])


async def test_a_hanging_answer_never_comes(simulator: Simulator, caller: Caller) -> None:
    simulator.faults.add(Fault(hang=True))
    with anyio.move_on_after(0.05) as waiting:
        await caller.ask("/organizations/")
    assert waiting.cancelled_caught


# Determinism


def test_the_same_seed_tells_the_same_story() -> None:
    def events(seed: int) -> list[str]:
        world = World(now=Clock(), seed=seed)
        world.add_organization("acme", "Acme")
        world.add_project("acme", "checkout", "Checkout", "python")
        told = world.tell("acme", story(count=9))
        return [event.id for event in world.store.find(Where("issue = ?", (int(told["id"]),)))]

    assert events(1) == events(1)
    assert events(1) != events(2)


@pytest.mark.parametrize("rhythm", ["steady", "burst", "growing", "fading", "returning", "daily"])
def test_every_rhythm_spans_the_whole_story(world: World, rhythm: Rhythm) -> None:
    told = world.tell("acme", story(count=40, rhythm=rhythm))
    totals = world.store.totals(Where("issue = ?", (int(told["id"]),)))
    [span] = totals.values()
    assert span.count == 40
    assert span.users == 4
    assert (span.first, span.last) == (
        (BORN - timedelta(hours=25)).timestamp(),
        (BORN - timedelta(hours=1)).timestamp(),
    )


def test_a_story_of_an_unknown_project_is_refused(world: World) -> None:
    with pytest.raises(LookupError, match="no project nowhere"):
        world.tell("acme", story(project="nowhere"))
