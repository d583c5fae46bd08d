"""The simulated events, their tags and files, and how they arrive."""

import pytest

from dexter_mcp.simulator import World
from dexter_mcp.simulator.intake.attachment import Attachment
from small_world import (
    ISSUES,
    Caller,
    broken,
    story,
)

pytestmark = pytest.mark.anyio


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


async def test_each_event_has_a_trace_of_its_own(world: World, caller: Caller) -> None:
    trace = {"trace_id": "c" * 32, "span_id": "a" * 16}
    told = world.tell("acme", story(payload=broken(contexts={"trace": trace}), count=5))
    events = f"{ISSUES}{told['id']}/events/"
    full = await caller.read(events, full="true")
    traces = {event["contexts"]["trace"]["trace_id"] for event in full}
    assert len(traces) == 5
    assert [e["id"] for e in await caller.read(events, query=f"trace:{min(traces)}")] == [
        e["id"] for e in full if e["contexts"]["trace"]["trace_id"] == min(traces)
    ]
