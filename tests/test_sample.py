import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dexter_mcp.simulator.intake.payload import culprit_of, grouping_hash, tags_of, title_of
from dexter_mcp.simulator.memory.store import OLDEST, Where
from dexter_mcp.simulator.sample import HEADLINES, ORG, populate, stories
from dexter_mcp.simulator.sample.frames import excerpts
from dexter_mcp.simulator.sample.people import MEMBERS, PROJECTS, RELEASES, TEAMS
from dexter_mcp.simulator.telling.story import Json, Story
from dexter_mcp.simulator.world import World

STATES = {
    "unresolved": {"new", "ongoing", "escalating", "regressed"},
    "resolved": {""},
    "ignored": {
        "archived_until_escalating",
        "archived_until_condition_met",
        "archived_forever",
    },
}


@pytest.fixture(scope="module")
def told() -> list[Story]:
    return stories()


@pytest.fixture(scope="module")
def world() -> World:
    world = World()
    populate(world)
    return world


def exceptions(told: list[Story]) -> Iterator[tuple[Story, Json]]:
    for story in told:
        for value in story.payload.get("exception", {"values": ()})["values"]:
            yield story, value


def frames_of(exception: Json) -> list[dict[str, Any]]:
    return exception["stacktrace"]["frames"]


def regression() -> Story:
    return HEADLINES["regression"]


def test_there_is_plenty_to_explore(told: list[Story]) -> None:
    assert len(told) > 130
    assert 6_000 <= sum(story.count for story in told) <= 9_000
    assert {story.project for story in told} == set(PROJECTS)


def test_a_few_issues_are_large_and_most_are_small(told: list[Story]) -> None:
    counts = sorted(story.count for story in told)
    assert counts[len(counts) // 2] < 60
    assert sum(500 <= count <= 1_500 for count in counts) >= 3


def test_every_headline_is_told(told: list[Story]) -> None:
    assert set(HEADLINES) == {
        "regression",
        "n_plus_one",
        "deadlock",
        "memory",
        "third_party",
        "injection",
        "unicode",
        "secrets",
    }
    assert all(story in told for story in HEADLINES.values())


def test_two_builds_are_equal(told: list[Story]) -> None:
    assert stories() == told


def test_every_payload_is_json(told: list[Story]) -> None:
    for story in told:
        assert json.loads(json.dumps(story.payload)) == story.payload


def test_no_two_stories_look_the_same(told: list[Story]) -> None:
    looks = Counter((title_of(story.payload), culprit_of(story.payload)) for story in told)
    assert looks.most_common(1)[0][1] == 1


def test_no_two_stories_of_a_project_would_be_one_issue(told: list[Story]) -> None:
    groups = Counter((story.project, grouping_hash(story.payload)) for story in told)
    assert groups.most_common(1)[0][1] == 1


def test_titles_fit_on_a_line(told: list[Story]) -> None:
    titles = [title_of(story.payload) for story in told]
    assert all(titles)
    assert sum(len(title) <= 90 for title in titles) > 0.75 * len(titles)


def test_every_exception_shows_where_it_was_raised(told: list[Story]) -> None:
    assert all(frames_of(exception) for _, exception in exceptions(told))


def test_frames_stand_with_the_oldest_first(told: list[Story]) -> None:
    entries = {"convert_exception_to_response.<locals>.inner", "build_tracer.<locals>.trace_task"}
    outermost = {
        story.project: frames_of(exception)[0]["function"]
        for story, exception in exceptions(told)
        if story.project == "checkout" and exception["mechanism"]["exception_id"] == 0
    }
    assert set(outermost.values()) <= entries


def test_causes_come_before_what_they_caused(told: list[Story]) -> None:
    for story in told:
        values = story.payload.get("exception", {"values": ()})["values"]
        places = [value["mechanism"]["exception_id"] for value in values]
        assert places == sorted(places, reverse=True)
    chain = HEADLINES["deadlock"].payload["exception"]["values"]
    assert [value["type"] for value in chain] == ["DeadlockDetected", "OperationalError"]


def test_the_same_place_shows_the_same_code_in_every_issue(told: list[Story]) -> None:
    shown: dict[tuple[str, str, int], str] = {}
    for story, exception in exceptions(told):
        for frame in frames_of(exception):
            if frame["in_app"] and "context_line" in frame:
                place = (story.project, frame["abs_path"], frame["lineno"])
                line = shown.setdefault(place, frame["context_line"])
                assert line == frame["context_line"]


@pytest.mark.parametrize("project", sorted(PROJECTS))
def test_source_excerpts_do_not_overlap(project: str) -> None:
    lines = Counter(
        (excerpt.path, number)
        for excerpt in excerpts(project).values()
        for number in range(excerpt.first_line, excerpt.first_line + len(excerpt.lines))
    )
    assert lines.most_common(1)[0][1] == 1


def test_breadcrumbs_lead_up_to_the_event(told: list[Story]) -> None:
    for story in told:
        crumbs = story.payload.get("breadcrumbs", {"values": ()})["values"]
        offsets = [crumb["timestamp"] for crumb in crumbs]
        assert offsets == sorted(offsets)
        assert all(offset <= 0 for offset in offsets)
        assert len(offsets) <= 45


def test_only_what_the_world_adds_is_left_out_of_payloads(told: list[Story]) -> None:
    added = {"event_id", "timestamp", "user", "release", "environment"}
    assert not any(added & set(story.payload) for story in told)


def test_statuses_and_substatuses_agree_and_all_of_them_occur(told: list[Story]) -> None:
    seen = {(story.status, story.substatus) for story in told}
    assert seen == {(status, sub) for status, subs in STATES.items() for sub in subs}


def test_most_issues_are_unresolved_and_some_are_assigned(told: list[Story]) -> None:
    assert sum(story.status == "unresolved" for story in told) > len(told) / 2
    share = sum(bool(story.assigned_to) for story in told) / len(told)
    assert 0.3 < share < 0.5


def test_assignees_authors_and_suspects_exist(told: list[Story]) -> None:
    people = {member.email for member in MEMBERS}
    owners = {f"user:{email}" for email in people} | {f"team:{team}" for team in TEAMS}
    commits = {commit["id"] for release in RELEASES for commit in release.commits}
    assert {commit["author"] for release in RELEASES for commit in release.commits} <= people
    for story in told:
        assert story.assigned_to in owners | {""}
        assert story.suspect in commits | {""}
        assert {entry["user"] for entry in story.activity} <= people | {""}


def test_activity_is_told_oldest_first_and_within_the_life_of_the_issue(
    told: list[Story],
) -> None:
    for story in told:
        ages = [entry["ago"] for entry in story.activity]
        assert ages == sorted(ages, reverse=True)
        assert all(timedelta() <= age <= story.first_seen for age in ages)


def test_releases_of_every_story_are_those_of_its_project(told: list[Story]) -> None:
    for story in told:
        own = {release.version for release in RELEASES if release.project == story.project}
        assert set(story.releases) <= own
        oldest = max(release.age for release in RELEASES if release.project == story.project)
        assert story.first_seen < oldest


def test_the_newest_release_of_checkout_is_about_two_days_old() -> None:
    ages = [release.age for release in RELEASES if release.project == "checkout"]
    assert timedelta(days=1.5) < min(ages) < timedelta(days=2.5)
    assert sum(age < timedelta(days=15) for age in ages) >= 3


def test_the_regression_came_back_with_the_newest_release() -> None:
    story = regression()
    kinds = [entry["type"] for entry in story.activity]
    assert (story.status, story.substatus, story.priority) == ("unresolved", "regressed", "high")
    assert kinds.index("set_resolved_in_release") < kinds.index("set_regression")
    assert max(story.releases, key=lambda version: story.releases[version]) == "checkout@4.16.0"
    newest = next(release for release in RELEASES if release.version == "checkout@4.16.0")
    assert story.suspect in {commit["id"] for commit in newest.commits}


def test_one_tag_sets_the_regression_apart() -> None:
    assert regression().vary["payment_provider"] == {"nordpay": 94, "cardlink": 4, "kasse": 2}


def test_the_n_plus_one_repeats_one_query() -> None:
    payload = HEADLINES["n_plus_one"].payload
    queries = Counter(span["description"] for span in payload["spans"])
    text, times = queries.most_common(1)[0]
    assert times > 10
    assert payload["_occurrence"]["subtitle"] == text
    starts = [span["start_timestamp"] for span in payload["spans"]]
    assert starts == sorted(starts)
    assert payload["start_timestamp"] == starts[0] < 0


def test_secrets_stand_in_believable_places() -> None:
    payload = HEADLINES["secrets"].payload
    value = payload["exception"]["values"][-1]
    variables = next(frame["vars"] for frame in frames_of(value)[::-1] if frame["in_app"])
    assert "postgres://checkout:" in value["value"]
    assert "AKIAIOSFODNN7EXAMPLE" in variables["aws_access_key_id"]
    assert payload["request"]["headers"]["Authorization"].startswith("Bearer ")
    assert payload["request"]["cookies"]["sessionid"]
    assert payload["request"]["data"]["card"]["number"] == "4111111111111111"
    assert "PRIVATE KEY" in payload["extra"]["signing_key"]


def test_the_injection_tries_every_place() -> None:
    story = HEADLINES["injection"]
    payload = story.payload
    crumbs = " ".join(crumb.get("message", "") for crumb in payload["breadcrumbs"]["values"])
    tags = tags_of(payload, release="", environment="", user=None)
    assert "Ignore previous instructions" in title_of(payload)
    assert "update_issue" in payload["exception"]["values"][-1]["value"]
    assert "[end of event text]" in payload["extra"]["note"]
    assert "SYSTEM" in crumbs
    assert "ignore previous instructions" in tags["payment_provider"]


def test_unicode_of_every_awkward_kind_occurs() -> None:
    text = json.dumps(HEADLINES["unicode"].payload, ensure_ascii=False)
    for character in ("\U0001f381", "田", "\u05e9", "\u200b", "\u202e", "\u0300", "\U000e007f"):
        assert character in text


def test_the_world_takes_all_of_it(world: World, told: list[Story]) -> None:
    assert set(world.organizations) == {ORG}
    assert len(world.issues) == len(told)
    assert len(world.releases) == len(RELEASES)
    assert {project.slug for project in world.projects.values()} == set(PROJECTS)


def test_the_last_event_of_an_issue_carries_its_newest_release(world: World) -> None:
    for issue in world.issues.values():
        project = world.projects[issue.project]
        ages = [release.version for release in world.releases_of(project)]
        named = world.events_of(issue) & Where("release != ''")
        carried = [event.release for event in world.store.find(named, order=OLDEST)]
        if carried:
            assert carried[0] == max(carried, key=ages.index), issue.short_id
            assert carried[-1] == min(carried, key=ages.index), issue.short_id


def test_a_phone_has_a_version_and_a_model(world: World) -> None:
    app = world.project(ORG, "mobile-app")
    assert app
    for event in world.store.find(Where("project = ?", (app.id,))):
        payload, tags = world.payload(event), world.store.tags(event)
        system, device = (payload["contexts"].get(kind) for kind in ("os", "device"))
        if system:
            assert f"{system['name']} {system['version']}" == tags["os"]
        if device:
            assert device["model"] == tags["device"]
