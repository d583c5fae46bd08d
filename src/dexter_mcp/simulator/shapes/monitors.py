"""Cron jobs and uptime checks in the shapes of Sentry's API.

https://docs.sentry.io/api/crons/; those about uptime are unpublished.
"""

from collections.abc import Sequence
from datetime import datetime

from dexter_mcp.simulator.memory.monitors import Check, CheckIn, Job, Lane, Probe
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.shapes.people import actor_json
from dexter_mcp.simulator.shapes.projects import project_summary
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

_CONFIG: Json = dict.fromkeys(
    (
        *("checkin_margin", "max_runtime", "timezone", "failure_issue_threshold"),
        *("recovery_threshold", "alert_rule_id"),
    )
)


def monitor_json(call: Call, job: Job, environments: Sequence[str]) -> Json:
    """Shape a job with some of its environments; none named means all."""
    lanes = [lane for lane in job.lanes if not environments or lane.name in environments]
    return {
        "id": job.id,
        "slug": job.slug,
        "name": job.name,
        "status": job.status,
        "isMuted": job.is_muted,
        "isUpserting": False,
        "config": _CONFIG | job.config,
        "dateCreated": iso(job.created),
        "project": project_summary(call, call.world.projects[job.project]),
        "environments": [_lane_json(lane) for lane in lanes],
        "owner": actor_json(call.world, job.org, job.owner),
    }


def _lane_json(lane: Lane) -> Json:
    incident: Json | None = None
    if lane.incident:
        started = {"startingTimestamp": iso(lane.incident), "resolvingTimestamp": None}
        incident = {**started, "brokenNotice": None}
    return {
        "name": lane.name,
        "status": lane.status,
        "isMuted": lane.muted,
        "dateCreated": iso(lane.created),
        "lastCheckIn": _moment(lane.last),
        "nextCheckIn": _moment(lane.next),
        "nextCheckInLatest": _moment(lane.latest),
        "activeIncident": incident,
    }


def check_in_json(job: Job, lane: Lane, check_in: CheckIn) -> Json:
    """Shape a check-in."""
    return {
        "id": check_in.id,
        "environment": lane.name,
        "status": check_in.status,
        "duration": check_in.duration,
        "dateCreated": iso(check_in.added),
        "dateAdded": iso(check_in.added),
        "dateUpdated": iso(check_in.updated),
        "dateInProgress": iso(check_in.added) if check_in.status != "missed" else None,
        "dateClock": iso(check_in.expected),
        "expectedTime": iso(check_in.expected),
        "monitorConfig": _CONFIG | job.config,
    }


def probe_json(call: Call, probe: Probe) -> Json:
    """Shape an uptime monitor."""
    return {
        "id": probe.id,
        "projectSlug": call.world.projects[probe.project].slug,
        "environment": probe.environment or None,
        "name": probe.name,
        "status": probe.status,
        "uptimeStatus": 2 if probe.is_down else 1,
        "mode": 1,
        "url": probe.url,
        "method": "GET",
        "body": None,
        "headers": [],
        "intervalSeconds": probe.seconds,
        "timeoutMs": 10_000,
        "owner": actor_json(call.world, probe.org, probe.owner),
        "traceSampling": False,
    }


def check_json(probe: Probe, check: Check) -> Json:
    """Shape one check of an address."""
    status = "failure_incident" if check.in_incident else check.status
    return {
        "uptimeCheckId": check.id,
        "uptimeSubscriptionId": int(probe.id),
        "projectUptimeSubscriptionId": int(probe.id),
        "timestamp": iso(check.at),
        "scheduledCheckTime": iso(check.at),
        "checkStatus": status,
        "checkStatusReason": check.reason or None,
        "httpStatusCode": check.http_status,
        "durationMs": check.duration,
        "traceId": check.id,
        "traceSpansCount": 0,
        "incidentStatus": int(check.in_incident),
        "environment": probe.environment,
        "region": check.region,
        "regionName": check.region,
    }


def _moment(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
