"""Recipes of what is done to the rules that older servers have in place of alerts and monitors.

Sentry takes a whole rule. Of its parts it shows a wording that it does not take.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from dexter_mcp.changes.looks import alike, itself, row
from dexter_mcp.changes.matching import ABSENT, holds, shown
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Create, Delete, Lens, Recipe, Update
from dexter_mcp.changes.recipes.alert_wordings import METRIC_RULE, RULE
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.json_types import is_array, is_object

_ISSUE_RULE: Final = (
    *("name", "environment", "owner", "frequency"),
    *("actionMatch", "filterMatch", "conditions", "filters", "actions"),
)
_METRIC_RULE: Final = (
    *("name", "projects", "environment", "owner", "dataset", "queryType", "eventTypes"),
    *("query", "aggregate", "timeWindow", "thresholdType", "thresholdPeriod"),
    *("resolveThreshold", "comparisonDelta", "detectionType", "sensitivity", "seasonality"),
    "triggers",
)
_WORDING: Final = frozenset({"name", "uuid"})
_NUMBERING: Final = frozenset(
    {"id", "alertRuleId", "alertRuleTriggerId", "dateCreated", "desc", "thresholdType"}
    | {"resolveThreshold"}
)
_GONE_TOO: Final = (
    "a deleted rule can't be brought back, and its history is gone; muting it instead keeps both"
)


def _parts(name: str) -> Lens:
    """Read conditions, filters or actions without the words that Sentry has for them."""

    def lens(state: Json) -> list[Json]:
        return [_without(each, _WORDING) for each in _objects(state, name)]

    return lens


def triggers_of(state: Json) -> list[Json]:
    """Read triggers as they are written."""
    return [
        {
            **_without(each, _NUMBERING),
            "actions": [_without(action, _NUMBERING) for action in _objects(each, "actions")],
        }
        for each in _objects(state, "triggers")
    ]


def _without(part: Json, names: frozenset[str]) -> Json:
    return {name: value for name, value in part.items() if name not in names}


def _objects(state: Json, name: str) -> list[Json]:
    told: Any = state.get(name)
    return [each for each in told if is_object(each)] if is_array(told) else []


_OF_RULE: Final[tuple[tuple[str, Lens], ...]] = tuple(
    (name, _parts(name)) for name in ("conditions", "filters", "actions")
)
_OF_METRIC: Final[tuple[tuple[str, Lens], ...]] = (("triggers", triggers_of),)


def whole_rule(state: Json) -> Json:
    """Give an issue alert rule as it has to be sent to stay as it is."""
    return _whole(state, _ISSUE_RULE, _OF_RULE)


def whole_metric_rule(state: Json) -> Json:
    """Give a metric alert rule as it has to be sent to stay as it is."""
    return _whole(state, _METRIC_RULE, _OF_METRIC)


def _whole(state: Json, names: Iterable[str], lenses: tuple[tuple[str, Lens], ...]) -> Json:
    through = dict(lenses)
    return {n: through[n](state) if n in through else state[n] for n in names if n in state}


def _unwise(order: Order, state: State) -> Iterable[str]:
    rule = {**(whole_rule(state) if state else {}), **order.told}
    if not (rule.get("conditions") or rule.get("filters")):
        yield "it matches everything: each event of each issue of the project"


@dataclass(frozen=True, kw_only=True)
class Snooze(Recipe):
    """Mutes a rule, for everyone or for the token's user, or lets it speak again.

    `other` does the opposite.
    """

    mutes: bool
    other: str

    def before(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the state tells
        """Tell whether it is muted, and for whom."""
        if state is None:
            return None
        told: dict[str, Any] = {"snooze": bool(state.get("snooze"))}
        everyone = shown(state, "snoozeForEveryone")
        if told["snooze"] and everyone is not ABSENT:
            told["target"] = "everyone" if everyone else "me"
        return told

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the order tells
        """Say whether it shall be, and for whom."""
        return {"snooze": self.mutes, **order.told}

    def met(self, order: Order, state: State) -> bool:
        """Tell whether it is so; what is muted for everyone is muted for one."""
        found, wanted = self.before(order, state) or {}, dict(self.after(order, state) or {})
        if found.get("target") == "everyone":
            wanted.pop("target", None)
        return holds(found, wanted)

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it is the opposite
        """Do the opposite, for whom it was."""
        told = {"target": (before or {}).get("target", "everyone")}
        return Order(self.other, order.places, {}, None if self.mutes else told)


RECIPES: Final[tuple[Recipe, ...]] = (
    Create(
        operation="create_issue_alert_rule",
        look=row("list_issue_alert_rules", alike(_OF_RULE)),
        undone_by="delete_issue_alert_rule",
        known_by=(("rule", "id"),),
        tells=("id",),
        wordings=RULE,
        lenses=_OF_RULE,
        warn=_unwise,
    ),
    Update(
        operation="update_issue_alert_rule",
        strange=True,
        look=itself("get_issue_alert_rule"),
        wordings=RULE,
        lenses=_OF_RULE,
        whole=whole_rule,
        warn=_unwise,
    ),
    Delete(
        operation="delete_issue_alert_rule",
        look=itself("get_issue_alert_rule"),
        shows=("name", "projects", "owner", "status"),
        lost=_GONE_TOO,
    ),
    Create(
        operation="create_metric_alert_rule",
        look=row("list_metric_alert_rules", alike(_OF_METRIC)),
        undone_by="delete_metric_alert_rule",
        known_by=(("alert_rule", "id"),),
        tells=("id",),
        wordings=METRIC_RULE,
        lenses=_OF_METRIC,
    ),
    Update(
        operation="update_metric_alert_rule",
        strange=True,
        look=itself("get_metric_alert_rule"),
        wordings=METRIC_RULE,
        lenses=_OF_METRIC,
        whole=whole_metric_rule,
    ),
    Delete(
        operation="delete_metric_alert_rule",
        look=itself("get_metric_alert_rule"),
        shows=("name", "projects", "owner", "aggregate"),
        lost=_GONE_TOO,
    ),
    Snooze(
        operation="snooze_issue_alert_rule",
        look=itself("get_issue_alert_rule"),
        mutes=True,
        other="unsnooze_issue_alert_rule",
    ),
    Snooze(
        operation="unsnooze_issue_alert_rule",
        look=itself("get_issue_alert_rule"),
        mutes=False,
        other="snooze_issue_alert_rule",
    ),
    Snooze(
        operation="snooze_metric_alert_rule",
        look=itself("get_metric_alert_rule"),
        mutes=True,
        other="unsnooze_metric_alert_rule",
    ),
    Snooze(
        operation="unsnooze_metric_alert_rule",
        look=itself("get_metric_alert_rule"),
        mutes=False,
        other="snooze_metric_alert_rule",
    ),
)
