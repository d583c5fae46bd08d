"""Events in the shapes of Sentry's API, from what an SDK sent and what Sentry made of it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dexter_mcp.simulator.intake.grouping import grouping_hash
from dexter_mcp.simulator.intake.loose import is_mapping, mapping, mappings, optional, pairs, text
from dexter_mcp.simulator.intake.moments import epoch, moment
from dexter_mcp.simulator.intake.titles import (
    culprit_of,
    location_of,
    message_of,
    metadata_of,
    title_of,
    type_of,
)
from dexter_mcp.simulator.shapes.entries import entries_of
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

_USER = ("id", "email", "username", "ip_address", "name")
_KNOWN_USER = {*_USER, "geo", "data"}
_GROUPING = {"id": "newstyle:2026-07-10", "enhancements": ""}
_DETECTED = 1001
"""Sentry's number for an occurrence whose type nobody told."""


def event_summary(
    payload: Json, *, issue_id: str, project_id: str, tags: Mapping[str, str], received: datetime
) -> Json:
    """Shape an event as the lists of events do.

    https://docs.sentry.io/api/events/list-an-issues-events/
    """
    shared = _shared(payload, issue_id, project_id, tags, received)
    return shared | {"event.type": type_of(payload)}


def event_details(
    payload: Json,
    *,
    issue_id: str,
    project_id: str,
    tags: Mapping[str, str],
    received: datetime,
    previous: str | None,
    next: str | None,  # noqa: A002 (the API's own word)
    release: Json | None,
    report: Json | None = None,
) -> Json:
    """Shape an event in full, with its entries; `previous` and `next` are event ids.

    https://docs.sentry.io/api/events/retrieve-an-issue-event/
    """
    return {
        **_shared(payload, issue_id, project_id, tags, received),
        **_body(payload),
        **_timing(payload),
        "type": type_of(payload),
        "platform": text(payload.get("platform")) or "other",
        "dateReceived": iso(received),
        "occurrence": _occurrence(payload, project_id, received),
        "release": release,
        "userReport": report,
        "sdkUpdates": [],
        "resolvedWith": [],
        "previousEventID": previous,
        "nextEventID": next,
    }


def event_id_of(payload: Json) -> str:
    """Read the event's id: 32 hex digits, without the dashes that some SDKs write."""
    return text(payload.get("event_id")).replace("-", "").lower()


def _shared(
    payload: Json, issue_id: str, project_id: str, tags: Mapping[str, str], received: datetime
) -> Json:
    return {
        "id": event_id_of(payload),
        "eventID": event_id_of(payload),
        "groupID": issue_id,
        "projectID": project_id,
        "message": message_of(payload),
        "title": title_of(payload),
        "location": location_of(payload),
        "culprit": culprit_of(payload) or None,
        "user": _user(payload.get("user")),
        "tags": [_tag(key, value) for key, value in sorted(tags.items())],
        "platform": optional(payload.get("platform")),
        "dateCreated": iso(moment(payload.get("timestamp")) or received),
        "crashFile": None,
        "metadata": metadata_of(payload),
    }


def _body(payload: Json) -> Json:
    sdk = mapping(payload.get("sdk"))
    return {
        "size": len(json.dumps(payload, default=str)),
        "dist": optional(payload.get("dist")),
        "contexts": _contexts(mapping(payload.get("contexts"))),
        "context": mapping(payload.get("extra")),
        "sdk": {"name": optional(sdk.get("name")), "version": optional(sdk.get("version"))},
        "packages": dict(pairs(payload.get("modules"))),
        "entries": entries_of(payload),
        "errors": [_error(raw) for raw in mappings(payload.get("errors"))],
        "fingerprints": [grouping_hash(payload)],
        "groupingConfig": _GROUPING,
        "_meta": mapping(payload.get("_meta")),
    }


def _timing(payload: Json) -> Json:
    start = epoch(payload.get("start_timestamp"))
    if type_of(payload) != "transaction" or start is None:
        return {}
    return {
        "startTimestamp": start,
        "endTimestamp": epoch(payload.get("timestamp")) or start,
        "measurements": _measurements(payload.get("measurements")),
        "breakdowns": payload.get("breakdowns"),
    }


def _measurements(raw: object) -> Json | None:
    found = {
        name: {"value": value.get("value"), "unit": optional(value.get("unit"))}
        for name, value in pairs(raw)
        if is_mapping(value)
    }
    return found or None


def _contexts(raw: Json) -> Json:
    return {name: {"type": name} | mapping(value) for name, value in raw.items() if value}


def _error(raw: Json) -> Json:
    kind = text(raw.get("type")) or "unknown_error"
    data = {key: value for key, value in raw.items() if key not in {"type", "message"}}
    return {"type": kind, "message": text(raw.get("message")) or kind, "data": data}


def _user(raw: object) -> Json | None:
    user = mapping(raw)
    if not user:
        return None
    rest = {key: value for key, value in user.items() if key not in _KNOWN_USER}
    return {
        **{key: optional(user.get(key)) for key in _USER},
        "geo": {key: text(value) for key, value in pairs(user.get("geo"))} or None,
        "data": mapping(user.get("data")) | rest or None,
    }


def _tag(key: str, value: str) -> Json:
    kind, colon, identifier = value.partition(":")
    query = {"query": f'user.{kind}:"{identifier}"'} if key == "user" and colon else {}
    return {"key": key, "value": value} | query


def _occurrence(payload: Json, project_id: str, received: datetime) -> Json | None:
    raw = mapping(payload.get("_occurrence"))
    if not raw:
        return None
    event_id = event_id_of(payload)
    defaults: dict[str, Any] = {
        "id": event_id[::-1],
        "fingerprint": [grouping_hash(payload)],
        "issueTitle": title_of(payload),
        "subtitle": "",
        "resourceId": None,
        "evidenceData": {},
        "evidenceDisplay": [],
        "type": _DETECTED,
        "level": "info",
        "culprit": culprit_of(payload) or None,
        "assignee": None,
        "priority": None,
        "detectionTime": epoch(payload.get("timestamp")) or received.timestamp(),
    }
    return defaults | raw | {"projectId": int(project_id), "eventId": event_id}
