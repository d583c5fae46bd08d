"""The rules of older servers, and word of spikes: made, changed, muted and deleted."""

from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.integrations import Integration
from small_world import Caller, needs_one_of

pytestmark = pytest.mark.anyio

RULES = "/projects/acme/checkout/rules/"
METRICS = "/organizations/acme/alert-rules/"
METRIC_SNOOZE = "/projects/acme/checkout/alert-rules/{}/snooze/"
ACTIONS = "/organizations/acme/notifications/actions/"
SPIKES = "/organizations/acme/spike-protections/"
WORKFLOWS = "/organizations/acme/workflows/"
DETECTORS = "/organizations/acme/detectors/"

PLACE = "this project and may not be"
OUTDATED = "outdated please use an appropriate filter instead"
_MAIL = "sentry.mail.actions.NotifyEmailAction"
_SLACK = "sentry.integrations.slack.notify_action.SlackNotifyServiceAction"
_COUNTED = "sentry.rules.conditions.event_frequency.EventFrequencyCondition"
_NEW = "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition"
_LEVEL = "sentry.rules.filters.level.LevelFilter"
_OLD_LEVEL = "sentry.rules.conditions.level.LevelCondition"


@pytest.fixture(autouse=True)
def slack(world: World) -> None:
    world.integrations.installed.append(Integration("91", "acme", "slack", "Acme chat"))
    world.add_environment("acme", "checkout", "production")


@pytest.fixture
def payments(world: World) -> str:
    found = world.team("acme", "payments")
    assert found
    return found.id


@pytest.fixture
def rule(payments: str) -> dict[str, Any]:
    return {
        "name": "Page on spikes",
        "frequency": 60,
        "actionMatch": "any",
        "filterMatch": "all",
        "environment": "production",
        "owner": f"team:{payments}",
        "conditions": [{"id": _NEW}, {"id": _COUNTED, "value": 100, "interval": "5m"}],
        "filters": [{"id": _LEVEL, "match": "gte", "level": "40"}],
        "actions": [
            {"id": _MAIL, "targetType": "Team", "targetIdentifier": payments},
            {"id": _SLACK, "workspace": "91", "channel": "#ops", "channel_id": "C1"},
        ],
    }


@pytest.fixture
def metric(payments: str) -> dict[str, Any]:
    mail = {"type": "email", "targetType": "team", "targetIdentifier": payments}
    chat = {"type": "slack", "targetType": "specific", "targetIdentifier": "#ops"}
    return {
        "name": "Error budget",
        "aggregate": "count()",
        "query": "level:error",
        "dataset": "events",
        "timeWindow": 10,
        "projects": ["checkout"],
        "thresholdType": 0,
        "resolveThreshold": 80,
        "triggers": [
            {"label": "critical", "alertThreshold": 200, "actions": [mail]},
            {
                "label": "warning",
                "alertThreshold": 100,
                "actions": [chat | {"integrationId": 91, "inputChannelId": "C1"}],
            },
        ],
    }


async def made(caller: Caller, path: str, body: dict[str, Any]) -> Any:
    reply = await caller.send("POST", path, body)
    assert reply.status_code == 201, reply.text
    return reply.json()


async def refused(caller: Caller, method: str, path: str, body: Any) -> Any:
    reply = await caller.send(method, path, body)
    assert reply.status_code == 400, reply.text
    return reply.json()


async def test_a_rule_that_was_made_reads_as_it_was_written(
    caller: Caller, rule: dict[str, Any]
) -> None:
    told = await made(caller, RULES, rule)
    assert told == await caller.read(f"{RULES}{told['id']}/")
    assert [one["id"] for one in await caller.read(RULES)] == [told["id"]]
    for key in ("name", "frequency", "actionMatch", "filterMatch", "environment", "owner"):
        assert told[key] == rule[key]
    for key in ("conditions", "filters", "actions"):
        for written, read in zip(rule[key], told[key], strict=True):
            assert {name: read.get(name) for name in written} == written


async def test_a_rule_is_an_alert_of_today_too(caller: Caller, rule: dict[str, Any]) -> None:
    number = (await made(caller, RULES, rule))["id"]
    told = await caller.read(f"{WORKFLOWS}{number}/")
    [filters] = told["actionFilters"]
    assert filters["conditions"][0]["comparison"] == {"interval": "5min", "value": 100}
    assert filters["conditions"][1]["comparison"] == {"level": 40, "match": "gte"}
    assert [one["type"] for one in filters["actions"]] == ["email", "slack"]
    assert complaint(f"{ORG}workflows/{{workflow_id}}/", told) == ""


async def test_replacing_a_rule_drops_what_the_body_leaves_out(
    caller: Caller, rule: dict[str, Any]
) -> None:
    path = f"{RULES}{(await made(caller, RULES, rule))['id']}/"
    for key in ("environment", "owner", "filters"):
        del rule[key]
    reply = await caller.send("PUT", path, rule | {"name": "Quiet"})
    assert reply.status_code == 200
    told = await caller.read(path)
    assert told == reply.json()
    assert (told["name"], told["environment"], told["owner"]) == ("Quiet", None, None)
    assert told["filters"] == []


async def test_the_same_rule_twice_is_refused(caller: Caller, rule: dict[str, Any]) -> None:
    first = await made(caller, RULES, rule)
    assert await refused(caller, "POST", RULES, rule | {"name": "Again"}) == {
        "name": [
            f"This rule is an exact duplicate of 'Page on spikes' in {PLACE} created.",
        ],
        "ruleId": [int(first["id"])],
    }


@pytest.mark.parametrize(("path", "which"), [(RULES, "rule"), (METRICS, "metric")])
async def test_a_deleted_rule_is_gone(
    caller: Caller, rule: dict[str, Any], metric: dict[str, Any], path: str, which: str
) -> None:
    number = (await made(caller, path, {"rule": rule, "metric": metric}[which]))["id"]
    reply = await caller.send("DELETE", f"{path}{number}/")
    assert (reply.status_code, reply.content) == (202, b"")
    assert (await caller.ask(f"{path}{number}/")).status_code == 404
    assert await caller.read(path) == []
    assert await caller.read(WORKFLOWS) == []
    assert (await caller.send("DELETE", f"{path}{number}/")).status_code == 404


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        ({"name": None}, {"name": ["This field is required."]}),
        ({"frequency": 4}, {"frequency": ["Ensure this value is greater than or equal to 5."]}),
        ({"actionMatch": "none"}, {"actionMatch": ['"none" is not a valid choice.']}),
        (
            {"filterMatch": None},
            {
                "filterMatch": [
                    "Must select a filter match (all, any, none) if filters are supplied.",
                ]
            },
        ),
        ({"actions": []}, {"actions": ["Must select an action"]}),
        ({"conditions": [{"value": 1}]}, {"conditions": ["Missing attribute 'id'"]}),
        (
            {"conditions": [{"id": "made.up"}]},
            {"conditions": ["Invalid node. Could not find 'made.up'"]},
        ),
        (
            {"conditions": [{"id": _COUNTED, "interval": "1h"}]},
            {
                "conditions": [
                    "Ensure at least one action is enabled and all required fields are filled in.",
                ]
            },
        ),
        (
            {"conditions": [{"id": _OLD_LEVEL, "level": "40", "match": "eq"}]},
            {
                "conditions": [
                    f"Conditions evaluating an event attribute, tag, or level are {OUTDATED}.",
                ]
            },
        ),
        (
            {"actions": [{"id": _MAIL, "targetType": "Team", "targetIdentifier": 5}]},
            {"actions": ["This team is not part of the project."]},
        ),
        ({"environment": "moon"}, {"environment": ["This environment has not been created."]}),
    ],
)
async def test_a_wrong_rule_is_refused_in_sentrys_words(
    caller: Caller, rule: dict[str, Any], change: dict[str, Any], complaints: Any
) -> None:
    assert await refused(caller, "POST", RULES, rule | change) == complaints
    assert await caller.read(RULES) == []


async def test_a_metric_rule_that_was_made_reads_as_it_was_written(
    caller: Caller, metric: dict[str, Any], payments: str
) -> None:
    told = await made(caller, METRICS, metric)
    assert told == await caller.read(f"{METRICS}{told['id']}/")
    for key in ("name", "aggregate", "query", "timeWindow", "projects", "resolveThreshold"):
        assert told[key] == metric[key]
    critical, warning = told["triggers"]
    assert (critical["alertThreshold"], warning["alertThreshold"]) == (200, 100)
    assert [one["targetIdentifier"] for one in critical["actions"]] == [payments]
    assert warning["actions"][0]["inputChannelId"] == "C1"


async def test_a_metric_rule_is_a_monitor_of_today_too(
    caller: Caller, metric: dict[str, Any]
) -> None:
    number = (await made(caller, METRICS, metric | {"comparisonDelta": 60}))["id"]
    told = await caller.read(f"{DETECTORS}{number}/")
    assert told["config"] == {"detectionType": "percent", "comparisonDelta": 3600}
    assert told["dataSources"][0]["queryObj"]["snubaQuery"]["timeWindow"] == 600
    assert [one["conditionResult"] for one in told["conditionGroup"]["conditions"]] == [75, 50, 0]
    assert len(told["workflowIds"]) == 1
    assert complaint(f"{ORG}detectors/{{detector_id}}/", told) == ""


async def test_replacing_a_metric_rule_replaces_what_its_triggers_do(
    caller: Caller, metric: dict[str, Any]
) -> None:
    path = f"{METRICS}{(await made(caller, METRICS, metric))['id']}/"
    metric["triggers"] = [{"label": "critical", "alertThreshold": 9, "actions": []}]
    metric["thresholdType"] = 1
    metric["resolveThreshold"] = None
    reply = await caller.send("PUT", path, metric)
    assert reply.status_code == 200, reply.text
    told = await caller.read(path)
    assert told == reply.json()
    [critical] = told["triggers"]
    assert (critical["alertThreshold"], critical["actions"]) == (9, [])
    assert (told["thresholdType"], told["resolveThreshold"]) == (1, None)
    assert await caller.read(WORKFLOWS) == []


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        ({"timeWindow": 7}, {"timeWindow": ['"7" is not a valid choice.']}),
        ({"projects": ["moon"]}, {"projects": ["Invalid project"]}),
        (
            {"projects": ["checkout", "web"]},
            {"projects": ["Ensure this field has no more than 1 elements."]},
        ),
        ({"triggers": []}, {"nonFieldErrors": ["Must include at least one trigger"]}),
        (
            {"triggers": [{"label": "warning", "alertThreshold": 1}]},
            {"nonFieldErrors": ['First trigger must be labeled "critical"']},
        ),
        (
            {"thresholdType": 1},
            {
                "nonFieldErrors": [
                    "Critical trigger must have an alert threshold below warning trigger",
                ]
            },
        ),
        (
            {"resolveThreshold": 150},
            {"nonFieldErrors": ["Warning alert threshold must be above resolution threshold"]},
        ),
        ({"aggregate": None}, {"aggregate": ["This field is required."]}),
    ],
)
async def test_a_wrong_metric_rule_is_refused_in_sentrys_words(
    caller: Caller, metric: dict[str, Any], change: dict[str, Any], complaints: Any
) -> None:
    assert await refused(caller, "POST", METRICS, metric | change) == complaints
    assert await caller.read(METRICS) == []


@pytest.mark.parametrize("odd", [None, True, 5, "odd", [], ["odd"], [{}], {}, {"odd": [1]}])
async def test_odd_values_are_taken_or_refused_and_break_nothing(
    caller: Caller, rule: dict[str, Any], metric: dict[str, Any], odd: object
) -> None:
    trigger = metric["triggers"][1]
    for path, body, part in (
        (RULES, rule, rule),
        (RULES, rule, rule["conditions"][1]),
        (RULES, rule, rule["filters"][0]),
        (RULES, rule, rule["actions"][0]),
        (RULES, rule, rule["actions"][1]),
        (METRICS, metric, metric),
        (METRICS, metric, trigger),
        (METRICS, metric, trigger["actions"][0]),
    ):
        for key, usual in list(part.items()):
            part[key] = odd
            assert (await caller.send("POST", path, body)).status_code in {201, 400}, (path, key)
            part[key] = usual
    for path in (RULES, METRICS, WORKFLOWS, DETECTORS):
        assert (await caller.ask(path)).status_code == 200
    for path in (ACTIONS, SPIKES):
        for key in ("projects", "triggerType", "serviceType", "integrationId"):
            body: dict[str, Any] = {"triggerType": "spike-protection", "serviceType": "slack"}
            reply = await caller.send("POST", path, body | {"projects": [], key: odd})
            assert reply.status_code == 400, (path, key)


@pytest.mark.parametrize("target", ["me", "everyone"])
async def test_a_rule_can_be_muted_and_unmuted(
    caller: Caller, rule: dict[str, Any], metric: dict[str, Any], target: str
) -> None:
    one = (await made(caller, RULES, rule))["id"]
    two = (await made(caller, METRICS, metric))["id"]
    read = {
        f"{RULES}{one}/": f"{RULES}{one}/snooze/",
        f"{METRICS}{two}/": METRIC_SNOOZE.format(two),
    }
    for path, snooze in read.items():
        told = await made(caller, snooze, {"target": target})
        assert told["until"] == "forever"
        assert told["userId"] == ("everyone" if target == "everyone" else told["ownerId"])
        assert (await caller.read(path))["snooze"] is True
        again = await caller.send("POST", snooze, {"target": target})
        assert (again.status_code, again.json()) == (
            410,
            {"detail": "RuleSnooze already exists for this rule and scope."},
        )
        assert (await caller.send("DELETE", snooze)).status_code == 204
        assert (await caller.read(path))["snooze"] is False
        nothing = await caller.send("DELETE", snooze)
        assert nothing.status_code == 404
        assert nothing.json() == {"detail": "This rulesnooze object doesn't exist."}
        assert await refused(caller, "POST", snooze, {}) == {"target": ["This field is required."]}


async def test_muting_an_unknown_rule_is_refused(caller: Caller) -> None:
    for path in (f"{RULES}5/snooze/", METRIC_SNOOZE.format(5)):
        reply = await caller.send("POST", path, {"target": "me"})
        assert (reply.status_code, reply.json()) == (404, {"detail": "Rule does not exist"})


async def test_word_of_spikes_is_sent_where_it_was_written_to(caller: Caller, world: World) -> None:
    wanted = {
        "triggerType": "spike-protection",
        "serviceType": "slack",
        "integrationId": 91,
        "targetIdentifier": "C1",
        "targetDisplay": "#ops",
        "projects": ["checkout"],
    }
    told = await made(caller, ACTIONS, wanted)
    assert complaint(f"{ORG}notifications/actions/", [told]) == ""
    assert told == await caller.read(f"{ACTIONS}{told['id']}/")
    found = world.project("acme", "checkout")
    assert found
    assert {**wanted, "projects": [found.id]}.items() <= told.items()
    assert await caller.read(ACTIONS) == [told]
    body = {"trigger_type": "spike-protection", "service_type": "sentry_notification"}
    reply = await caller.send("PUT", f"{ACTIONS}{told['id']}/", body)
    assert reply.status_code == 202
    told = await caller.read(f"{ACTIONS}{told['id']}/")
    assert (told["serviceType"], told["projects"]) == ("sentry_notification", [])
    assert reply.json() == told
    assert complaint(f"{ORG}notifications/actions/{{action_id}}/", told, "put") == ""
    assert await caller.read(ACTIONS) == [told]
    assert (await caller.send("DELETE", f"{ACTIONS}{told['id']}/")).status_code == 204
    assert (await caller.ask(f"{ACTIONS}{told['id']}/")).status_code == 404
    assert await caller.read(ACTIONS) == []


@pytest.mark.parametrize(
    ("body", "complaints"),
    [
        ({}, ["triggerType", "serviceType"]),
        (
            {"triggerType": "audit-log", "serviceType": "email"},
            {"triggerType": ["Invalid trigger selected. Choose from 'spike-protection'."]},
        ),
        (
            {"triggerType": "spike-protection", "serviceType": "slack"},
            {
                "integrationId": [
                    "Service type of 'slack' requires providing an active integration id",
                ]
            },
        ),
        (
            {"triggerType": "spike-protection", "serviceType": "opsgenie", "integrationId": 91},
            {
                "integrationId": [
                    "Integration of provider 'slack' does not match service type of 'opsgenie'",
                ]
            },
        ),
        (
            {"triggerType": "spike-protection", "serviceType": "email", "projects": ["moon"]},
            {"projects": ["Invalid project"]},
        ),
    ],
)
async def test_wrong_word_of_spikes_is_refused(
    caller: Caller, body: dict[str, Any], complaints: Any
) -> None:
    told = await refused(caller, "POST", ACTIONS, body)
    assert told == complaints or list(told) == complaints
    assert await caller.read(ACTIONS) == []


async def test_spikes_are_held_back_where_that_was_asked_for(caller: Caller, world: World) -> None:
    key = "quotas:spike-protection-disabled"
    reply = await caller.send("DELETE", SPIKES, {"projects": ["checkout"]})
    assert (reply.status_code, reply.content) == (200, b"")
    assert (await caller.read("/projects/acme/checkout/"))["options"][key] is True
    reply = await caller.send("POST", SPIKES, {"projects": ["$all"]})
    assert (reply.status_code, reply.content) == (201, b"")
    for project in world.projects_of("acme"):
        told = await caller.read(f"/projects/acme/{project.slug}/")
        assert told["options"][key] is False
    assert await refused(caller, "POST", SPIKES, {}) == {"projects": ["This field is required."]}


_OF_PROJECTS = {"alerts:write", "project:write", "project:admin"}
_OF_ORG = {"alerts:write", "org:write", "org:admin"}
RULE_WRITES = [
    ("POST", RULES, _OF_PROJECTS),
    ("PUT", f"{RULES}1/", _OF_PROJECTS),
    ("DELETE", f"{RULES}1/", _OF_PROJECTS),
    ("POST", f"{RULES}1/snooze/", _OF_PROJECTS),
    ("DELETE", f"{RULES}1/snooze/", _OF_PROJECTS),
    ("POST", METRICS, {*_OF_ORG, "org:read"}),
    ("PUT", f"{METRICS}1/", _OF_ORG),
    ("DELETE", f"{METRICS}1/", _OF_ORG),
    ("POST", METRIC_SNOOZE.format(1), _OF_PROJECTS),
    ("DELETE", METRIC_SNOOZE.format(1), _OF_PROJECTS),
]
OTHERS = [
    ("POST", ACTIONS, {"org:read", "org:write", "org:admin"}),
    ("PUT", f"{ACTIONS}1/", {"org:read", "org:write", "org:admin"}),
    ("DELETE", f"{ACTIONS}1/", {"org:read", "org:write", "org:admin"}),
    ("POST", SPIKES, {"project:read", "project:write", "project:admin"}),
    ("DELETE", SPIKES, {"project:read", "project:write", "project:admin"}),
]


@pytest.mark.parametrize(("method", "path", "scopes"), [*RULE_WRITES, *OTHERS])
async def test_a_write_needs_one_of_its_scopes(
    simulator: Simulator, method: str, path: str, scopes: set[str]
) -> None:
    await needs_one_of(simulator, scopes, method, path)


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in RULE_WRITES])
async def test_writes_to_rules_end_where_the_rules_do(
    caller: Caller, world: World, method: str, path: str
) -> None:
    world.alerts.brown_out = True
    reply = await caller.send(method, path, {})
    assert (reply.status_code, reply.json()) == (410, {"message": "This API no longer exists."})
    world.alerts.has_rules = False
    assert (await caller.send(method, path, {})).status_code == 404


async def test_an_older_server_takes_rules_without_a_warning(
    caller: Caller, world: World, rule: dict[str, Any]
) -> None:
    reply = await caller.send("POST", RULES, rule)
    assert reply.headers["x-sentry-deprecation-date"]
    world.alerts.has_workflows = False
    reply = await caller.send("POST", RULES, rule | {"frequency": 5})
    assert reply.status_code == 201
    assert "x-sentry-deprecation-date" not in reply.headers
