"""Alerts made, changed and deleted: one vocabulary for both generations of them.

An alert is about issues (occasions and filters), or about a metric (with thresholds); where a
server has rules, the same becomes a rule.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from dexter_mcp.changes.drawing import look
from dexter_mcp.changes.looks import read
from dexter_mcp.changes.plan import Json, Proposal, Wish
from dexter_mcp.changes.proposals import alert_bodies as bodies
from dexter_mcp.changes.proposals import alert_metrics, alert_targets
from dexter_mcp.changes.proposals.alert_asked import Asked, Draft
from dexter_mcp.changes.proposals.alert_bodies import Body
from dexter_mcp.changes.proposals.alert_notation import conditions, occasions
from dexter_mcp.changes.recipes import recipe_for
from dexter_mcp.changes.recipes.alert_rules import whole_rule
from dexter_mcp.changes.recipes.alerts import whole_alert
from dexter_mcp.insights.alerts_lookup import made_together, matching
from dexter_mcp.insights.alerts_survey import Survey, survey
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.detectors import BUILT_IN, ISSUES
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.views.alerts_state import Alert, Monitor, Watch

_USUAL: Final = 30
_PASSES_ON: Final = "all issues of the project"
_OF_ISSUES: Final = ("when", "filters", "frequency")
_OF_METRICS: Final = ("thresholds", "metric")


async def create(
    desk: Desk, *, org: str, project: Sequence[str], name: str, asked: Asked
) -> Proposal:
    """Propose a new alert, unless one of that name is there.

    Raises:
        Invalid: What is asked for can't be read or doesn't fit together, or something else has
            that name in the project.
        NotFound: A project, team or member is not there.
    """
    home = await desk.org(org)
    if not (among := desk.among(project)):
        raise Invalid("An alert watches a project: name it as `project`.")
    it = await desk.sentry.projects.resolve(home, among[0])
    found = await survey(desk, home, [it.slug])
    draft = Draft(home, name.strip(), it, found, asked)
    about_metric = bool(asked.thresholds or asked.metric)
    _check_together(asked, metric=about_metric)
    made = await (alert_metrics.created if about_metric else _created)(desk, draft)
    await _check_new(desk, draft, made.wishes)
    return made


def _check_together(asked: Asked, *, metric: bool) -> None:
    """Refuse what belongs to the other kind of alert."""
    foreign = _OF_ISSUES if metric else _OF_METRICS
    if given := [each for each in foreign if getattr(asked, each)]:
        kind = "a metric" if metric else "issues"
        named = {"thresholds": "when` with a threshold, `metric"}.get(given[0], given[0])
        raise Invalid(f"This is about {kind}: leave out `{named}`.")


async def _check_new(desk: Desk, draft: Draft, wishes: Sequence[Wish]) -> None:
    """Refuse a name that is taken by something else than what is asked for."""
    twins = [each for each in draft.found.watches if each.it.name.casefold() == draft.key]
    orders = [wish.order for wish in wishes]
    states = await look(desk.sentry, orders) if twins else ()
    there = [recipe_for(of).met(of, state) for of, state in zip(orders, states, strict=False)]
    if twins and not any(there):
        raise Invalid(
            f"{twins[0].ref} is called {draft.name!r} already and differs from this. Change it "
            "with `update_alert`, or choose another name."
        )


async def _created(desk: Desk, draft: Draft) -> Proposal:
    asked = draft.asked
    logic, triggers = occasions(asked.when)
    joined, filters = conditions(asked.filters)
    held = await alert_targets.settled(desk, draft.org, filters)
    actions, warnings = await alert_targets.actions(desk, draft.org, asked.actions)
    body: Body = {"name": draft.name, **await draft.standing(desk)}
    place = {"org": draft.org}
    if draft.found.old:
        if not actions:
            raise Invalid("A rule needs an action: name whom it tells as `actions`.")
        told = bodies.rule_conditions(triggers, held)
        body |= {"actionMatch": logic, "filterMatch": joined, **told}
        body |= {"actions": [bodies.rule_action(each) for each in actions]}
        body |= {"frequency": asked.minutes(draft.found, usual=_USUAL)}
        order = Order("create_issue_alert_rule", place | {"project": draft.project.slug}, {}, body)
    else:
        body |= {"detector_ids": [_listening(draft)], "triggers": bodies.triggers(logic, triggers)}
        body |= {"config": {"frequency": asked.minutes(draft.found, usual=_USUAL)}}
        body |= {"action_filters": [bodies.action_filter(joined, held, actions)]}
        order = Order("create_workflow", place, {}, body)
    called = alert_targets.known_as(draft.found.names, body)
    called |= {f"monitor:{each}": _PASSES_ON for each in body.get("detector_ids", ())}
    wish = Wish(order, f"alert {draft.name}", name=draft.name, called=called)
    purpose = f"Create alert {draft.name!r} in {draft.project.slug}: {asked.said}"
    return Proposal(draft.org, purpose, [wish], (*draft.warnings, *warnings))


def _listening(draft: Draft) -> int:
    """Find the monitor that passes on all issues of a project."""
    native = [each for each in draft.found.detectors if each.project_id == draft.project.id]
    ours = {each.type: int(each.id) for each in native if each.type in BUILT_IN}
    if not ours:
        raise NotFound(f"{draft.project.slug} has no monitor of its issues to listen to.")
    return ours.get(ISSUES) or next(iter(ours.values()))


async def update(desk: Desk, *, org: str, alert: str, asked: Asked) -> Proposal:
    """Propose to change an alert or a monitor.

    Raises:
        Invalid: Several are called so, nothing is to be changed, or it is of the other kind.
        NotFound: Nothing is called so.
    """
    if not asked.given:
        raise Invalid(
            "Nothing was named that should change: give `state`, `actions`, `settings`, …"
        )
    home, found, fitting = await matching(desk, alert=alert, org=org)
    if made_together(fitting) and not replace(asked, state="").given:
        return _both_switched(home, found, fitting, asked)
    it = _only(alert, _of_kind(fitting, asked))
    number = next((each.project_id for each in _monitors(it)), "")
    named = next(iter(it.it.projects), number)
    project = await desk.sentry.projects.resolve(home, named) if named else None
    draft = Draft(home, asked.name or it.it.name, project, found, asked)
    _check_together(asked, metric=isinstance(it, Monitor))
    orders, warnings = await _orders(desk, it, draft)
    now = it.it.model_dump(mode="json", include={"owner", "action_filters", "condition_group"})
    wishes = [
        replace(_wish(order, it), called=alert_targets.known_as(found.names, now, dict(order.told)))
        for order in orders
    ]
    return Proposal(home, f"Change {it.ref} {it.it.name!r}: {asked.said}", wishes, tuple(warnings))


def _of_kind(fitting: Sequence[Watch], asked: Asked) -> Sequence[Watch]:
    """Keep those that can have what is asked for: thresholds, or occasions and actions."""
    if any(getattr(asked, each) for each in _OF_METRICS):
        return [each for each in fitting if isinstance(each, Monitor)] or fitting
    if any(getattr(asked, each) for each in (*_OF_ISSUES, "actions")):
        return [each for each in fitting if isinstance(each, Alert) or each.old] or fitting
    return fitting


def _only(alert: str, fitting: Sequence[Watch]) -> Watch:
    if len(fitting) > 1:
        known = ", ".join(f"{each.ref} ({each.it.name})" for each in fitting[:10])
        raise Invalid(f"{alert[:80]!r} could be {known}. Name one by its number.")
    return fitting[0]


def _both_switched(org: str, found: Survey, both: Sequence[Watch], asked: Asked) -> Proposal:
    """Propose to switch an alert and its monitor, which were made together."""
    draft = Draft(org, both[0].it.name, None, found, asked)
    enabled = asked.state == "enabled"
    wishes = [_wish(_switched(each, draft, enabled=enabled), each) for each in both]
    return Proposal(org, f"Change {_all(both)}: {asked.said}", wishes)


def _wish(order: Order, it: Watch) -> Wish:
    return Wish(order, f"{it.ref} {it.it.name}", name=it.it.name or it.ref)


def _all(watches: Sequence[Watch]) -> str:
    return f"{' and '.join(each.ref for each in watches)} {watches[0].it.name!r}"


def _monitors(it: Watch) -> Sequence[Any]:
    return it.monitors if isinstance(it, Alert) else (it.it,)


async def _orders(desk: Desk, it: Watch, draft: Draft) -> tuple[list[Order], list[str]]:
    rest = replace(draft, asked=replace(draft.asked, state=""))
    orders, warnings = list[Order](), list[str]()
    if rest.asked.given:
        one = alert_metrics.updated if isinstance(it, Monitor) else _updated
        order, warnings = await one(desk, it, rest)
        orders.append(order)
    if state := draft.asked.state:
        orders.append(_switched(it, draft, enabled=state == "enabled"))
    return orders, warnings


def _switched(it: Watch, draft: Draft, *, enabled: bool) -> Order:
    """Switch it; a rule is muted for everyone instead."""
    org, body = {"org": draft.org}, {"enabled": enabled}
    if not it.old:
        kind = "workflow" if isinstance(it, Alert) else "detector"
        return Order(f"bulk_update_{kind}s", org | {kind: it.it.id}, {}, body)
    kind, place = ("issue", "rule") if isinstance(it, Alert) else ("metric", "alert_rule")
    project = draft.project.slug
    places = org | {"project": project, place: it.it.id}
    if enabled:
        return Order(f"unsnooze_{kind}_alert_rule", places)
    return Order(f"snooze_{kind}_alert_rule", places, {}, {"target": "everyone"})


async def _updated(desk: Desk, it: Watch, draft: Draft) -> tuple[Order, list[str]]:
    body: Body = {"name": draft.asked.name} if draft.asked.name else {}
    body |= await draft.standing(desk)
    actions, warnings = await alert_targets.actions(desk, draft.org, draft.asked.actions)
    told = [*draft.warnings, *warnings]
    if it.old:
        return await _rule_updated(desk, it, draft, body, actions), told
    places = {"org": draft.org, "workflow": it.it.id}
    now = whole_alert(_there(await read(desk.sentry, "get_workflow", places), it))
    if draft.asked.frequency:
        body["config"] = {"frequency": draft.asked.minutes(draft.found, usual=_USUAL)}
    if draft.asked.when:
        body["triggers"] = bodies.triggers(*occasions(draft.asked.when))
    if draft.asked.filters or actions:
        body["action_filters"] = [await _filter(desk, draft, now, actions)]
    return Order("update_workflow", places, {}, body), told


def _there(told: Any, it: Watch) -> Json:
    if is_object(told):
        return told
    raise NotFound(f"{it.ref} is gone.")


async def _filter(
    desk: Desk, draft: Draft, now: Json, actions: Sequence[Mapping[str, Any]]
) -> Body:
    """Set filters and actions into those that there are, the others stay."""
    there: Any = now["action_filters"]
    if len(there) > 1:
        raise Invalid(
            f"This alert has {len(there)} sets of filters with actions of their own: change them "
            "with `change_sentry` update_workflow, `action_filters` as a whole."
        )
    group: Body = dict(there[0]) if there else bodies.action_filter("all", (), ())
    if draft.asked.filters:
        logic, filters = conditions(draft.asked.filters)
        held = await alert_targets.settled(desk, draft.org, filters)
        told = bodies.action_filter(logic, held, ())
        group |= {name: told[name] for name in ("logic_type", "conditions")}
    return group | ({"actions": list(actions)} if actions else {})


async def _rule_updated(
    desk: Desk, it: Watch, draft: Draft, body: Body, actions: Sequence[Mapping[str, Any]]
) -> Order:
    """Change a rule, whose conditions hold both occasions and counts."""
    asked, project = draft.asked, draft.project.slug
    places = {"org": draft.org, "project": project, "rule": it.it.id}
    now = whole_rule(_there(await read(desk.sentry, "get_issue_alert_rule", places), it))
    if asked.frequency:
        body["frequency"] = asked.minutes(draft.found, usual=_USUAL)
    if actions:
        body["actions"] = [bodies.rule_action(each) for each in actions]
    logic, triggers = occasions(asked.when)
    joined, filters = conditions(asked.filters)
    told = bodies.rule_conditions(triggers, await alert_targets.settled(desk, draft.org, filters))
    if asked.when:
        body |= {"actionMatch": logic}
    if asked.filters:
        body |= {"filterMatch": joined, "filters": told["filters"]}
    if asked.when or asked.filters:
        body["conditions"] = _mixed(now, told, when=bool(asked.when), held=bool(asked.filters))
    return Order("update_issue_alert_rule", places, {}, body)


def _mixed(now: Json, told: Body, *, when: bool, held: bool) -> list[Any]:
    """Keep of a rule's conditions those that nobody asked to change."""
    known: Any = now.get("conditions")
    there = [each for each in known if is_object(each)] if is_array(known) else []
    parts = list[Any]()
    for source, of_time in ((told if when else None, True), (told if held else None, False)):
        pool: Sequence[Any] = there if source is None else source["conditions"]
        parts += [part for part in pool if _is_occasion(part) is of_time]
    return parts


def _is_occasion(part: Json) -> bool:
    dotted = str(part.get("id"))
    return not any(word in dotted for word in (".event_frequency.", ".high_priority_issue."))


async def delete(desk: Desk, *, org: str, alert: str) -> Proposal:
    """Propose to delete an alert or a monitor.

    Raises:
        Invalid: Several are called so, or it came with its project.
        NotFound: Nothing is called so.
    """
    home, _, fitting = await matching(desk, alert=alert, org=org)
    gone = fitting if made_together(fitting) else [_only(alert, fitting)]
    if any(isinstance(each, Monitor) and each.it.type in BUILT_IN for each in gone):
        raise Invalid(
            f"{gone[0].ref} came with its project: it can be disabled, and never deleted."
        )
    wishes = [_wish(_deletion(home, each), each) for each in gone]
    left = _left(gone[0]) if len(gone) == 1 else ()
    return Proposal(home, f"Delete {_all(gone)}", wishes, tuple(left))


def _left(gone: Watch) -> Iterator[str]:
    """Say which monitors stay without anybody that listens to them."""
    if isinstance(gone, Alert) and not gone.old:
        theirs = [each for each in gone.monitors if each.type not in BUILT_IN]
        left = [each.id for each in theirs if list(each.workflow_ids) == [gone.it.id]]
        if left:
            yield f"monitor {', '.join(left)} stays, and tells nobody any more"


def _deletion(org: str, it: Watch) -> Order:
    places, project = {"org": org}, next(iter(it.it.projects), "")
    match it:
        case Alert(old=False):
            return Order("delete_workflow", places | {"workflow": it.it.id})
        case Alert():
            rule = places | {"project": project, "rule": it.it.id}
            return Order("delete_issue_alert_rule", rule)
        case Monitor(old=False):
            return Order("delete_detector", places | {"detector": it.it.id})
        case Monitor():
            return Order("delete_metric_alert_rule", places | {"alert_rule": it.it.id})
