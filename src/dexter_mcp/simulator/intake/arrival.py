"""What happens to an event that an SDK sends: it is normalised, grouped and stored."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from dexter_mcp.simulator.intake import returning
from dexter_mcp.simulator.intake.attachment import Attachment
from dexter_mcp.simulator.intake.grouped import issue_fields
from dexter_mcp.simulator.intake.loose import mapping, text
from dexter_mcp.simulator.intake.moments import epoch
from dexter_mcp.simulator.intake.payload import grouping_hash, tags_of
from dexter_mcp.simulator.intake.traits import trace_of, traits_of
from dexter_mcp.simulator.memory.records import Issue, Project
from dexter_mcp.simulator.memory.store import Event, Where
from dexter_mcp.simulator.telling.story import Json

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World


def ingest(
    world: "World", project: Project, payload: Json, attachments: Sequence[Attachment]
) -> str:
    """Store an event and its files, unless its like is discarded; a known id changes nothing."""
    event_id = _event_id(payload)
    if (project.id, grouping_hash(payload)) in world.extras.discarded:
        return event_id
    if world.store.find(Where("id = ?", (event_id,))).first() is None:
        _store(world, project, payload | {"event_id": event_id})
    files = world.attachments.setdefault(event_id, [])
    files += [(world.next_id(88_000), attachment) for attachment in attachments]
    return event_id


def _event_id(payload: Json) -> str:
    given = text(payload.get("event_id")).replace("-", "").lower()
    return given or sha256(repr(payload).encode()).hexdigest()[:32]


def _store(world: "World", project: Project, payload: Json) -> None:
    received = world.now().timestamp()
    release = text(payload.get("release"))
    environment = text(payload.get("environment")) or "production"
    user = mapping(payload.get("user"))
    tags = tags_of(payload, release=release, environment=environment, user=user)
    key = tags.pop("user", "")
    shared = {k: v for k, v in tags.items() if k not in {"release", "environment"}}
    issue = _group(world, project, payload, release)
    event = Event(
        id=payload["event_id"],
        project=project.id,
        issue=issue.number if issue else None,
        at=epoch(payload.get("timestamp")) or received,
        received=received,
        environment=environment,
        release=release,
        user=key,
        trace=trace_of(payload),
        body=world.store.add_body(payload, traits_of(payload, shared)),
    )
    world.store.add_events([event], [{}])
    world.store.add_users({key: user} if key else {})
    world.add_environment(project.org, project.slug, environment)
    if release and not world.release(project.org, release):
        world.add_release(project.org, release, projects=[project.slug], created=timedelta())


def _group(world: "World", project: Project, payload: Json, release: str) -> Issue | None:
    """Find or open the issue of an event; a transaction by itself has none."""
    if payload.get("type") == "transaction" and not payload.get("_occurrence"):
        return None
    number = world.hashes.get((project.id, grouping_hash(payload)))
    if number is None:
        return world.open_issue(project, issue_fields(payload))
    issue = world.issues[number]
    returning.happen_again(world, issue, release)
    return issue
