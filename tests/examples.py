"""Arguments for every operation, found by asking the simulator for what it lists."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx2

from clock import NOW
from dexter_mcp.sentry.catalogue import Operation, operations, question
from dexter_mcp.sentry.catalogue.questions import Given
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.wire import query_string

_CANDIDATES: Final = 100
"""How many values are tried for one place of a path before another is."""


@dataclass(frozen=True)
class Source:
    """An operation whose answer holds examples, and the way to them."""

    operation: str
    at: Sequence[str] = ("id",)
    query: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])


def _events(name: str, dataset: str) -> Source:
    query = {"field": [name], "dataset": [dataset], "query": [f"has:{name}"], "project": ["-1"]}
    return Source("query_events", ("data", name), query)


SOURCES: Final[Mapping[str, tuple[Source, ...]]] = {
    "action": (Source("list_notification_actions"),),
    "artifact": (Source("get_latest_installable_build", ("latestArtifact", "buildId")),),
    "attachment": (Source("list_event_attachments"),),
    "client_key": (Source("list_project_keys"),),
    "dashboard": (Source("list_dashboards"),),
    "detector": (Source("list_detectors"),),
    "environment": (Source("list_project_environments", ("name",)),),
    "event": (Source("list_project_events"), Source("list_issue_events")),
    "file": (Source("list_release_files"),),
    "hook": (Source("list_service_hooks"),),
    "image_identifier": (Source("get_snapshot", ("images", "image_file_name")),),
    "integration": (Source("list_integrations"),),
    "issue": (Source("list_issues", query={"query": [""], "project": ["-1"]}),),
    "job": (Source("list_replay_deletion_jobs", ("data", "id")),),
    "key": (Source("list_org_tags", ("key",)), Source("list_issue_tags", ("key",))),
    "member": (Source("list_members"),),
    "monitor": (Source("list_monitors", ("slug",)),),
    "profile": (_events("profile.id", "spans"),),
    "profiler_id": (_events("profiler.id", "spans"),),
    "project": (Source("list_projects", ("slug",)),),
    "release": (Source("list_releases", ("version",)),),
    "replay": (Source("list_replays", ("data", "id")),),
    "repo": (Source("list_repositories"),),
    "saved_query": (Source("list_saved_queries"),),
    "sentry_app": (Source("list_org_sentry_apps", ("slug",)),),
    "short_id": (Source("list_issues", ("shortId",)),),
    "snapshot": (Source("get_latest_base_snapshot", ("head_artifact_id",)),),
    "team": (Source("list_teams", ("slug",)),),
    "trace": (_events("trace", "spans"),),
    "workflow": (Source("list_workflows"),),
}
"""Where an example for a place in a path is found, by its name: where least else must be known."""

VALUES: Final[Mapping[str, Sequence[str]]] = {
    "appId": ["test.acme.shop"],
    "app_id": ["test.acme.shop"],
    "end": [NOW.isoformat()],
    "field": ["title", "sum(session)"],
    "org": ["acme"],
    "platform": ["apple"],
    "query": ["issue.id:[1,2]"],
    "segment": ["0"],
    "start": [(NOW - timedelta(days=7)).isoformat()],
}
"""Examples for what no list tells, by name; where several are given, one of them fits."""


class Examples:
    """Looks for arguments with which an operation has something to tell.

    What the simulator answered is kept in `told`, for others to use.
    """

    def __init__(self, http: httpx2.AsyncClient, told: dict[str, Any]) -> None:
        self._http, self._told = http, told

    async def of(self, operation: Operation) -> Given:
        """Find arguments that are answered, with something to show if there are such."""
        fair: list[Given] = []
        poor: list[Given] = []
        async for found in self._bound(operation, operation.needs, {}):
            bound = {name: found[name] for name in operation.needs}
            reply = await self._ask(operation, bound)
            if reply not in (None, [], {}):
                return bound
            (poor if reply is None else fair).append(bound)
            if len(poor) + len(fair) >= _CANDIDATES:
                break
        assert fair or poor, f"the sample world lists nothing to fill in {operation.path} with"
        return [*fair, *poor][0]

    async def _bound(
        self, operation: Operation, names: Sequence[str], bound: Given
    ) -> AsyncIterator[Given]:
        """Fill in names, one after the other, in every way that the lists allow."""
        left = [name for name in names if name not in bound]
        if not left:
            yield bound
            return
        async for wider in self._filled(operation, left[0], bound):
            async for whole in self._bound(operation, left[1:], wider):
                yield whole

    async def _filled(self, operation: Operation, name: str, bound: Given) -> AsyncIterator[Given]:
        """Fill in one name, and what must be filled in to find values for it."""
        allowed = _allowed(operation, name)
        if allowed or name not in SOURCES:
            for value in allowed or VALUES[name]:
                yield {**bound, name: (value,)}
            return
        source, lister = _nearest(name, bound)
        fixed = {key: tuple(values) for key, values in source.query.items()}
        async for wider in self._bound(lister, lister.needs, {**bound, **fixed}):
            reply = await self._ask(lister, wider)
            kept = {key: values for key, values in wider.items() if key not in fixed}
            for value in list(dict.fromkeys(_at(reply, source.at)))[:_CANDIDATES]:
                yield {**kept, **bound, name: (value,)}

    async def _ask(self, operation: Operation, bound: Given) -> Any:
        """Give what the simulator answers, or nothing if it refuses."""
        known = {*operation.places, *operation.narrowing}
        asked = question(operation, {name: bound[name] for name in bound if name in known})
        url = f"{asked.path}?{query_string(asked.query)}"
        if url not in self._told:
            reply = await self._http.get(url)
            self._told[url] = reply.json() if reply.is_success else None
        return self._told[url]


def _nearest(name: str, bound: Given) -> tuple[Source, Operation]:
    listers = [(source, operations()[source.operation]) for source in SOURCES[name]]
    return min(listers, key=lambda each: len(set(each[1].needs) - set(bound)))


def _allowed(operation: Operation, name: str) -> Sequence[str]:
    """Take the values that the description allows."""
    parameter = operation.narrowing.get(name)
    return [str(value) for value in parameter.values] if parameter else []


def _at(value: Any, way: Sequence[str]) -> Iterator[str]:
    if is_array(value):
        for item in value:
            yield from _at(item, way)
    elif way and is_object(value):
        yield from _at(value.get(way[0]), way[1:])
    elif not way and value not in (None, ""):
        yield str(value)
