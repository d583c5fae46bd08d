"""The simulated alerts of both generations, as any client would ask for them."""

from datetime import timedelta
from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.alerts import (
    ERRORS,
    METRIC,
    Alert,
    Filters,
    Firing,
    Monitor,
    Period,
    built_in_id,
)
from small_world import BORN, Caller, connected, story

pytestmark = pytest.mark.anyio

WORKFLOWS = "/organizations/acme/workflows/"
DETECTORS = "/organizations/acme/detectors/"
PERIODS = "/organizations/acme/open-periods/"
RULES = "/projects/acme/checkout/rules/"
METRICS = "/organizations/acme/alert-rules/"

EMAIL = {"type": "email", "config": {"targetType": "issue_owners", "targetIdentifier": None}}
SLACK = {
    "type": "slack",
    "config": {"targetType": "specific", "targetIdentifier": "C1", "targetDisplay": "#ops"},
}


def project_of(world: World, slug: str) -> int:
    found = world.project("acme", slug)
    assert found
    return found.id


@pytest.fixture
def issue(world: World) -> int:
    return int(world.tell("acme", story())["id"])


@pytest.fixture(autouse=True)
def watched(world: World, issue: int) -> None:
    """One monitor and three alerts: of checkout, of the monitor, of nothing."""
    checkout, web = project_of(world, "checkout"), project_of(world, "web")
    query = {"aggregate": "count()", "query": "level:error", "timeWindow": 600}
    query |= {"dataset": "events", "environment": None, "eventTypes": ["error"]}
    hour = timedelta(hours=1)
    world.alerts.add_monitor(
        Monitor(
            641,
            "acme",
            checkout,
            "Error budget",
            METRIC,
            BORN - 90 * hour,
            owner="team:payments",
            created_by="mira@acme.test",
            config={"detectionType": "percent", "comparisonDelta": 3600},
            source_type="snuba_query_subscription",
            source={"snubaQuery": query},
            conditions=[("gt", 300, 75), ("gt", 200, 50), ("lte", 180, 0)],
            issue=issue,
            periods=[
                Period(BORN - 9 * hour, BORN - 8 * hour, [("medium", BORN - 9 * hour)]),
                Period(BORN - 2 * hour, None, [("medium", BORN - 2 * hour), ("high", BORN - hour)]),
            ],
        )
    )
    counted = ("event_frequency_count", {"value": 100, "interval": "1h"})
    level = ("level", {"level": 40, "match": "gte"})
    told: list[dict[str, Any]] = [
        {
            "name": "Page on spikes",
            "triggers": ["first_seen_event"],
            "filters": [Filters("all", [counted, level], [EMAIL, SLACK | {"status": "disabled"}])],
            "monitors": [built_in_id(ERRORS, checkout)],
            "owner": "team:payments",
            "created_by": "mira@acme.test",
            "firings": [Firing(issue, BORN - each * hour) for each in (2, 3, 400)],
        },
        {"name": "Thresholds", "filters": [Filters("all", [], [SLACK])], "monitors": [641]},
        {"name": "Nothing", "filters": [Filters("all", [], [EMAIL])]},
        {"name": "Web", "monitors": [built_in_id(ERRORS, web)], "enabled": False},
    ]
    for number, each in enumerate(told, 5100):
        world.alerts.add_alert(Alert(number, "acme", created=BORN - 90 * hour, **each))


async def names(caller: Caller, path: str, **query: Any) -> list[str]:
    return [row["name"] for row in await caller.read(path, **query)]


@pytest.mark.parametrize(
    ("published", "path"),
    [
        (f"{ORG}workflows/", WORKFLOWS),
        (f"{ORG}workflows/{{workflow_id}}/", f"{WORKFLOWS}5100/"),
        (f"{ORG}detectors/", DETECTORS),
        (f"{ORG}detectors/{{detector_id}}/", f"{DETECTORS}641/"),
    ],
)
async def test_a_reply_is_what_sentry_describes(caller: Caller, published: str, path: str) -> None:
    reply = await caller.read(path)
    assert reply
    assert complaint(published, reply) == ""


async def test_workflows_of_a_project_come_with_those_that_watch_nothing(caller: Caller) -> None:
    assert await names(caller, WORKFLOWS, project=-1) == [
        "Page on spikes",
        "Thresholds",
        "Nothing",
        "Web",
    ]
    assert await names(caller, WORKFLOWS, project="web") == ["Nothing", "Web"]


async def test_workflows_are_searched_by_name_and_kind_of_action(caller: Caller) -> None:
    assert await names(caller, WORKFLOWS, query="spikes") == ["Page on spikes"]
    assert await names(caller, WORKFLOWS, query="slack") == ["Page on spikes", "Thresholds"]
    assert await names(caller, WORKFLOWS, query="action:email thing") == ["Nothing"]
    assert await names(caller, WORKFLOWS, id=[5102]) == ["Nothing"]


async def test_workflows_are_sorted(caller: Caller) -> None:
    assert (await names(caller, WORKFLOWS, sortBy="name", project=-1))[0] == "Nothing"
    assert (await names(caller, WORKFLOWS, sortBy="-lastTriggered"))[0] == "Page on spikes"
    assert (await names(caller, WORKFLOWS, sortBy="-actions"))[0] == "Page on spikes"
    wrong = await caller.ask(WORKFLOWS, sortBy="colour")
    assert (wrong.status_code, wrong.json()) == (400, {"sortBy": ["Invalid sort field"]})


async def test_lists_of_alerts_can_be_paged(caller: Caller) -> None:
    pages = await caller.walk(WORKFLOWS, per_page=3, project=-1)
    assert pages == [["5100", "5101", "5102"], ["5103"]]
    everything = await caller.walk(DETECTORS, per_page=2, project=-1)
    assert len({number for page in everything for number in page}) == 5


async def test_an_unknown_workflow_is_not_found(caller: Caller) -> None:
    assert await caller.refusal(f"{WORKFLOWS}99/") == (
        404,
        "The requested resource does not exist",
    )


async def test_a_workflow_tells_which_issues_it_acted_on(caller: Caller, issue: int) -> None:
    history = f"{WORKFLOWS}5100/group-history/"
    [told] = await caller.read(history, statsPeriod="14d")
    assert (told["group"]["id"], told["count"]) == (str(issue), 2)
    assert told["lastTriggered"] == "2026-08-12T07:30:00Z"
    assert len(told["eventId"]) == 32


async def test_each_project_has_monitors_that_nobody_added(caller: Caller) -> None:
    kinds = [row["type"] for row in await caller.read(DETECTORS, project="checkout")]
    assert sorted(kinds) == ["error", "issue_stream", "metric_issue"]
    assert await names(caller, DETECTORS, query="type:metric") == ["Error budget"]
    assert await names(caller, DETECTORS, query="assignee:#payments") == ["Error budget"]


async def test_a_monitor_knows_its_alerts_and_its_latest_issue(caller: Caller, issue: int) -> None:
    told = await caller.read(f"{DETECTORS}641/")
    assert told["workflowIds"] == ["5101"]
    assert told["latestGroup"]["id"] == str(issue)
    assert told["owner"]["name"] == "payments"
    [source] = told["dataSources"]
    assert source["queryObj"]["snubaQuery"]["timeWindow"] == 600


async def test_open_periods_are_told_newest_first(caller: Caller) -> None:
    newest, oldest = await caller.read(PERIODS, detectorId=641)
    assert (newest["isOpen"], newest["end"]) == (True, None)
    assert [step["value"] for step in newest["activities"]] == ["medium", "high"]
    assert [step["type"] for step in oldest["activities"]] == ["opened", "closed"]
    status, detail = await caller.refusal(PERIODS)
    assert (status, detail) == (400, "Must provide either detectorId or groupId")


async def test_the_older_routes_warn_of_their_end(caller: Caller) -> None:
    reply = await caller.ask(RULES)
    assert [rule["name"] for rule in reply.json()] == ["Page on spikes"]
    assert reply.headers["x-sentry-deprecation-date"].startswith("2026-05-14")
    assert reply.headers["x-sentry-replacement-endpoint"] == (
        "/api/0/organizations/acme/workflows/"
    )


async def test_a_brown_out_answers_410_in_sentrys_words(caller: Caller, world: World) -> None:
    world.alerts.brown_out = True
    for path in (RULES, METRICS, "/organizations/acme/incidents/"):
        reply = await caller.ask(path)
        assert (reply.status_code, reply.json()) == (
            410,
            {"message": "This API no longer exists."},
        )
        assert reply.headers["x-sentry-replacement-endpoint"]
    assert (await caller.ask(WORKFLOWS)).status_code == 200


async def test_an_older_server_knows_rules_alone_and_warns_of_nothing(
    caller: Caller, world: World
) -> None:
    world.alerts.has_workflows = False
    for path in (WORKFLOWS, DETECTORS, PERIODS):
        reply = await caller.ask(path)
        assert (reply.status_code, reply.content) == (404, b"")
    assert "x-sentry-deprecation-date" not in (await caller.ask(RULES)).headers


async def test_a_newer_server_has_forgotten_the_rules(caller: Caller, world: World) -> None:
    world.alerts.has_rules = False
    for path in (RULES, METRICS):
        reply = await caller.ask(path)
        assert (reply.status_code, reply.content) == (404, b"")


async def test_a_rule_says_in_its_own_page_when_it_fired_last(caller: Caller) -> None:
    rule = f"{RULES}5100/"
    assert "lastTriggered" not in await caller.read(rule)
    told = await caller.read(rule, expand="lastTriggered")
    assert told["lastTriggered"] == "2026-08-12T07:30:00Z"
    assert [part["id"].rpartition(".")[2] for part in told["conditions"]] == [
        "FirstSeenEventCondition",
        "EventFrequencyCondition",
    ]
    assert told["filters"][0]["level"] == "40"
    assert told["errors"] == [{"detail": "The slack integration no longer exists."}]


async def test_a_metric_rule_counts_in_minutes(caller: Caller) -> None:
    [listed] = await caller.read(METRICS)
    assert listed == await caller.read(f"{METRICS}641/")
    assert (listed["timeWindow"], listed["comparisonDelta"]) == (10, 60)
    assert (listed["thresholdType"], listed["resolveThreshold"]) == (0, 80)
    critical, warning = listed["triggers"]
    assert (critical["label"], critical["alertThreshold"]) == ("critical", 200)
    assert (warning["label"], warning["alertThreshold"]) == ("warning", 100)
    assert critical["actions"][0]["type"] == "slack"


async def test_a_metric_rule_names_a_channel_before_its_id(caller: Caller) -> None:
    [rule] = await caller.read(METRICS)
    (chat,) = rule["triggers"][0]["actions"]
    assert (chat["targetIdentifier"], chat["inputChannelId"]) == ("#ops", "C1")


async def test_incidents_of_a_rule_are_told_newest_first(caller: Caller) -> None:
    newest, oldest = await caller.read("/organizations/acme/incidents/", alertRule=641)
    assert (newest["status"], newest["dateClosed"]) == (20, None)
    assert oldest["status"] == 2
    assert newest["alertRule"]["id"] == "641"


async def test_alerts_need_a_scope(simulator: Simulator, world: World) -> None:
    world.add_token("narrow", user="mira@acme.test", scopes=["project:read"])
    async with connected(simulator, "narrow") as http:
        narrow = Caller(http)
        assert (await narrow.ask(WORKFLOWS)).status_code == 403
        assert (await narrow.ask(METRICS)).status_code == 403
        assert (await narrow.ask(RULES)).status_code == 200
