"""The simulated Sentry, asked over HTTP as any client would."""

from datetime import timedelta

import anyio
import pytest

from dexter_mcp.simulator import Fault, Simulator, World
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.telling.story import Rhythm
from small_world import (
    BORN,
    ISSUES,
    Caller,
    Clock,
    connected,
    story,
)

pytestmark = pytest.mark.anyio


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
    with pytest.raises(ValueError, match=r"Unterminated string"):
        half.json()
    assert (len(flood.content), flood.json()) == (200_000, [])
    assert len(cut.content) < int(cut.headers["content-length"])


async def test_a_hanging_answer_never_comes(simulator: Simulator, caller: Caller) -> None:
    simulator.faults.add(Fault(hang=True))
    with anyio.move_on_after(0.05) as waiting:
        await caller.ask("/organizations/")
    assert waiting.cancelled_caught


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
