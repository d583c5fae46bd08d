"""Replays and their recordings, in the shapes of Sentry's API and of rrweb."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from types import MappingProxyType
from typing import Final

from dexter_mcp.simulator.memory.replays import DeletionJob, Replay, Step
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json

SEGMENT: Final = 5
"""Seconds of recording in a segment."""
_META, _SNAPSHOT, _CUSTOM = 4, 2, 5
_RAGE: Final = 5
"""Clicks in a row from which on Sentry speaks of rage."""
_NOTHING: Mapping[str, object] = MappingProxyType(
    dict.fromkeys(
        (
            *("environment", "urls", "count_dead_clicks", "count_rage_clicks", "count_errors"),
            *("count_segments", "count_urls", "count_warnings", "count_infos", "duration"),
            *("started_at", "finished_at", "activity", "platform", "dist"),
        )
    )
)
"""What is left of an archived replay."""


def moment(seconds: float) -> str:
    """Write a moment as replays do, to the second with `+00:00`."""
    return from_epoch(seconds).astimezone(UTC).replace(microsecond=0).isoformat()


def segments(replay: Replay) -> int:
    """Count the segments of a replay."""
    return replay.duration // SEGMENT + 1


def replay_json(replay: Replay, viewer: str) -> Json:
    """Shape a replay, as a member sees it."""
    shown: Json = {
        "id": replay.id,
        "project_id": str(replay.project),
        "trace_ids": list(replay.traces),
        "error_ids": list(replay.errors),
        "environment": replay.environment,
        "tags": {key: [value] for key, value in replay.tags},
        "user": _user(replay),
        "sdk": {"name": f"sentry.{replay.platform}", "version": "10.20.0"},
        "os": _software(replay.system),
        "browser": _software(replay.browser),
        "device": {"name": replay.device or None, "brand": None, "model": None, "family": None},
        "ota_updates": {"channel": None, "runtime_version": None, "update_id": None},
        "is_archived": replay.archived,
        "urls": replay.pages,
        "segment_names": [],
        "clicks": [],
        "count_dead_clicks": replay.count("dead", "rage"),
        "count_rage_clicks": replay.count("rage"),
        "count_errors": len(replay.errors),
        "count_warnings": 0,
        "count_infos": 0,
        "count_segments": segments(replay),
        "count_urls": len(replay.pages),
        "duration": replay.duration,
        "started_at": moment(replay.started),
        "finished_at": moment(replay.started + replay.duration),
        "activity": activity(replay),
        "replay_type": "buffer" if replay.buffered else "session",
        "platform": replay.platform,
        "releases": [replay.release] if replay.release else [],
        "dist": None,
        "has_viewed": viewer in replay.viewers,
    }
    return shown | _emptied() if replay.archived else shown


def activity(replay: Replay) -> int:
    """Say how much went on, from 0 to 10."""
    return min(10, len(replay.errors) + replay.count("page", "rage", "dead"))


def _emptied() -> Json:
    nobody = dict.fromkeys(("id", "username", "email", "ip", "display_name"))
    none = {"name": None, "version": None}
    lists: Json = {"trace_ids": [], "error_ids": [], "releases": [], "tags": []}
    return {**_NOTHING, **lists, "user": nobody, "sdk": none, "os": none, "browser": none}


def _user(replay: Replay) -> Json:
    user = replay.user
    return {
        "id": user.get("id"),
        "username": user.get("username"),
        "email": user.get("email"),
        "ip": user.get("ip_address"),
        "display_name": user.get("email") or user.get("id"),
        "geo": {"country_code": None, "city": None, "region": None, "subdivision": None},
    }


def _software(named: tuple[str, str]) -> Json:
    return {"name": named[0] or None, "version": named[1] or None}


def recording(replay: Replay) -> list[list[Json]]:
    """Shape what was recorded, segment by segment."""
    cut: list[list[Json]] = [[] for _ in range(segments(replay))]
    cut[0] = [*_picture(replay)]
    for step in replay.steps:
        cut[min(int(step.at // SEGMENT), len(cut) - 1)].append(_noted(replay, step))
    return cut


def _picture(replay: Replay) -> Iterator[Json]:
    """Begin with the page as it looked."""
    at = round(replay.started * 1000)
    first = next(iter(replay.pages), "")
    size = {"width": 1280, "height": 800}
    yield {"type": _META, "timestamp": at, "data": {"href": first, **size}}
    node: Json = {"type": 0, "id": 1, "childNodes": []}
    yield {"type": _SNAPSHOT, "timestamp": at, "data": {"node": node}}


def _noted(replay: Replay, step: Step) -> Json:
    at = replay.started + step.at
    tag, payload = _payload(step, at)
    return {
        "type": _CUSTOM,
        "timestamp": round(at * 1000),
        "data": {"tag": tag, "payload": payload},
    }


def _payload(step: Step, at: float) -> tuple[str, Json]:
    match step.kind:
        case "request":
            return "performanceSpan", _request(step, at)
        case "page":
            return "performanceSpan", _span("navigation.push", step.what, at, 0.2, {})
        case "console":
            return "breadcrumb", _crumb("console", step.what, at, step.level, {"logger": "console"})
        case "input":
            return "breadcrumb", _crumb("ui.input", step.what, at, "info", _node(step))
        case "click":
            return "breadcrumb", _crumb("ui.click", step.what, at, "info", _node(step))
        case "dead" | "rage":
            slow = {"endReason": "timeout", "timeAfterClickMs": 7000, "url": "", **_node(step)}
            times = max(step.times, _RAGE) if step.kind == "rage" else 1
            told = slow | {"clickCount": times}
            return "breadcrumb", _crumb("ui.slowClickDetected", step.what, at, "info", told)


def _request(step: Step, at: float) -> Json:
    method, _, rest = step.what.partition(" ")
    url, _, status = rest.rpartition(" ")
    data = {"method": method, "statusCode": int(status)}
    return _span("resource.fetch", url, at, 0.3, data)


def _span(op: str, what: str, at: float, took: float, data: Json) -> Json:
    times = {"startTimestamp": at, "endTimestamp": at + took}
    return {"op": op, "description": what, **times, "data": data}


def _crumb(category: str, said: str, at: float, level: str, data: Json) -> Json:
    kind = {"timestamp": at, "type": "default", "category": category}
    return {**kind, "message": said, "level": level, "data": data}


def _node(step: Step) -> Json:
    node = node_of(step.what)
    return {"nodeId": node, "node": {"id": node, "tagName": tag_of(step.what), "attributes": {}}}


def node_of(selector: str) -> int:
    """Number an element of the recorded page."""
    return sum(ord(character) for character in selector) % 900 + 2


def tag_of(selector: str) -> str:
    """Name the tag of the last element of a selector."""
    last = selector.rsplit(">", maxsplit=1)[-1].strip()
    return last.split("#")[0].split(".")[0].split("[")[0]


def selector_json(project: int, selector: str, dead: int, rage: int) -> Json:
    """Shape an element that was clicked in vain."""
    tag, _, marked = selector.partition("#")
    texts = ("alt", "aria_label", "component_name", "role", "testid", "title")
    return {
        "dom_element": selector,
        "element": dict.fromkeys(texts, "") | {"class": [], "id": marked, "tag": tag},
        "project_id": str(project),
        "count_dead_clicks": dead,
        "count_rage_clicks": rage,
    }


def job_json(job: DeletionJob) -> Json:
    """Shape a bulk deletion."""
    return {
        "id": job.number,
        "dateCreated": iso(job.created),
        "dateUpdated": iso(job.updated or job.created),
        "rangeStart": iso(job.start),
        "rangeEnd": iso(job.end),
        "environments": list(job.environments),
        "status": job.status,
        "query": job.query,
        "countDeleted": job.deleted,
    }
