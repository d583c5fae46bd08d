"""Changing issues: what is written is what every question shows from then on."""

from datetime import timedelta
from typing import Any

import pytest

from contract import ORG, PROJECT, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.integrations import Repository
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.telling.story import Json
from small_world import BORN, ISSUES, Caller, Clock, broken, connected, story

pytestmark = pytest.mark.anyio

OF_PROJECT = "/projects/acme/checkout/issues/"


@pytest.fixture
def issue(world: World) -> str:
    """An issue of checkout, by its number."""
    return world.tell("acme", story())["id"]


@pytest.fixture
def others(world: World, issue: str) -> list[str]:
    """Two more of checkout, the first with most events of all, and one of web."""
    assert issue
    told = (story("Big", count=20), story("Small", count=5), story("Web", project="web"))
    return [world.tell("acme", each)["id"] for each in told]


async def put(caller: Caller, issue: str, **body: Any) -> Json:
    reply = await caller.send("PUT", f"{ISSUES}{issue}/", body)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def refused(caller: Caller, path: str, body: Any, **query: Any) -> Json:
    reply = await caller.send("PUT", path, body, **query)
    assert reply.status_code == 400, reply.text
    return reply.json()


async def last(caller: Caller, issue: str) -> tuple[str, Json]:
    """The newest entry of an issue's history, which the caller made."""
    entry = (await caller.read(f"{ISSUES}{issue}/activities/"))["activity"][0]
    assert entry["user"]["email"] == "mira@acme.test"
    return entry["type"], entry["data"]


class TestStatus:
    async def test_resolved_is_resolved_everywhere(self, caller: Caller, issue: str) -> None:
        told = await put(caller, issue, status="resolved")
        assert (told["status"], told["substatus"], told["statusDetails"]) == ("resolved", None, {})
        assert await caller.titles("is:resolved")
        assert not await caller.titles("is:unresolved")
        assert await last(caller, issue) == ("set_resolved", {})

    @pytest.mark.parametrize(
        ("body", "details", "version"),
        [
            ({"status": "resolvedInNextRelease"}, {"inNextRelease": True}, ""),
            (
                {"status": "resolved", "statusDetails": {"inNextRelease": True}},
                {"inNextRelease": True},
                "",
            ),
            (
                {"status": "resolved", "statusDetails": {"inRelease": "latest"}},
                {"inRelease": "checkout@1.1.0"},
                "checkout@1.1.0",
            ),
            (
                {"status": "resolved", "statusDetails": {"inRelease": "checkout@1.0.0"}},
                {"inRelease": "checkout@1.0.0"},
                "checkout@1.0.0",
            ),
        ],
    )
    async def test_it_is_resolved_in_a_release(
        self, caller: Caller, issue: str, body: Json, details: Json, version: str
    ) -> None:
        await put(caller, issue, **body)
        told = (await caller.read(f"{ISSUES}{issue}/"))["statusDetails"]
        assert told.pop("actor")["email"] == "mira@acme.test"
        assert told == details
        assert await last(caller, issue) == ("set_resolved_in_release", {"version": version})

    async def test_a_commit_resolves_it_in_the_release_that_brings_it(
        self, world: World, caller: Caller, issue: str
    ) -> None:
        kept = world.integrations.repositories
        kept.append(Repository("1", "acme", "acme/checkout", "https://git.test/c", BORN))
        commit = {"commit": "5b7e0c1d9a", "repository": "acme/checkout"}
        told = await put(caller, issue, status="resolved", statusDetails={"inCommit": commit})
        assert told["statusDetails"]["inRelease"] == "checkout@1.1.0"
        assert await last(caller, issue) == ("set_resolved_in_commit", {"commit": "5b7e0c1d9a"})

    @pytest.mark.parametrize(
        ("release", "status"), [("checkout@1.0.0", "resolved"), ("checkout@1.1.0", "unresolved")]
    )
    async def test_only_a_release_with_the_fix_can_regress(
        self, world: World, caller: Caller, issue: str, release: str, status: str
    ) -> None:
        await put(caller, issue, status="resolved", statusDetails={"inRelease": "latest"})
        world.ingest(world.issues[int(issue)].project, broken("KeyError", release=release))
        assert (await caller.read(f"{ISSUES}{issue}/"))["status"] == status

    async def test_in_the_next_release_spares_the_newest_one(
        self, world: World, caller: Caller, issue: str
    ) -> None:
        await put(caller, issue, status="resolvedInNextRelease")
        world.ingest(world.issues[int(issue)].project, broken(release="checkout@1.1.0"))
        assert (await caller.read(f"{ISSUES}{issue}/"))["status"] == "resolved"

    @pytest.mark.parametrize(
        ("substatus", "details", "shown"),
        [
            ("archived_until_escalating", {}, {}),
            ("archived_forever", {}, {}),
            (
                "archived_until_condition_met",
                {"ignoreCount": 9, "ignoreWindow": 60},
                {"ignoreCount": 9, "ignoreWindow": 60},
            ),
            (
                "archived_until_condition_met",
                {"ignoreUserCount": 3, "ignoreUserWindow": 10_080},
                {"ignoreUserCount": 3, "ignoreUserWindow": 10_080},
            ),
            (
                "archived_until_condition_met",
                {"ignoreDuration": 30},
                {"ignoreUntil": "2026-08-12T10:00:00Z"},
            ),
        ],
    )
    async def test_it_is_archived(
        self, caller: Caller, issue: str, substatus: str, details: Json, shown: Json
    ) -> None:
        body = {"status": "ignored", "substatus": substatus, "statusDetails": details}
        told = await put(caller, issue, **body)
        assert (told["status"], told["substatus"]) == ("ignored", substatus)
        told["statusDetails"].pop("actor", None)
        assert told["statusDetails"] == shown
        until = {"ignoreUntilEscalating": True} if substatus.endswith("escalating") else shown
        assert await last(caller, issue) == ("set_ignored", until)
        assert await caller.titles(f"is:{substatus}")

    @pytest.mark.parametrize(
        "condition", [{"ignoreCount": 3}, {"ignoreCount": 3, "ignoreWindow": 60}]
    )
    async def test_it_comes_back_when_enough_has_come(
        self, world: World, caller: Caller, issue: str, condition: Json
    ) -> None:
        await put(caller, issue, status="ignored", statusDetails=condition)
        statuses: list[str] = []
        for number in range(3):
            world.ingest(world.issues[int(issue)].project, broken(event_id=f"{number}" * 32))
            statuses.append((await caller.read(f"{ISSUES}{issue}/"))["status"])
        assert statuses == ["ignored", "ignored", "unresolved"]
        assert await caller.titles("is:escalating")

    async def test_it_comes_back_when_its_time_is_over(
        self, world: World, caller: Caller, clock: Clock, issue: str
    ) -> None:
        await put(caller, issue, status="ignored", statusDetails={"ignoreDuration": 60})
        for minutes, status in (59, "ignored"), (2, "unresolved"):
            clock.moment += timedelta(minutes=minutes)
            world.ingest(world.issues[int(issue)].project, broken(event_id=f"{minutes:032}"))
            assert (await caller.read(f"{ISSUES}{issue}/"))["status"] == status

    async def test_without_a_substatus_the_conditions_tell_it(
        self, caller: Caller, issue: str
    ) -> None:
        assert (await put(caller, issue, status="ignored"))["substatus"] == "archived_forever"
        await put(caller, issue, status="unresolved")
        told = await put(caller, issue, status="ignored", ignoreDuration=5)
        assert told["substatus"] == "archived_until_condition_met"

    async def test_a_young_issue_is_new_when_it_is_unarchived_and_ongoing_when_reopened(
        self, caller: Caller, issue: str
    ) -> None:
        await put(caller, issue, status="ignored")
        assert (await put(caller, issue, status="unresolved"))["substatus"] == "new"
        await put(caller, issue, status="resolved")
        assert (await put(caller, issue, status="unresolved"))["substatus"] == "ongoing"
        assert await last(caller, issue) == ("set_unresolved", {})

    async def test_a_substatus_alone_changes_nothing(self, caller: Caller, issue: str) -> None:
        assert (await put(caller, issue, substatus="archived_forever"))["status"] == "unresolved"

    async def test_what_is_archived_keeps_its_substatus(self, caller: Caller, issue: str) -> None:
        await put(caller, issue, status="ignored", substatus="archived_forever")
        body = {"status": "ignored", "substatus": "archived_until_escalating"}
        assert (await put(caller, issue, **body))["substatus"] == "archived_forever"


class TestMarks:
    @pytest.mark.parametrize("form", ["user:{}", "{}", "mira@acme.test"])
    async def test_it_is_assigned_to_a_member_in_any_form(
        self, world: World, caller: Caller, issue: str, form: str
    ) -> None:
        number = world.members[0].user_id
        told = await put(caller, issue, assignedTo=form.format(number))
        assert (told["assignedTo"]["type"], told["assignedTo"]["id"]) == ("user", number)
        assert await caller.titles("assigned:me")
        kind, data = await last(caller, issue)
        assert (kind, data["assigneeEmail"]) == ("assigned", "mira@acme.test")

    async def test_it_is_assigned_to_a_team_and_to_nobody(
        self, world: World, caller: Caller, issue: str
    ) -> None:
        team = world.team("acme", "payments")
        told = await put(caller, issue, assignedTo=f"team:{team.id if team else ''}")
        assert told["assignedTo"]["name"] == "payments"
        assert (await put(caller, issue, assignedTo=""))["assignedTo"] is None
        assert await last(caller, issue) == ("unassigned", {})

    async def test_a_priority_that_was_chosen_stays(self, caller: Caller, issue: str) -> None:
        told = await put(caller, issue, priority="high")
        assert (told["priority"], told["priorityLockedAt"]) == ("high", "2026-08-12T09:30:00Z")
        assert await last(caller, issue) == ("set_priority", {"priority": "high"})
        assert await caller.titles("issue.priority:high")

    async def test_marks_are_the_callers_own(self, caller: Caller, issue: str) -> None:
        on = {"hasSeen": True, "isBookmarked": True, "isSubscribed": True}
        told = await put(caller, issue, **on)
        assert {name: told[name] for name in on} == on
        assert told["subscriptionDetails"] == {"reason": "unknown"}
        details = await caller.read(f"{ISSUES}{issue}/")
        assert [user["email"] for user in details["participants"]] == ["mira@acme.test"]
        assert len(details["seenBy"]) == 1
        assert await caller.titles("subscribed:me bookmarks:me")
        off = dict.fromkeys(on, False)
        told = await put(caller, issue, **off)
        assert {name: told[name] for name in off} == off

    async def test_what_is_public_has_a_share_id(self, caller: Caller, issue: str) -> None:
        told = await put(caller, issue, isPublic=True)
        assert told["isPublic"]
        assert len(told["shareId"]) == 32
        assert await last(caller, issue) == ("set_public", {})
        told = await put(caller, issue, isPublic=False)
        assert (told["isPublic"], told["shareId"]) == (False, None)

    async def test_what_is_reviewed_leaves_the_inbox(self, world: World, caller: Caller) -> None:
        issue = world.tell("acme", story(substatus="new"))["id"]
        assert await caller.titles("is:for_review")
        await put(caller, issue, inbox=False)
        assert not await caller.titles("is:for_review")
        assert await last(caller, issue) == ("mark_reviewed", {})
        await put(caller, issue, inbox=True)
        assert (await caller.read(f"{ISSUES}{issue}/"))["inbox"]["reason"] == 0

    async def test_nothing_asked_for_is_nothing_changed(self, caller: Caller, issue: str) -> None:
        before = await caller.read(f"{ISSUES}{issue}/")
        await put(caller, issue, unheardOf=1)
        assert await caller.read(f"{ISSUES}{issue}/") == before


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"status": "done"}, {"status": ['"done" is not a valid choice.']}),
        ({"priority": "urgent"}, {"priority": ['"urgent" is not a valid choice.']}),
        ({"hasSeen": "perhaps"}, {"hasSeen": ["Must be a valid boolean."]}),
        ({"assignedTo": "user:1"}, {"assignedTo": ["Could not parse actor"]}),
        ({"assignedTo": "yuki@acme.test"}, {"assignedTo": ["Cannot assign to non-team member"]}),
        (
            {"status": "ignored", "substatus": "ongoing"},
            {"substatus": ['"ongoing" is not a valid substatus for the status "ignored".']},
        ),
        (
            {"status": "resolved", "statusDetails": {"inRelease": "9"}},
            {"statusDetails": {"inRelease": ["Unable to find a release with the given version."]}},
        ),
        (
            {"statusDetails": {"inCommit": {"commit": "1", "repository": "x"}}},
            {
                "statusDetails": {
                    "inCommit": {"repository": ["Unable to find the given repository."]}
                }
            },
        ),
        (
            {"statusDetails": {"ignoreWindow": 10_081, "ignoreCount": "many"}},
            {
                "statusDetails": {
                    "ignoreWindow": ["Ensure this value is less than or equal to 10080."],
                    "ignoreCount": ["A valid integer is required."],
                }
            },
        ),
        (
            {"discard": True, "hasSeen": True},
            {"nonFieldErrors": ["Other attributes cannot be updated when discarding"]},
        ),
        ([1], {"nonFieldErrors": ["Invalid data. Expected a dictionary."]}),
    ],
)
async def test_what_makes_no_sense_is_refused_in_sentrys_words(
    world: World, caller: Caller, issue: str, body: Any, answer: Json
) -> None:
    world.add_member("acme", "yuki@acme.test", "Yuki", teams=["storefront"])
    told = await refused(caller, f"{ISSUES}{issue}/", body)
    assert told.keys() == answer.keys()
    if "Could not" not in str(answer):
        assert told == answer
    assert (await caller.read(f"{ISSUES}{issue}/"))["status"] == "unresolved"


async def test_the_next_release_needs_one_before_it(
    world: World, caller: Caller, others: list[str]
) -> None:
    told = await refused(
        caller,
        f"{ISSUES}{others[2]}/",
        {"status": "resolved", "statusDetails": {"inNextRelease": True}},
    )
    assert "No release data present" in told["statusDetails"]["inNextRelease"][0]
    assert world.issues[int(others[2])].status == "unresolved"


class TestMany:
    async def test_the_answer_is_the_change(
        self, caller: Caller, issue: str, others: list[str]
    ) -> None:
        reply = await caller.send("PUT", ISSUES, {"status": "resolved"}, id=[issue, others[1]])
        assert (reply.status_code, reply.json()) == (
            200,
            {"status": "resolved", "statusDetails": {}},
        )
        assert await caller.titles("is:resolved", project=-1) == {
            "KeyError: no KeyError here",
            "Small: no Small here",
        }

    async def test_ids_out_of_scope_are_skipped(
        self, world: World, caller: Caller, issue: str, others: list[str]
    ) -> None:
        await caller.send("PUT", ISSUES, {"priority": "low"}, id=[issue, others[2], "1"])
        lows = [str(i.number) for i in world.issues.values() if i.priority == "low"]
        assert lows == [issue]

    @pytest.mark.parametrize("query", [{}, {"id": "1"}])
    async def test_without_an_id_that_counts_the_query_chooses(
        self, world: World, caller: Caller, others: list[str], query: Json
    ) -> None:
        await caller.send("PUT", ISSUES, {"status": "ignored"}, **query)
        left = [str(i.number) for i in world.issues.values() if i.status == "unresolved"]
        assert left == [others[2]], "the project that the caller is no member of"

    async def test_nothing_that_matches_is_an_empty_answer(self, caller: Caller) -> None:
        reply = await caller.send("PUT", ISSUES, {"status": "resolved"}, query="is:ignored")
        assert (reply.status_code, reply.content) == (204, b"")

    async def test_a_release_is_of_one_project(
        self, world: World, caller: Caller, issue: str, others: list[str]
    ) -> None:
        world.add_release("acme", "both", projects=["checkout", "web"], created=timedelta(1))
        body = {"status": "resolved", "statusDetails": {"inRelease": "both"}}
        told = await refused(caller, ISSUES, body, id=[issue, others[2]], project=-1)
        assert told == {"detail": "Cannot set resolved for multiple projects."}

    async def test_the_issue_with_most_events_is_the_parent(
        self, caller: Caller, issue: str, others: list[str]
    ) -> None:
        parent, child = others[0], others[1]
        reply = await caller.send("PUT", ISSUES, {"merge": True}, id=[issue, parent, child])
        assert reply.json() == {"merge": {"parent": parent, "children": [issue, child]}}
        survivor = await caller.read(f"{ISSUES}{issue}/")
        assert (survivor["id"], survivor["count"]) == (parent, "35")
        assert (await last(caller, parent))[0] == "merge"

    async def test_issues_of_two_projects_do_not_merge(
        self, caller: Caller, issue: str, others: list[str]
    ) -> None:
        told = await refused(caller, ISSUES, {"merge": True}, id=[issue, others[2]], project=-1)
        assert told == {"detail": "Merging across multiple projects is not supported"}

    async def test_a_project_changes_its_own(
        self, world: World, caller: Caller, issue: str, others: list[str]
    ) -> None:
        path = "/projects/acme/web/issues/"
        await caller.send("PUT", path, {"status": "resolved"}, id=[issue, others[2]])
        done = [str(i.number) for i in world.issues.values() if i.status == "resolved"]
        assert done == [others[2]]
        reply = await caller.send("PUT", path, {"hasSeen": True}, status="ignored", query="")
        assert reply.status_code == 204


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_what_was_merged_can_be_parted(
    world: World, caller: Caller, issue: str, others: list[str], method: str
) -> None:
    (own,) = world.issues[int(issue)].hashes
    await caller.send("PUT", ISSUES, {"merge": True}, id=[issue, others[0]])
    path = f"{ISSUES}{others[0]}/hashes/"
    reply = await caller.send(method, path, id=own)
    assert (reply.status_code, reply.content) == (202, b"")
    assert own not in [row["id"] for row in await caller.read(path)]
    assert (await caller.read(f"{ISSUES}{others[0]}/"))["count"] == "20"
    (made,) = await caller.read(ISSUES, query="KeyError")
    assert made["count"] == "10"
    assert (await last(caller, made["id"]))[0] == "unmerge_destination"
    world.ingest(world.issues[int(made["id"])].project, broken())
    assert (await caller.read(f"{ISSUES}{made['id']}/"))["count"] == "11"
    assert (await caller.send(method, path, id=own)).status_code == 200


class TestDeleting:
    async def test_one_is_gone_at_once(self, world: World, caller: Caller, issue: str) -> None:
        reply = await caller.send("DELETE", f"{ISSUES}{issue}/")
        assert (reply.status_code, reply.content) == (202, b"")
        assert (await caller.refusal(f"{ISSUES}{issue}/"))[0] == 404
        assert not await caller.read(ISSUES, query="")
        project = next(iter(world.projects))
        world.ingest(project, broken())
        assert [row["count"] for row in await caller.read(ISSUES, query="")] == ["1"]

    @pytest.mark.parametrize("path", [ISSUES, OF_PROJECT])
    async def test_of_many_those_that_are_named(
        self, world: World, caller: Caller, issue: str, others: list[str], path: str
    ) -> None:
        reply = await caller.send("DELETE", path, id=[issue, others[1], others[2]])
        assert reply.status_code == 204
        assert {str(number) for number in world.issues} == {others[0], others[2]}
        assert (await caller.send("DELETE", path, id=others[2])).status_code == 204
        assert len(world.issues) == 2, "ids out of scope delete nothing"

    async def test_without_ids_the_query_chooses(
        self, world: World, caller: Caller, others: list[str]
    ) -> None:
        await caller.send("DELETE", ISSUES, query="Big")
        assert int(others[0]) not in world.issues
        await caller.send("DELETE", OF_PROJECT)
        assert [str(number) for number in world.issues] == [others[2]]

    async def test_what_is_discarded_never_comes_back(
        self, world: World, caller: Caller, issue: str
    ) -> None:
        reply = await caller.send("PUT", f"{ISSUES}{issue}/", {"discard": True})
        assert (reply.status_code, reply.content) == (204, b"")
        world.ingest(next(iter(world.projects)), broken())
        assert not await caller.read(ISSUES, query="")

    async def test_to_discard_takes_the_right_to_delete(
        self, world: World, simulator: Simulator, issue: str
    ) -> None:
        world.add_token("writer", user="mira@acme.test", scopes=ALL_SCOPES - {"event:admin"})
        async with connected(simulator, "writer") as http:
            told = await refused(Caller(http), f"{ISSUES}{issue}/", {"discard": True})
        assert told == {"discard": ["You do not have permission to discard events"]}


class TestNotes:
    async def test_a_note_is_written_changed_and_removed(
        self, caller: Caller, clock: Clock, issue: str
    ) -> None:
        path = f"{ISSUES}{issue}/notes/"
        reply = await caller.send("POST", path, {"text": "Seen twice today."})
        assert (reply.status_code, reply.json()["data"]) == (201, {"text": "Seen twice today."})
        one = f"{path}{reply.json()['id']}/"
        assert (await caller.send("PUT", one, {"text": "Thrice."})).json()["type"] == "note"
        assert [row["data"]["text"] for row in await caller.read(path)] == ["Thrice."]
        assert (await caller.read(f"{ISSUES}{issue}/"))["numComments"] == 1
        again = await caller.send("POST", path, {"text": "Thrice."})
        assert again.json() == {"detail": "You have already posted that comment."}
        clock.moment += timedelta(hours=2)
        assert (await caller.send("POST", path, {"text": "Thrice."})).status_code == 201
        assert (await caller.send("DELETE", one)).status_code == 204
        assert len(await caller.read(path)) == 1
        assert (await caller.send("DELETE", one)).status_code == 404

    async def test_a_note_says_something(self, caller: Caller, issue: str) -> None:
        for body, said in ({}, "This field is required."), ({"text": ""}, "may not be blank"):
            reply = await caller.send("POST", f"{ISSUES}{issue}/notes/", body)
            assert reply.status_code == 400
            assert said in reply.json()["text"][0]

    async def test_what_others_said_stays(self, world: World, caller: Caller, issue: str) -> None:
        world.add_member("acme", "ines@acme.test", "Ines", teams=["payments"])
        kept = world.issues[int(issue)]
        world.note(kept, "note", user="ines@acme.test", data={"text": "Mine."})
        one = f"{ISSUES}{issue}/notes/{kept.activity[-1].id}/"
        assert (await caller.send("PUT", one, {"text": "Yours."})).status_code == 404
        assert (await caller.send("DELETE", one)).status_code == 404


@pytest.mark.parametrize(
    ("described", "path", "body"),
    [
        (f"{ORG}issues/{{issue_id}}/", ISSUES + "{}/", {"status": "resolvedInNextRelease"}),
        (f"{ORG}issues/{{issue_id}}/", ISSUES + "{}/", {"status": "ignored", "ignoreCount": 3}),
        (f"{ORG}issues/", ISSUES + "?id={}", {"assignedTo": "mira@acme.test", "priority": "low"}),
        (f"{ORG}issues/", ISSUES + "?id={}", {"status": "resolved", "isSubscribed": True}),
        (f"{PROJECT}issues/", OF_PROJECT + "?id={}", {"status": "resolved", "isPublic": True}),
    ],
)
async def test_every_answer_is_what_sentry_describes(
    caller: Caller, issue: str, described: str, path: str, body: Json
) -> None:
    reply = await caller.http.put(f"/api/0{path.format(issue)}", json=body)
    assert complaint(described, reply.json(), "put") == ""


@pytest.mark.parametrize(
    ("order", "needed"),
    [
        (("PUT", ISSUES), "event:write event:admin"),
        (("DELETE", ISSUES), "event:admin"),
        (("PUT", f"{ISSUES}{{}}/"), "event:write event:admin"),
        (("DELETE", f"{ISSUES}{{}}/"), "event:admin"),
        (("PUT", OF_PROJECT), "event:write"),
        (("DELETE", OF_PROJECT), "event:admin"),
        (("PUT", f"{ISSUES}{{}}/hashes/"), "event:write event:admin"),
        (("POST", f"{ISSUES}{{}}/notes/"), "event:write event:admin"),
    ],
)
async def test_without_the_scope_nothing_changes(
    world: World, simulator: Simulator, issue: str, order: tuple[str, str], needed: str
) -> None:
    method, path = order
    world.add_token("poor", user="mira@acme.test", scopes=ALL_SCOPES - set(needed.split()))
    async with connected(simulator, "poor") as http:
        reply = await Caller(http).send(method, path.format(issue), {"status": "resolved"})
    assert reply.status_code == 403
    assert world.issues[int(issue)].status == "unresolved"
