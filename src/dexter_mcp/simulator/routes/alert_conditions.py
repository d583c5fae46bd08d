"""What the conditions of alerts compare with, and whom their actions reach."""

from collections.abc import Callable, Collection, Mapping

from dexter_mcp.simulator.intake.loose import is_mapping
from dexter_mcp.simulator.memory.alerts import Filters
from dexter_mcp.simulator.memory.integrations import App
from dexter_mcp.simulator.routes.alert_bodies import mapping, objects, whole, within
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.writing import choose, invalid, require
from dexter_mcp.simulator.telling.story import Json

Check = Callable[[object], bool]

LOGIC = ("any", "any-short", "all", "none")
_MATCHES = ("co", "nc", "eq", "ne", "sw", "ew", "nsw", "new", "is", "ns", "in", "nin")
_INTERVALS = ("1min", "5min", "15min", "1h", "1hr", "1d", "1w", "30d")
_SESSION_INTERVALS = ("5min", "10min", "30min", "1h", "1hr")
_CATEGORIES = (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15)


def _one_of(*values: object) -> Check:
    return lambda given: not isinstance(given, bool) and given in values


def _number(given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and given >= 0


def _yes(given: object) -> bool:
    return given is True


def _text(given: object) -> bool:
    return isinstance(given, str)


def _truth(given: object) -> bool:
    return isinstance(given, bool)


def _any(_: object) -> bool:
    return True


def _fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    known = {**required, **(optional or {})}

    def check(given: object) -> bool:
        return (
            is_mapping(given)
            and required.keys() <= given.keys() <= known.keys()
            and all(known[key](value) for key, value in given.items())
        )

    return check


_COUNTED = {"value": _number, "interval": _one_of(*_INTERVALS)}
_SESSIONS = {"value": _number, "interval": _one_of(*_SESSION_INTERVALS)}
_EARLIER = {"comparisonInterval": _one_of(*_INTERVALS)}
_MORE = {"filters": _any}

TRIGGERS: Mapping[str, Check] = {
    "first_seen_event": _yes,
    "issue_resolved_trigger": _yes,
    "reappeared_event": _yes,
    "regression_event": _yes,
    "seer_activity_trigger": _any,
}
FILTERS: Mapping[str, Check] = {
    "age_comparison": _fields(
        {
            "comparisonType": _one_of("older", "newer"),
            "value": _number,
            "time": _one_of("minute", "hour", "day", "week"),
        }
    ),
    "assigned_to": _fields(
        {"targetType": _one_of("Unassigned", "Team", "Member")}, {"targetIdentifier": _any}
    ),
    "issue_category": _fields({"value": _one_of(*_CATEGORIES)}, {"include": _truth}),
    "issue_occurrences": _fields({"value": _number}),
    "issue_priority_deescalating": _yes,
    "issue_priority_greater_or_equal": _one_of(75, 50, 25),
    "event_frequency_count": _fields(_COUNTED, _MORE),
    "event_frequency_percent": _fields(_COUNTED | _EARLIER, _MORE),
    "event_unique_user_frequency_count": _fields(_COUNTED, _MORE),
    "event_unique_user_frequency_percent": _fields(_COUNTED | _EARLIER, _MORE),
    "percent_sessions_count": _fields(_SESSIONS, _MORE),
    "percent_sessions_percent": _fields(_SESSIONS | _EARLIER, _MORE),
    "event_attribute": _fields({"attribute": _text, "match": _one_of(*_MATCHES)}, {"value": _any}),
    "tagged_event": _fields({"key": _text, "match": _one_of(*_MATCHES)}, {"value": _any}),
    "latest_release": _yes,
    "latest_adopted_release": _fields(
        {
            "releaseAgeType": _one_of("oldest", "newest"),
            "ageComparison": _one_of("older", "newer"),
            "environment": _text,
        }
    ),
    "level": _fields(
        {"level": _one_of(0, 10, 20, 30, 40, 50), "match": _one_of("eq", "gte", "lte")}
    ),
}

INTEGRATIONS = (
    *("slack", "msteams", "discord", "pagerduty", "opsgenie"),
    *("github", "github_enterprise", "jira", "jira_server", "vsts"),
)
_TARGETS: Mapping[str, Collection[str | None]] = {
    "email": ("user", "team", "issue_owners"),
    "sentry_app": ("sentry_app",),
    "webhook": (None,),
    "plugin": (None, "specific"),
}
_SPECIFIC = (None, "specific")
ACTIONS = (*INTEGRATIONS, "email", "sentry_app", "plugin", "webhook")


def group(told: Json, kinds: Mapping[str, Check]) -> tuple[str, list[tuple[str, object]]]:
    """Read a group of conditions: how they are joined, and each with what it compares."""
    require(told, "logicType")
    choose(told, "logicType", LOGIC)
    with within("conditions"):
        return told["logicType"], [_condition(each, kinds) for each in objects(told, "conditions")]


def _condition(told: Json, kinds: Mapping[str, Check]) -> tuple[str, object]:
    require(told, "type", "comparison", "conditionResult")
    choose(told, "type", kinds)
    kind, comparison = told["type"], told["comparison"]
    if not kinds[kind](comparison):
        raise invalid(comparison=f"Value, {comparison} does not match JSON Schema for comparison")
    return kind, comparison


def filters(call: Call, told: Json) -> Filters:
    """Read conditions with the actions that follow from them."""
    if "actions" not in told:
        raise whole("Missing actions key in action filter")
    logic, conditions = group(told, FILTERS)
    return Filters(logic, conditions, [_action(call, each) for each in objects(told, "actions")])


def _action(call: Call, told: Json) -> Json:
    require(told, "type", "config")
    choose(told, "type", ACTIONS)
    kind, config = told["type"], mapping(told, "config")
    _check_target(call, kind, config)
    _check_app(call, kind, config, mapping(told, "data"))
    integration = told.get("integrationId")
    _check_integration(call, kind, integration)
    return {
        "type": kind,
        "integrationId": None if integration is None else str(integration),
        "data": mapping(told, "data"),
        "config": {"targetIdentifier": None, "targetDisplay": None, **config},
        "status": told.get("status") or "active",
    }


def _check_target(call: Call, kind: str, config: Json) -> None:
    target, whom = config.get("targetType"), config.get("targetIdentifier")
    allowed = _TARGETS.get(kind, _SPECIFIC)
    if target not in allowed:
        raise invalid(config=f"'{target}' is not one of {list(allowed)}")
    config["targetType"] = target or (None if kind == "webhook" else "specific")
    if target in {"user", "team"}:
        known = {
            "user": {one.user_id for one in call.world.members if one.org == call.org.slug},
            "team": {one.id for one in call.world.teams if one.org == call.org.slug},
        }[target]
        if str(whom) not in known:
            raise invalid(config=f"{target.title()} {whom} does not belong to this organization")
        config["targetIdentifier"] = str(whom)


def _check_app(call: Call, kind: str, config: Json, data: Json) -> None:
    whom = str(config.get("targetIdentifier"))
    if kind == "webhook":
        check_service(call, whom, "service")
    if kind == "sentry_app":
        found = next((each for each in _apps(call) if str(each.id) == whom), None)
        if found is None:
            raise whole("Sentry app installation not found.")
        if found.takes_form and not data.get("settings"):
            raise whole("'settings' is a required property")


def check_service(call: Call, slug: str, where: str) -> None:
    """Refuse a service that alerts can't call; any project may have addresses of its own.

    Raises:
        Refusal: It is no installed app that can be alerted without a form.
    """
    known = {each.slug for each in _apps(call) if each.alerts and not each.takes_form}
    if slug not in {"webhooks", *known}:
        told = f"Select a valid choice. {slug} is not one of the available choices."
        raise invalid(**{where: told})


def _apps(call: Call) -> list[App]:
    org = call.org.slug
    return [each for each in call.world.integrations.apps if each.installed.get(org) == "installed"]


def _check_integration(call: Call, kind: str, given: object) -> None:
    if kind not in INTEGRATIONS:
        if given is not None:
            raise whole(f"Integration ID is not allowed for action type {kind}")
        return
    if given is None:
        raise whole(f"Integration ID is required for action type {kind}")
    if call.world.integrations.get(call.org.slug, str(given)) is None:
        raise invalid(integrationId="Integration does not exist, or is not installed")
