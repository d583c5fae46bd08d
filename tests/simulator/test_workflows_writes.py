"""Alerts and monitors of today, made, changed and deleted."""

from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.alerts import ERRORS, built_in_id
from dexter_mcp.simulator.memory.integrations import Integration
from small_world import Caller, Clock, needs_one_of

pytestmark = pytest.mark.anyio

WORKFLOWS = "/organizations/acme/workflows/"
DETECTORS = "/organizations/acme/detectors/"
TYPES = ("metric_issue", "monitor_check_in_failure", "uptime_domain_failure")
EVENTS = ["default", "error"]
NEW_DETECTOR = "/organizations/acme/projects/checkout/detectors/"


def team(world: World, slug: str) -> str:
    found = world.team("acme", slug)
    assert found
    return found.id


def errors_of(world: World, slug: str) -> int:
    found = world.project("acme", slug)
    assert found
    return built_in_id(ERRORS, found.id)


NO_ACTIONS: dict[str, Any] = {"logicType": "any"}


@pytest.fixture(autouse=True)
def slack(world: World) -> None:
    world.integrations.installed.append(Integration("91", "acme", "slack", "Acme chat"))
    world.add_environment("acme", "checkout", "production")


@pytest.fixture
def alert(world: World) -> dict[str, Any]:
    """What makes an alert, in the case that the description has."""
    return {
        "name": "Page on spikes",
        "enabled": True,
        "environment": "production",
        "owner": f"team:{team(world, 'payments')}",
        "config": {"frequency": 60},
        "detector_ids": [errors_of(world, "checkout")],
        "triggers": {
            "logic_type": "any-short",
            "conditions": [
                {"type": "first_seen_event", "comparison": True, "condition_result": True}
            ],
        },
        "action_filters": [
            {
                "logic_type": "all",
                "conditions": [
                    {
                        "type": "age_comparison",
                        "comparison": {"comparison_type": "older", "value": 4, "time": "week"},
                        "condition_result": True,
                    }
                ],
                "actions": [
                    {
                        "type": "slack",
                        "integration_id": 91,
                        "data": {"tags": "release"},
                        "config": {
                            "target_type": "specific",
                            "target_identifier": "C1",
                            "target_display": "#ops",
                        },
                    }
                ],
            }
        ],
    }


@pytest.fixture
def monitor() -> dict[str, Any]:
    """What makes a monitor, in the case that answers have."""
    return {
        "name": "Error budget",
        "type": "metric_issue",
        "description": "Runbook: wiki",
        "config": {"detectionType": "static"},
        "dataSources": [
            {
                "dataset": "events",
                "query": "level:error",
                "queryType": 0,
                "aggregate": "count()",
                "timeWindow": 600,
                "environment": None,
                "eventTypes": ["error", "default"],
            }
        ],
        "conditionGroup": {
            "logicType": "any",
            "conditions": [
                {"type": "gt", "comparison": 200, "conditionResult": 75},
                {"type": "lte", "comparison": 80, "conditionResult": 0},
            ],
        },
    }


async def made(caller: Caller, path: str, body: dict[str, Any]) -> Any:
    reply = await caller.send("POST", path, body)
    assert reply.status_code == 201, reply.text
    return reply.json()


async def refused(caller: Caller, method: str, path: str, body: Any, **query: Any) -> Any:
    reply = await caller.send(method, path, body, **query)
    assert reply.status_code == 400, reply.text
    return reply.json()


async def test_an_alert_that_was_made_reads_as_it_was_written(
    caller: Caller, alert: dict[str, Any]
) -> None:
    told = await made(caller, WORKFLOWS, alert)
    assert complaint(f"{ORG}workflows/", told, "post") == ""
    assert told == await caller.read(f"{WORKFLOWS}{told['id']}/")
    assert told in await caller.read(WORKFLOWS, query="spikes")
    assert (told["environment"], told["owner"]) == ("production", alert["owner"])
    assert told["detectorIds"] == [str(alert["detector_ids"][0])]
    [filters] = told["actionFilters"]
    assert filters["conditions"][0]["comparison"]["comparisonType"] == "older"
    assert filters["actions"][0]["integrationId"] == "91"
    assert filters["actions"][0]["config"]["targetDisplay"] == "#ops"


async def test_both_cases_of_keys_make_the_same_alert(
    caller: Caller, alert: dict[str, Any]
) -> None:
    snake = await made(caller, WORKFLOWS, alert)
    names = {"detector_ids": "detectorIds", "action_filters": "actionFilters"}
    camel = await made(caller, WORKFLOWS, {names.get(k, k): v for k, v in alert.items()})
    assert camel["detectorIds"] == snake["detectorIds"]
    assert camel["actionFilters"][0]["actions"][0]["type"] == "slack"


async def test_replacing_an_alert_drops_what_the_body_leaves_out(
    caller: Caller, alert: dict[str, Any], clock: Clock
) -> None:
    path = f"{WORKFLOWS}{(await made(caller, WORKFLOWS, alert))['id']}/"
    clock.moment = clock.moment.replace(hour=11)
    reply = await caller.send("PUT", path, {"name": "Quiet", "enabled": False})
    assert reply.status_code == 200
    told = await caller.read(path)
    assert told == reply.json()
    assert complaint(f"{ORG}workflows/{{workflow_id}}/", told, "put") == ""
    assert (told["name"], told["enabled"], told["environment"]) == ("Quiet", False, None)
    assert (told["detectorIds"], told["actionFilters"]) == ([], [])
    assert told["dateUpdated"] == "2026-08-12T11:30:00Z"
    assert told["dateCreated"] == "2026-08-12T09:30:00Z"


async def test_a_deleted_alert_is_gone(caller: Caller, alert: dict[str, Any]) -> None:
    path = f"{WORKFLOWS}{(await made(caller, WORKFLOWS, alert))['id']}/"
    reply = await caller.send("DELETE", path)
    assert (reply.status_code, reply.content) == (204, b"")
    assert (await caller.ask(path)).status_code == 404
    assert await caller.read(WORKFLOWS) == []
    assert (await caller.send("DELETE", path)).status_code == 404


async def test_alerts_are_switched_together_by_id_or_query(
    caller: Caller, alert: dict[str, Any]
) -> None:
    first, second = [await made(caller, WORKFLOWS, alert | {"name": n}) for n in ("A1", "B2")]
    reply = await caller.send("PUT", WORKFLOWS, {"enabled": False}, id=first["id"])
    assert reply.status_code == 200
    assert [(one["id"], one["enabled"]) for one in reply.json()] == [(first["id"], False)]
    assert complaint(f"{ORG}workflows/", reply.json(), "put") == ""
    assert (await caller.read(f"{WORKFLOWS}{second['id']}/"))["enabled"] is True
    await caller.send("PUT", WORKFLOWS, {"enabled": False}, query="B2")
    assert (await caller.read(f"{WORKFLOWS}{second['id']}/"))["enabled"] is False


async def test_alerts_are_deleted_together(caller: Caller, alert: dict[str, Any]) -> None:
    ids = [(await made(caller, WORKFLOWS, alert | {"name": n}))["id"] for n in ("A1", "B2", "C3")]
    assert (await caller.send("DELETE", WORKFLOWS, id=ids[:2])).status_code == 204
    assert [one["id"] for one in await caller.read(WORKFLOWS)] == ids[2:]


@pytest.mark.parametrize(("path", "what"), [(WORKFLOWS, "workflows"), (DETECTORS, "detectors")])
async def test_a_bulk_write_must_say_what_it_is_about(caller: Caller, path: str, what: str) -> None:
    for method in ("PUT", "DELETE"):
        assert await refused(caller, method, path, {"enabled": False}) == {
            "detail": "At least one of 'id', 'query', 'project', or 'projectSlug' must be provided."
        }
        reply = await caller.send(method, path, {"enabled": False}, query="nothing like it")
        assert (reply.status_code, reply.json()) == (200, {"detail": f"No {what} found."})
    wrong = await refused(caller, "PUT", path, {}, query="x")
    assert wrong == {"enabled": ["This field is required."]}


async def test_one_unknown_id_spoils_a_bulk_write(
    caller: Caller, alert: dict[str, Any], monitor: dict[str, Any]
) -> None:
    number = (await made(caller, WORKFLOWS, alert))["id"]
    reply = await caller.send("DELETE", WORKFLOWS, id=[number, 99])
    assert reply.status_code == 403
    assert (await caller.ask(f"{WORKFLOWS}{number}/")).status_code == 200
    number = (await made(caller, NEW_DETECTOR, monitor))["id"]
    assert await refused(caller, "PUT", DETECTORS, {"enabled": True}, id=[number, 99]) == {
        "detail": "Some detectors were not found or you do not have permission to update them."
    }


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        ({"name": None}, {"name": ["This field is required."]}),
        ({"name": "x" * 257}, {"name": ["Ensure this field has no more than 256 characters."]}),
        ({"enabled": "maybe"}, {"enabled": ["Must be a valid boolean."]}),
        (
            {"config": {"frequency": 7}},
            {"config": ["7 is not one of [0, 5, 10, 30, 60, 180, 720, 1440]"]},
        ),
        (
            {"environment": "moon"},
            {"environment": ["Environment is not part of this organization"]},
        ),
        ({"owner": "team:1"}, {"owner": ["Team is not a member of this organization"]}),
        (
            {"detectorIds": [5], "detector_ids": [5]},
            {"detectorIds": ["Some detectors do not exist: {5}"]},
        ),
        (
            {"triggers": {"conditions": []}},
            {"triggers": {"logicType": ["This field is required."]}},
        ),
        (
            {"triggers": {"logicType": "some"}},
            {"triggers": {"logicType": ['"some" is not a valid choice.']}},
        ),
        (
            {
                "triggers": {
                    "logicType": "any",
                    "conditions": [{"type": "dawn", "comparison": True, "conditionResult": True}],
                }
            },
            {"triggers": {"conditions": {"type": ['"dawn" is not a valid choice.']}}},
        ),
        (
            {"action_filters": [NO_ACTIONS]},
            {"actionFilters": {"nonFieldErrors": ["Missing actions key in action filter"]}},
        ),
    ],
)
async def test_a_wrong_alert_is_refused_in_sentrys_words(
    caller: Caller, alert: dict[str, Any], change: dict[str, Any], complaints: Any
) -> None:
    assert await refused(caller, "POST", WORKFLOWS, alert | change) == complaints
    assert await caller.read(WORKFLOWS) == []


@pytest.mark.parametrize(
    ("kind", "comparison"),
    [
        ("level", {"level": 41, "match": "gte"}),
        ("event_frequency_count", {"value": 5, "interval": "2h"}),
        ("event_frequency_percent", {"value": 5, "interval": "1h"}),
        ("issue_priority_greater_or_equal", 60),
        ("tagged_event", {"match": "eq", "value": "x"}),
        ("latest_release", "yes"),
    ],
)
async def test_a_condition_must_compare_with_what_its_kind_knows(
    caller: Caller, alert: dict[str, Any], kind: str, comparison: object
) -> None:
    condition = {"type": kind, "comparison": comparison, "conditionResult": True}
    filters = {"logicType": "all", "conditions": [condition], "actions": []}
    wrong = await refused(caller, "POST", WORKFLOWS, alert | {"action_filters": [filters]})
    [said] = wrong["actionFilters"]["conditions"]["comparison"]
    assert said == f"Value, {comparison} does not match JSON Schema for comparison"


@pytest.mark.parametrize(
    ("action", "complaints"),
    [
        (
            {"type": "slack", "config": {"targetType": "specific"}},
            {"nonFieldErrors": ["Integration ID is required for action type slack"]},
        ),
        (
            {"type": "email", "integrationId": 91, "config": {"targetType": "issue_owners"}},
            {"nonFieldErrors": ["Integration ID is not allowed for action type email"]},
        ),
        (
            {"type": "slack", "integrationId": 5, "config": {"targetType": "specific"}},
            {"integrationId": ["Integration does not exist, or is not installed"]},
        ),
        (
            {"type": "email", "config": {"targetType": "specific"}},
            {"config": ["'specific' is not one of ['user', 'team', 'issue_owners']"]},
        ),
        (
            {"type": "fax", "config": {}},
            {"type": ['"fax" is not a valid choice.']},
        ),
    ],
)
async def test_an_action_must_reach_someone(
    caller: Caller, alert: dict[str, Any], action: dict[str, Any], complaints: Any
) -> None:
    filters = {"logicType": "all", "conditions": [], "actions": [action]}
    wrong = await refused(caller, "POST", WORKFLOWS, alert | {"action_filters": [filters]})
    assert wrong == {"actionFilters": complaints}


@pytest.mark.parametrize("odd", [None, True, 5, "odd", [], ["odd"], [{}], {}, {"odd": [1]}])
async def test_odd_values_are_taken_or_refused_and_break_nothing(
    caller: Caller, alert: dict[str, Any], monitor: dict[str, Any], odd: object
) -> None:
    [action_filter], [source] = alert["action_filters"], monitor["dataSources"]
    group = monitor["conditionGroup"]
    for path, body, part in (
        (WORKFLOWS, alert, alert),
        (WORKFLOWS, alert, action_filter),
        (WORKFLOWS, alert, alert["triggers"]),
        (WORKFLOWS, alert, action_filter["conditions"][0]),
        (WORKFLOWS, alert, action_filter["actions"][0]),
        (NEW_DETECTOR, monitor, monitor),
        (NEW_DETECTOR, monitor, source),
        (NEW_DETECTOR, monitor, group),
        (NEW_DETECTOR, monitor, group["conditions"][0]),
    ):
        for key, usual in list(part.items()):
            part[key] = odd
            assert (await caller.send("POST", path, body)).status_code in {201, 400}, (path, key)
            part[key] = usual
    assert (await caller.ask(WORKFLOWS)).status_code == 200
    assert (await caller.ask(DETECTORS)).status_code == 200


async def test_a_monitor_that_was_made_reads_as_it_was_written(
    caller: Caller, monitor: dict[str, Any], alert: dict[str, Any], world: World
) -> None:
    listening = (await made(caller, WORKFLOWS, alert))["id"]
    more = {"workflow_ids": [int(listening)], "owner": f"team:{team(world, 'payments')}"}
    told = await made(caller, NEW_DETECTOR, monitor | more)
    published = f"{ORG}projects/{{project_id_or_slug}}/detectors/"
    assert complaint(published, told, "post") == ""
    assert told == await caller.read(f"{DETECTORS}{told['id']}/")
    assert told["workflowIds"] == [listening]
    assert told["owner"]["name"] == "payments"
    assert told["id"] in (await caller.read(f"{WORKFLOWS}{listening}/"))["detectorIds"]
    [source] = told["dataSources"]
    query = source["queryObj"]["snubaQuery"]
    assert (query["timeWindow"], query["aggregate"]) == (600, "count()")
    conditions = [(one["type"], one["comparison"]) for one in told["conditionGroup"]["conditions"]]
    assert conditions == [("gt", 200), ("lte", 80)]


async def test_changing_a_monitor_leaves_alone_what_is_not_sent(
    caller: Caller, monitor: dict[str, Any]
) -> None:
    path = f"{DETECTORS}{(await made(caller, NEW_DETECTOR, monitor))['id']}/"
    group = {
        "logic_type": "any",
        "conditions": [
            {"type": "gt", "comparison": 9, "condition_result": 50},
            {"type": "lte", "comparison": 9, "condition_result": 0},
        ],
    }
    change = {"condition_group": group, "data_sources": [{"time_window": 3600}]}
    reply = await caller.send("PUT", path, change)
    assert reply.status_code == 200, reply.text
    told = await caller.read(path)
    assert told == reply.json()
    assert complaint(f"{ORG}detectors/{{detector_id}}/", told, "put") == ""
    assert (told["name"], told["description"]) == ("Error budget", "Runbook: wiki")
    assert [one["comparison"] for one in told["conditionGroup"]["conditions"]] == [9, 9]
    query = told["dataSources"][0]["queryObj"]["snubaQuery"]
    assert (query["timeWindow"], query["query"]) == (3600, "level:error")


async def test_a_monitor_can_be_taken_from_its_alerts(
    caller: Caller, monitor: dict[str, Any], alert: dict[str, Any]
) -> None:
    listening = (await made(caller, WORKFLOWS, alert))["id"]
    number = (await made(caller, NEW_DETECTOR, monitor | {"workflowIds": [listening]}))["id"]
    await caller.send("PUT", f"{DETECTORS}{number}/", {"workflowIds": []})
    told = await caller.read(f"{WORKFLOWS}{listening}/")
    assert told["detectorIds"] == [str(alert["detector_ids"][0])]


async def test_a_deleted_monitor_is_gone_from_its_alerts_too(
    caller: Caller, monitor: dict[str, Any], alert: dict[str, Any]
) -> None:
    listening = (await made(caller, WORKFLOWS, alert))["id"]
    number = (await made(caller, NEW_DETECTOR, monitor | {"workflowIds": [listening]}))["id"]
    assert (await caller.send("DELETE", f"{DETECTORS}{number}/")).status_code == 204
    assert (await caller.ask(f"{DETECTORS}{number}/")).status_code == 404
    assert number not in (await caller.read(f"{WORKFLOWS}{listening}/"))["detectorIds"]


async def test_monitors_are_switched_and_deleted_together(
    caller: Caller, monitor: dict[str, Any]
) -> None:
    ids = [(await made(caller, NEW_DETECTOR, monitor))["id"] for _ in range(2)]
    reply = await caller.send("PUT", DETECTORS, {"enabled": False}, query="type:metric")
    assert [one["enabled"] for one in reply.json()] == [False, False]
    assert complaint(f"{ORG}detectors/", reply.json(), "put") == ""
    assert (await caller.send("DELETE", DETECTORS, id=ids)).status_code == 204
    assert (await caller.read(DETECTORS, query="type:metric")) == []


async def test_what_comes_with_a_project_is_switched_but_never_deleted(
    caller: Caller, world: World
) -> None:
    path = f"{DETECTORS}{errors_of(world, 'checkout')}/"
    before = await caller.read(DETECTORS, project="checkout")
    assert (await caller.send("PUT", path, {"enabled": False})).status_code == 200
    assert (await caller.read(path))["enabled"] is False
    after = await caller.read(DETECTORS, project="checkout")
    assert {one["id"] for one in after} == {one["id"] for one in before}
    assert (await caller.send("DELETE", path)).status_code == 403
    assert (await caller.send("DELETE", DETECTORS, query="type:error")).status_code == 403
    world.add_token("reader", user="mira@acme.test", scopes=["org:read"])
    caller.http.headers["Authorization"] = "Bearer reader"
    assert (await caller.send("PUT", path, {"enabled": True})).status_code == 403


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        (
            {"type": "vibes"},
            {
                "type": [
                    f"Unknown detector type 'vibes'. Must be one of: {', '.join(TYPES)}",
                ]
            },
        ),
        ({"type": "error"}, {"type": ["Detector type not compatible with detectors"]}),
        (
            {"dataSources": []},
            {"dataSources": ["This field is required when creating a detector."]},
        ),
        ({"conditionGroup": None}, {"conditionGroup": ["This field is required."]}),
        ({"config": {}}, {"config": ["'detection_type' is a required property"]}),
        (
            {"config": {"detectionType": "percent"}},
            {"config": ["'comparison_delta' is a required property"]},
        ),
        ({"workflowIds": [5]}, {"workflowIds": ["Some workflows do not exist: {5}"]}),
    ],
)
async def test_a_wrong_monitor_is_refused_in_sentrys_words(
    caller: Caller, monitor: dict[str, Any], change: dict[str, Any], complaints: Any
) -> None:
    assert await refused(caller, "POST", NEW_DETECTOR, monitor | change) == complaints
    assert await caller.read(DETECTORS, query="type:metric") == []


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        ({"timeWindow": "long"}, {"timeWindow": ["A valid integer is required."]}),
        (
            {"aggregate": "count"},
            {"aggregate": ["Invalid Metric: Please pass a valid function for aggregation"]},
        ),
        (
            {"eventTypes": ["transaction"]},
            {
                "nonFieldErrors": [
                    f"Invalid event types for this dataset. Valid event types are {EVENTS}",
                ]
            },
        ),
        (
            {"query": "is:unresolved"},
            {
                "nonFieldErrors": [
                    'Invalid Query or Metric: "is:" queries are not supported in this search.'
                ]
            },
        ),
    ],
)
async def test_a_monitor_must_count_something(
    caller: Caller, monitor: dict[str, Any], change: dict[str, Any], complaints: Any
) -> None:
    monitor["dataSources"][0] |= change
    wrong = await refused(caller, "POST", NEW_DETECTOR, monitor)
    assert wrong == {"dataSources": {"0": complaints}}


async def test_a_monitor_needs_thresholds_that_are_numbers_and_end(
    caller: Caller, monitor: dict[str, Any]
) -> None:
    group = monitor["conditionGroup"]
    group["conditions"].pop()
    assert await refused(caller, "POST", NEW_DETECTOR, monitor) == {
        "nonFieldErrors": ["Resolution condition required for metric issue detector."]
    }
    group["conditions"] = [{"type": "gt", "comparison": 1, "conditionResult": 25}]
    wrong = await refused(caller, "POST", NEW_DETECTOR, monitor)
    assert wrong == {
        "conditionGroup": {"conditions": {"conditionResult": ["Unsupported condition result"]}}
    }


WRITES = [
    ("POST", WORKFLOWS, {"alerts:write", "org:write", "org:admin"}),
    ("PUT", WORKFLOWS, {"alerts:write", "org:write", "org:admin"}),
    ("DELETE", WORKFLOWS, {"alerts:write", "org:write", "org:admin"}),
    ("PUT", f"{WORKFLOWS}1/", {"alerts:write", "org:write", "org:admin"}),
    ("DELETE", f"{WORKFLOWS}1/", {"alerts:write", "org:write", "org:admin"}),
    ("PUT", DETECTORS, {"alerts:write", "org:read", "org:write", "org:admin"}),
    ("DELETE", DETECTORS, {"alerts:write", "org:read", "org:write", "org:admin"}),
    ("PUT", f"{DETECTORS}1/", {"alerts:write", "org:read", "org:write", "org:admin"}),
    ("DELETE", f"{DETECTORS}1/", {"alerts:write", "org:read", "org:write", "org:admin"}),
    ("POST", NEW_DETECTOR, {"alerts:write", "project:write", "project:admin"}),
]


@pytest.mark.parametrize(("method", "path", "scopes"), WRITES)
async def test_a_write_needs_one_of_its_scopes(
    simulator: Simulator, method: str, path: str, scopes: set[str]
) -> None:
    await needs_one_of(simulator, scopes, method, path)


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in WRITES])
async def test_an_older_server_takes_no_write_of_today(
    caller: Caller, world: World, method: str, path: str
) -> None:
    world.alerts.has_workflows = False
    reply = await caller.send(method, path, {})
    assert (reply.status_code, reply.content) == (404, b"")
