"""Alerts about a metric: a monitor with thresholds, and the alert that tells of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dexter_mcp.changes.looks import read
from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.changes.proposals import alert_bodies as bodies
from dexter_mcp.changes.proposals import alert_targets
from dexter_mcp.changes.proposals.alert_asked import Asked, Draft
from dexter_mcp.changes.proposals.alert_bodies import DATASETS, Body
from dexter_mcp.changes.proposals.alert_notation import Thresholds, measured, thresholds
from dexter_mcp.changes.recipes.alert_rules import triggers_of
from dexter_mcp.changes.recipes.alerts import promised
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.detectors import METRIC, SnubaQuery
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.json_types import is_object
from dexter_mcp.views.alerts_state import Monitor, Watch

_COUNT: Final = "count() in 1h"
_ALWAYS: Final = 0
"""Whoever is told of a metric is told of each step."""


async def created(desk: Desk, draft: Draft) -> Proposal:
    """Propose a monitor with an alert; one rule where a server has those.

    Raises:
        Invalid: What is asked for can't be read, or doesn't fit together.
    """
    asked = draft.asked
    limits, source = thresholds(asked.thresholds), _source(asked, draft, None)
    actions, warnings = await alert_targets.actions(desk, draft.org, asked.actions)
    body: Body = {"name": draft.name, **await draft.standing(desk)}
    body.pop("environment", None)
    made = _rule if draft.found.old else _monitor
    wishes = made(draft, body, source, limits, actions)
    purpose = f"Create metric alert {draft.name!r} in {draft.project.slug}: {asked.said}"
    alone = () if actions else ("it tells nobody: it has no action",)
    return Proposal(draft.org, purpose, wishes, (*draft.warnings, *warnings, *alone))


def _source(asked: Asked, draft: Draft, now: SnubaQuery | None) -> Body:
    """Write what is measured: what is asked for, and of the rest what is so now."""
    aggregate, window = measured(asked.metric or _COUNT)
    dataset, kinds = DATASETS["errors"]
    query, environment = "", None
    if now:
        dataset, kinds, query = now.dataset, now.event_types, now.query
        environment = now.environment.raw or None
        if not asked.metric:
            aggregate, window = now.aggregate, int(now.time_window)
    if asked.dataset:
        dataset, kinds = DATASETS[asked.dataset]
    return {
        "aggregate": aggregate,
        "dataset": dataset,
        "query": asked.query or query,
        "eventTypes": list(kinds),
        "timeWindow": window,
        "environment": draft.environment if asked.environment else environment,
    }


def _monitor(
    draft: Draft, body: Body, source: Body, limits: Thresholds, actions: Sequence[Mapping[str, Any]]
) -> list[Wish]:
    """Make a monitor, and if somebody is to be told, the alert that listens to it."""
    place = {"org": draft.org}
    told = {**body, "type": METRIC, "data_sources": [source], **bodies.judgement(limits)}
    monitor = Order("create_detector", place | {"project": draft.project.slug}, {}, told)
    called = alert_targets.known_as(draft.found.names, body, list(actions))
    wishes = [Wish(monitor, f"monitor {draft.name}", name=draft.name, called=called)]
    if actions:
        listens = promised(draft.project.id, draft.name)
        alert = {**body, "detector_ids": [listens], "config": {"frequency": _ALWAYS}}
        alert |= {"triggers": bodies.triggers("any", ())}
        alert |= {"action_filters": [bodies.action_filter("any", (), actions)]}
        order = Order("create_workflow", place, {}, alert)
        wishes.append(Wish(order, f"alert {draft.name}", name=draft.name, called=called))
    return wishes


def _rule(
    draft: Draft, body: Body, source: Body, limits: Thresholds, actions: Sequence[Mapping[str, Any]]
) -> list[Wish]:
    told = [bodies.trigger_action(each) for each in actions]
    body |= {"projects": [draft.project.slug], **bodies.rule_query(source)}
    body |= bodies.rule_judgement(limits, told)
    order = Order("create_metric_alert_rule", {"org": draft.org}, {}, body)
    called = alert_targets.known_as(draft.found.names, body)
    return [Wish(order, f"metric rule {draft.name}", name=draft.name, called=called)]


async def updated(desk: Desk, it: Watch, draft: Draft) -> tuple[Order, list[str]]:
    """Say what changes a monitor, or the metric rule of an older server.

    Raises:
        Invalid: It measures nothing, or alerts do what is asked of it.
    """
    asked = draft.asked
    body: Body = {"name": asked.name} if asked.name else {}
    body |= await draft.standing(desk)
    body.pop("environment", None)
    measure = it.it.measures if isinstance(it, Monitor) else None
    if (_measures(asked) or asked.thresholds) and measure is None:
        raise Invalid(f"{it.ref} measures nothing that could be set here. See `get_alert`.")
    source = _source(asked, draft, measure) if _measures(asked) else {}
    if it.old:
        return await _rule_updated(desk, it, draft, body, source)
    if asked.actions:
        raise Invalid(
            f"{it.ref} only raises issues; who is told says an alert that listens to it: "
            f"{_listening(it)}. Name that."
        )
    if source:
        body["data_sources"] = [source]
    if asked.thresholds:
        body |= bodies.judgement(thresholds(asked.thresholds))
    order = Order("update_detector", {"org": draft.org, "detector": it.it.id}, {}, body)
    return order, list(draft.warnings)


def _measures(asked: Asked) -> bool:
    return bool(asked.metric or asked.query or asked.dataset or asked.environment)


def _listening(it: Watch) -> str:
    numbers = it.it.workflow_ids if isinstance(it, Monitor) else ()
    return ", ".join(f"alert {each}" for each in numbers) or "none does"


async def _rule_updated(
    desk: Desk, it: Watch, draft: Draft, body: Body, source: Body
) -> tuple[Order, list[str]]:
    """Change a metric rule, whose triggers hold thresholds and actions together."""
    places = {"org": draft.org, "alert_rule": it.it.id}
    actions, warnings = await alert_targets.actions(desk, draft.org, draft.asked.actions)
    told = [bodies.trigger_action(each) for each in actions]
    now = await read(desk.sentry, "get_metric_alert_rule", places)
    there = {str(e.get("label")): e for e in triggers_of(now)} if is_object(now) else {}
    body |= bodies.rule_query(source) if source else {}
    if draft.asked.thresholds:
        body |= bodies.rule_judgement(thresholds(draft.asked.thresholds), told)
        body["triggers"] = [_with_actions(each, there, told) for each in body["triggers"]]
    elif told:
        body["triggers"] = [{**each, "actions": told} for each in there.values()]
    return Order("update_metric_alert_rule", places, {}, body), [*draft.warnings, *warnings]


def _with_actions(trigger: Body, there: Mapping[str, Any], told: Sequence[Body]) -> Body:
    """Keep what a trigger does where nobody asked for something else."""
    known: Body = there.get(trigger["label"]) or next(iter(there.values()), Body())
    return {**trigger, "actions": list(told) or known.get("actions", [])}
