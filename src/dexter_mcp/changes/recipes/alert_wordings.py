"""Alerts, monitors and the rules of older servers as people are told of them before they agree.

The words are those that `get_alert` has.
"""

from collections.abc import Mapping
from typing import Any, Final

from dexter_mcp.changes.plan import Json
from dexter_mcp.changes.recipe import Wording
from dexter_mcp.sentry.alert_rules import AlertRule
from dexter_mcp.sentry.detectors import METRIC, Detector
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.metric_alerts import MetricAlertRule
from dexter_mcp.sentry.workflows import ConditionGroup
from dexter_mcp.views import alerts_words as words
from dexter_mcp.views.alerts_words import Names
from dexter_mcp.views.moments import span

PROMISE: Final = "monitor to be made in "
"""What stands for a monitor that is made just before the alert that listens to it."""
_MINUTE: Final = 60
_FIXED: Final = "with a fixed number"
_ALL: Final = "whatever its monitors find"

Called = Mapping[str, str]


def _names(called: Called) -> Names:
    """Read what people call teams (`team:71`) and users (`user:42`)."""
    apart = [(*actor.partition(":")[::2], known) for actor, known in called.items()]
    return Names(
        teams={number: known.removeprefix("#") for kind, number, known in apart if kind == "team"},
        users={number: known for kind, number, known in apart if kind == "user"},
    )


def _objects(told: Any) -> list[Json]:
    return [each for each in told if is_object(each)] if is_array(told) else []


def _group(told: Any) -> ConditionGroup | None:
    """Read a group; none where a part of it can't be read, which must not go unsaid."""
    if not is_object(told):
        return None
    found = ConditionGroup.model_validate({**told, "logicType": _logic(told)})
    held = sum(len(_objects(told.get(name))) for name in ("conditions", "actions"))
    read = [each for each in (*found.conditions, *found.actions) if each.type]
    return found if len(read) == held else None


def _logic(told: Json) -> Any:
    return told.get("logic_type") or told.get("logicType") or "any"


def _occasions(state: Json, called: Called) -> str:
    found = _group(state.get("triggers"))
    return (words.group(found, _names(called)) or _ALL) if found else ""


def _branches(state: Json, called: Called) -> str:
    told: Any = state.get("action_filters")
    groups = [_group(each) for each in told] if is_array(told) else []
    names = _names(called)
    said = [words.branch(each, names) for each in groups if each]
    return "; ".join(said).removeprefix("then: ") if len(said) == len(groups) else ""


def _watched(state: Json, called: Called) -> str:
    told: Any = state.get("detector_ids")
    return ", ".join(_monitor(str(each), called) for each in told) if is_array(told) else ""


def _monitor(number: str, called: Called) -> str:
    if number.startswith(PROMISE):
        return f"the new monitor {number.partition(':')[2]}"
    return called.get(f"monitor:{number}", f"monitor {number}")


def _heard(state: Json, _: Called) -> str:
    told: Any = state.get("workflow_ids")
    return ", ".join(f"alert {each}" for each in told) if is_array(told) else ""


def _often(minutes: Any) -> str:
    if not isinstance(minutes, int):
        return ""
    return f"at most once in {span(minutes * _MINUTE)} for an issue" if minutes else "each time"


def _frequency(state: Json, _: Called) -> str:
    config: Any = state.get("config")
    return _often(config["frequency"]) if is_object(config) and set(config) == {"frequency"} else ""


def _detector(state: Json) -> Detector:
    sources = [{"queryObj": {"snubaQuery": each}} for each in _objects(state.get("data_sources"))]
    group = _group(state.get("condition_group"))
    config: Any = state.get("config")
    told = {"id": "", "dataSources": sources, "conditionGroup": group}
    return Detector.model_validate({**told, "config": config if is_object(config) else {}})


def _thresholds(state: Json, _: Called) -> str:
    return ", ".join(words.thresholds(_detector(state)))


def _measure(state: Json, _: Called) -> str:
    it = _detector(state)
    if len(it.data_sources) > 1:
        return ""
    environment = it.measures.environment.raw if it.measures else ""
    told = words.measured(it)
    return f"{told} in {environment}" if told and environment else told


def _compared(state: Json, _: Called) -> str:
    it = _detector(state)
    if it.config.detection_type == "dynamic":
        return ""
    return words.compared(it) or _FIXED


def _kind(state: Json, _: Called) -> str:
    return "metric" if state.get("type") == METRIC else ""


def _rule(state: Json) -> AlertRule:
    return AlertRule.model_validate({**state, "id": ""})


def _rule_occasions(state: Json, called: Called) -> str:
    found = _rule(state).as_workflow().triggers
    return _told(found, state.get("conditions"), called) if found else ""


def _rule_filters(state: Json, called: Called) -> str:
    (found,) = _rule(state).as_workflow().action_filters
    return _told(found, state.get("filters"), called)


def _told(found: ConditionGroup, written: Any, called: Called) -> str:
    """Tell conditions, if all that are written could be read."""
    known = [each for each in found.conditions if each.type]
    return words.group(found, _names(called)) if len(known) == len(_objects(written)) else ""


def _rule_actions(state: Json, called: Called) -> str:
    (found,) = _rule(state).as_workflow().action_filters
    known = [words.action(each, _names(called)) for each in found.actions if each.type]
    return ", ".join(known) if len(known) == len(_objects(state.get("actions"))) else ""


def _rule_frequency(state: Json, _: Called) -> str:
    return _often(state.get("frequency"))


def _triggers(state: Json, called: Called) -> str:
    it = MetricAlertRule.model_validate({**state, "id": ""}).as_detector()
    if not it.condition_group:
        return ""
    names = _names(called)
    told = dict.fromkeys(words.action(each, names) for each in it.condition_group.actions)
    return f"{', '.join(words.thresholds(it))}: {', '.join(told) or 'tells nobody'}"


ALERT: Final = (
    Wording("detector_ids", "watches", _watched),
    Wording("triggers", "when", _occasions),
    Wording("action_filters", "then", _branches),
    Wording("config", "how often", _frequency),
    Wording("id", "alert", lambda state, _: str(state["id"])),
)
MONITOR: Final = (
    Wording("type", "kind", _kind),
    Wording("data_sources", "measures", _measure),
    Wording("condition_group", "thresholds", _thresholds),
    Wording("config", "compares", _compared),
    Wording("workflow_ids", "tells", _heard),
    Wording("id", "monitor", lambda state, _: str(state["id"])),
)
RULE: Final = (
    Wording("conditions", "when", _rule_occasions),
    Wording("filters", "if", _rule_filters),
    Wording("actions", "then", _rule_actions),
    Wording("frequency", "how often", _rule_frequency),
    Wording("id", "rule", lambda state, _: str(state["id"])),
)
METRIC_RULE: Final = (
    Wording("triggers", "thresholds", _triggers),
    Wording("id", "metric rule", lambda state, _: str(state["id"])),
)
