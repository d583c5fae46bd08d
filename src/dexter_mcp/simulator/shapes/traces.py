"""A trace as a tree, in the shape of Sentry's API."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dexter_mcp.simulator.intake.loose import mapping, text
from dexter_mcp.simulator.intake.titles import culprit_of, title_of
from dexter_mcp.simulator.memory.spans import Span
from dexter_mcp.simulator.memory.store import Event
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_ERROR = 1
"""Sentry's number of the issue type `error`."""


class Stumble(NamedTuple):
    """An event in a trace."""

    event: Event
    occurrence: bool


def trace_json(
    world: World, spans: Iterable[Span], stumbles: Iterable[Stumble], extra: Iterable[str]
) -> list[Json]:
    """Shape a trace: spans under their parents, events in the spans where they happened.

    What has no place in the tree stands beside its roots.
    """
    spans = sorted(spans, key=lambda span: span.at)
    nodes = {span.id: _span(world, span, extra) for span in spans}
    tops: list[Json] = []
    for span in spans:
        parent = nodes.get(span.parent or "")
        (parent["children"] if parent else tops).append(nodes[span.id])
    for one in stumbles:
        shown, where = _event(world, one)
        node = nodes.get(where)
        found: list[Json] = node["occurrences" if one.occurrence else "errors"] if node else tops
        found.append(shown)
    return tops


def _span(world: World, span: Span, extra: Iterable[str]) -> Json:
    project = world.projects[span.project]
    attributes = span.told
    shown: Json = {
        "event_id": span.id,
        "event_type": "span",
        "op": span.op,
        "description": span.description,
        "name": span.description or span.op,
        "transaction": span.name,
        "transaction_id": span.segment,
        "project_id": project.id,
        "project_slug": project.slug,
        "parent_span_id": span.parent,
        "start_timestamp": span.at,
        "end_timestamp": span.at + span.duration / 1000,
        "duration": span.duration,
        "is_transaction": bool(span.is_transaction),
        "measurements": {},
        "browser_web_vital": _vitals(attributes),
        "mobile_app_vital": {},
        "profile_id": attributes.get("profile.id", ""),
        "profiler_id": attributes.get("profiler.id", ""),
        "sdk_name": f"sentry.{project.platform.replace('-', '.')}",
        "children": [],
        "errors": [],
        "occurrences": [],
    }
    wanted = {name: attributes[name] for name in extra if name in attributes}
    return shown | ({"additional_attributes": wanted} if wanted else {})


def _vitals(attributes: Mapping[str, Any]) -> Json:
    prefix = "measurements."
    return {
        name.removeprefix(prefix): value
        for name, value in attributes.items()
        if name.startswith(prefix)
    }


def _event(world: World, one: Stumble) -> tuple[Json, str]:
    """Shape an event, and name the span that it happened in."""
    event, payload = one.event, world.payload(one.event)
    project, issue = world.projects[event.project], world.issues.get(event.issue or 0)
    occurrence = mapping(payload.get("_occurrence"))
    trace = mapping(mapping(payload.get("contexts")).get("trace"))
    shown: Json = {
        "event_id": event.id,
        "event_type": "occurrence" if one.occurrence else "error",
        "issue_id": event.issue or 0,
        "level": text(payload.get("level")) or "error",
        "description": title_of(payload),
        "culprit": culprit_of(payload) or None,
        "short_id": issue.short_id if issue else None,
        "issue_type": int(occurrence.get("type") or _ERROR),
        "start_timestamp": event.at,
        "end_timestamp": event.at,
        "project_id": project.id,
        "project_slug": project.slug,
        "transaction": text(payload.get("transaction")),
    }
    return shown, text(trace.get("span_id"))
