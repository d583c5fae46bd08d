"""Writing issue alert rules, in whose place there are alerts today.

https://docs.sentry.io/api/alerts/create-an-issue-alert-rule-for-a-project/
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.intake.loose import is_mapping
from dexter_mcp.simulator.memory.alerts import ERRORS, ISSUES, Filters, built_in_id
from dexter_mcp.simulator.routes import alert_bodies as bodies
from dexter_mcp.simulator.routes import fields, people
from dexter_mcp.simulator.routes.alert_conditions import (
    FILTERS,
    INTEGRATIONS,
    TRIGGERS,
    check_service,
)
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.finding_alerts import rule_named, rules_of
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.writing import accepted, body, choose, invalid, require
from dexter_mcp.simulator.shapes.alert_rules import (
    ACTIONS,
    CONDITIONS,
    PARAMETERS,
    TARGETS,
    rule_json,
)
from dexter_mcp.simulator.telling.story import Json

_LONGEST_NAME = 256
_SHORTEST, _LONGEST = 5, 43_200
_MATCHES = ("all", "any")
_PREFIX = "sentry.rules."
_URGENT = 75
_OUTDATED = (
    "conditions.tagged_event.TaggedEventCondition",
    "conditions.event_attribute.EventAttributeCondition",
    "conditions.level.LevelCondition",
)
_INCOMPLETE = "Ensure at least one action is enabled and all required fields are filled in."
_MINUTES: Mapping[str, str] = {"1m": "1min", "5m": "5min", "15m": "15min"}
_NAMING = ("id", "name", "uuid")
_FLAGS = {*TRIGGERS, "latest_release"}
"""Conditions that hold or don't, without comparing anything."""


def create(call: Call) -> Response:
    """Make a rule."""
    told = body(call)
    alert = bodies.new_alert(call, bodies.name(told, _LONGEST_NAME), **_read(call, told))
    alike = (alert.triggers, alert.filters, alert.logic, alert.environment, alert.frequency)
    for old in rules_of(call):
        if alike == (old.triggers, old.filters, old.logic, old.environment, old.frequency):
            said = f"This rule is an exact duplicate of '{old.name}' in this project"
            refused = [f"{said} and may not be created."]
            raise Refusal(400, {"name": refused, "ruleId": [old.id]})
    call.world.alerts.add_alert(alert)
    return JSONResponse(rule_json(call, alert, call.project, expanded=False), 201)


def replace_one(call: Call) -> Response:
    """Put another rule in the place of one; what the body leaves out is no more."""
    told, old = body(call), rule_named(call)
    label = bodies.name(told, _LONGEST_NAME)
    alert = replace(old, name=label, updated=call.world.now(), **_read(call, told))
    call.world.alerts.add_alert(alert)
    return JSONResponse(rule_json(call, alert, call.project, expanded=False))


def remove(call: Call) -> Response:
    """Delete a rule."""
    del call.world.alerts.alerts[rule_named(call).id]
    return accepted()


def _read(call: Call, told: Json) -> dict[str, Any]:
    require(told, "actionMatch", "conditions", "actions", "frequency")
    choose(told, "actionMatch", _MATCHES)
    conditions = [_condition(each, "conditions") for each in _parts(told, "conditions")]
    filters = [_condition(each, "filters") for each in _parts(told, "filters")]
    actions = [_action(call, each) for each in _parts(told, "actions")]
    if not actions:
        raise invalid(actions="Must select an action")
    counted = [one for one in conditions if one[0] not in TRIGGERS]
    together = Filters(_filter_match(told), [*counted, *filters], actions)
    return {
        "triggers": [kind for kind, _ in conditions if kind in TRIGGERS],
        "logic": "any-short" if told["actionMatch"] == "any" else "all",
        "filters": [together],
        "frequency": _frequency(told["frequency"]),
        "monitors": [built_in_id(kind, call.project.id) for kind in (ERRORS, ISSUES)],
        "environment": bodies.environment(call, told, "This environment has not been created."),
        "owner": people.owner(call, told),
    }


def _filter_match(told: Json) -> str:
    if told.get("filters") and not told.get("filterMatch"):
        said = "Must select a filter match (all, any, none) if filters are supplied."
        raise invalid(filterMatch=said)
    choose(told, "filterMatch", (*_MATCHES, "none", None))
    return told.get("filterMatch") or "all"


def _frequency(given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise invalid(frequency="A valid integer is required.")
    if given < _SHORTEST:
        raise invalid(frequency=f"Ensure this value is greater than or equal to {_SHORTEST}.")
    if given > _LONGEST:
        raise invalid(frequency=f"Ensure this value is less than or equal to {_LONGEST}.")
    return given


def _parts(told: Json, key: str) -> list[Json]:
    """Read conditions, filters or actions: objects, each of which names what it is."""
    return [_part(each, key) for each in fields.items(told, key)]


def _part(given: object, key: str) -> Json:
    if not is_mapping(given):
        said = f"Incorrect type. Expected a mapping, but got {type(given).__name__}"
        raise invalid(**{key: said})
    if "id" not in given:
        raise invalid(**{key: "Missing attribute 'id'"})
    return dict(given)


def _condition(part: Json, field: str) -> tuple[str, object]:
    dotted = str(part["id"]).removeprefix(_PREFIX)
    if dotted in _OUTDATED:
        raise invalid(
            conditions="Conditions evaluating an event attribute, tag, or level are outdated "
            "please use an appropriate filter instead."
        )
    kind = _kind(part, dotted)
    if kind is None or not dotted.startswith(f"{field}."):
        raise invalid(**{field: f"Invalid node. Could not find '{part['id']}'"})
    comparison = _comparison(kind, part)
    if not {**TRIGGERS, **FILTERS}[kind](comparison):
        raise invalid(**{field: _INCOMPLETE})
    return kind, comparison


def _kind(part: Json, dotted: str) -> str | None:
    kinds = [kind for kind, name in CONDITIONS.items() if name == dotted]
    if part.get("comparisonType") == "percent":
        kinds.reverse()
    return kinds[0] if kinds else None


def _comparison(kind: str, part: Json) -> object:
    if kind in _FLAGS:
        return True
    if kind == "issue_priority_greater_or_equal":
        return _URGENT
    terms = {key: value for key, value in part.items() if key not in _NAMING}
    if "attribute" in terms or "key" in terms:
        return terms
    terms = {bodies.camel(key): _plain(value) for key, value in terms.items()}
    if kind != "age_comparison":
        terms.pop("comparisonType", None)
    return terms


def _plain(value: object) -> object:
    """Read a number or a truth that a form sent as text, and an interval as alerts write it."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    if value in ("true", "false"):
        return value == "true"
    return _MINUTES.get(value, value) if isinstance(value, str) else value


def _action(call: Call, part: Json) -> Json:
    kind = next((kind for kind, name in ACTIONS.items() if name == part["id"]), None)
    if kind is None:
        raise invalid(actions=f"Invalid node. Could not find '{part['id']}'")
    return _mail(call, part) if kind == "email" else _message(call, kind, part)


def _mail(call: Call, part: Json) -> Json:
    target = next((key for key, name in TARGETS.items() if name == part.get("targetType")), None)
    whom = str(part.get("targetIdentifier") or "")
    if target is None or (target != "issue_owners" and not whom):
        raise invalid(actions=_INCOMPLETE)
    if target != "issue_owners" and not _is_known(call, target, whom):
        what = "team" if target == "team" else "user"
        raise invalid(actions=f"This {what} is not part of the project.")
    return _acting(
        "email",
        None,
        {"targetType": target, "targetIdentifier": whom or None, "targetDisplay": None},
        {"fallthroughType": part.get("fallthroughType") or "ActiveMembers"},
    )


def _is_known(call: Call, kind: str, number: str) -> bool:
    world, org = call.world, call.org.slug
    if kind == "team":
        return any((team.org, team.id) == (org, number) for team in world.teams)
    return any((one.org, one.user_id) == (org, number) for one in world.members)


def _message(call: Call, kind: str, part: Json) -> Json:
    through, whom = PARAMETERS[kind]
    integration = part.get(through)
    if kind in INTEGRATIONS and integration is None:
        raise invalid(actions=_INCOMPLETE)
    if through and call.world.integrations.get(call.org.slug, str(integration)) is None:
        raise invalid(actions="Integration does not exist, or is not installed")
    display = part.get("channel") or None
    identifier = part.get(whom) or None
    if whom and not (display or identifier):
        raise invalid(actions=_INCOMPLETE)
    if kind == "webhook":
        check_service(call, str(identifier), "actions")
    target = None if kind == "webhook" else "specific"
    said = {"targetType": target, "targetIdentifier": identifier, "targetDisplay": display}
    said_above = {*_NAMING, "channel", through, whom}
    rest = {key: value for key, value in part.items() if key not in said_above}
    return _acting(kind, integration, said, rest)


def _acting(kind: str, integration: object, config: Json, data: Json) -> Json:
    number = None if integration is None else str(integration)
    return {
        "type": kind,
        "integrationId": number,
        "config": config,
        "data": data,
        "status": "active",
    }
