"""Alerts and monitors in the shapes of today's API.

https://docs.sentry.io/api/monitors/
"""

from collections.abc import Sequence

from dexter_mcp.simulator.memory.alerts import Alert, Filters, Firing, Monitor, Period
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.shapes.issues import counts_json, issue_base
from dexter_mcp.simulator.shapes.people import actor_json
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json


def workflow_json(call: Call, alert: Alert) -> Json:
    """Shape an alert."""
    org, number = call.org.id, alert.id * 10
    last = alert.last_fired
    return {
        "id": str(alert.id),
        "name": alert.name,
        "organizationId": org,
        "createdBy": user_id(call, alert.created_by),
        "dateCreated": iso(alert.created),
        "dateUpdated": iso(alert.updated or alert.created),
        "enabled": alert.enabled,
        "environment": alert.environment or None,
        "owner": owner_text(call, alert.owner),
        "config": {"frequency": alert.frequency},
        "triggers": {
            "id": str(number),
            "organizationId": org,
            "logicType": alert.logic,
            "conditions": _conditions(number, [(kind, True) for kind in alert.triggers]),
            "actions": [],
        }
        if alert.logic
        else None,
        "actionFilters": [
            _filters(org, number + at, filters) for at, filters in enumerate(alert.filters, 1)
        ],
        "detectorIds": [str(monitor) for monitor in alert.monitors],
        "lastTriggered": iso(last) if last else None,
    }


def _filters(org: str, number: int, filters: Filters) -> Json:
    return {
        "id": str(number),
        "organizationId": org,
        "logicType": filters.logic,
        "conditions": _conditions(number, filters.conditions),
        "actions": [
            {"id": str(number * 10 + at), "integrationId": None, "data": {}, "status": "active"}
            | action
            for at, action in enumerate(filters.actions)
        ],
    }


def _conditions(number: int, conditions: Sequence[tuple[str, object]]) -> list[Json]:
    return [
        {
            "id": str(number * 100 + at),
            "type": kind,
            "comparison": comparison,
            "conditionResult": True,
        }
        for at, (kind, comparison) in enumerate(conditions)
    ]


def detector_json(call: Call, monitor: Monitor) -> Json:
    """Shape a monitor, with the issue that it raised last."""
    alerts = [a for a in call.world.alerts.of(monitor.org) if monitor.id in a.monitors]
    return {
        "id": str(monitor.id),
        "projectId": str(monitor.project),
        "name": monitor.name,
        "description": monitor.description or None,
        "type": monitor.type,
        "workflowIds": [str(alert.id) for alert in alerts],
        "owner": actor_json(call.world, monitor.org, monitor.owner),
        "createdBy": user_id(call, monitor.created_by),
        "dateCreated": iso(monitor.created),
        "dateUpdated": iso(monitor.updated or monitor.created),
        "dataSources": _sources(call, monitor),
        "conditionGroup": _thresholds(call, monitor),
        "config": monitor.config,
        "enabled": monitor.enabled,
        "alertRuleId": None,
        "ruleId": None,
        "latestGroup": group_json(call, monitor.issue),
        "openIssues": int(is_open(call, monitor)),
    }


def is_open(call: Call, monitor: Monitor) -> bool:
    """Tell whether what a monitor raised last is still unresolved."""
    issue = call.world.issues.get(monitor.issue)
    return issue is not None and issue.status == "unresolved"


def group_json(call: Call, number: int) -> Json | None:
    """Shape an issue as monitors and alerts refer to it."""
    issue = call.world.issues.get(number)
    if issue is None:
        return None
    totals = call.world.store.totals(call.world.events_of(issue))
    return issue_base(call, issue) | counts_json(totals[number])


def _sources(call: Call, monitor: Monitor) -> list[Json] | None:
    if not monitor.source_type:
        return None
    return [
        {
            "id": str(monitor.id + 10),
            "organizationId": call.org.id,
            "type": monitor.source_type,
            "sourceId": str(monitor.id + 20),
            "queryObj": monitor.source,
        }
    ]


def _thresholds(call: Call, monitor: Monitor) -> Json | None:
    if not monitor.conditions:
        return None
    return {
        "id": str(monitor.id + 30),
        "organizationId": call.org.id,
        "logicType": "any",
        "conditions": [
            {
                "id": str(monitor.id * 10 + at),
                "type": kind,
                "comparison": comparison,
                "conditionResult": result,
            }
            for at, (kind, comparison, result) in enumerate(monitor.conditions)
        ],
        "actions": [],
    }


def period_json(number: int, period: Period) -> Json:
    """Shape a time during which an issue was open; its steps are oldest first."""
    steps = [
        ("opened" if at == 0 else "status_change", *step) for at, step in enumerate(period.steps)
    ]
    if period.end:
        steps.append(("closed", "", period.end))
    return {
        "id": str(number),
        "start": iso(period.start),
        "end": iso(period.end) if period.end else None,
        "isOpen": period.end is None,
        "activities": [
            {
                "id": str(number * 10 + at),
                "type": kind,
                "value": severity or None,
                "dateCreated": iso(moment),
            }
            for at, (kind, severity, moment) in enumerate(steps)
        ],
    }


def firings_json(call: Call, firings: Sequence[Firing]) -> Json:
    """Shape how often an alert acted on one issue; the newest firing comes first."""
    newest = firings[0]
    before = Where("issue = ? AND at <= ?", (newest.issue, newest.at.timestamp()))
    event = call.world.store.find(before).first()
    return {
        "group": group_json(call, newest.issue),
        "count": len(firings),
        "lastTriggered": iso(newest.at),
        "eventId": event.id if event else "",
    }


def user_id(call: Call, email: str) -> str | None:
    """Number a member as a user."""
    member = call.world.member(call.org.slug, email)
    return member.user_id if member else None


def owner_text(call: Call, owner: str) -> str | None:
    """Write an owner as alerts do: `team:71`."""
    actor = actor_json(call.world, call.org.slug, owner)
    return f"{actor['type']}:{actor['id']}" if actor else None
