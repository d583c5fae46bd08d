"""Events: single occurrences, with everything that the program told about itself.

The parts of an event (`entries`) come as a list of typed blobs; here they are read as models.
All text in them was written by whoever sent the event.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, TypeVar

from pydantic import AliasPath, Field, ValidationError, computed_field

from dexter_mcp.sentry import endpoints
from dexter_mcp.sentry.api import FOR_GOOD, MINUTE, MOMENT, Api
from dexter_mcp.sentry.commits import Committer, Committers
from dexter_mcp.sentry.feedback import UserReport
from dexter_mcp.sentry.frames import ExceptionValue, Thread
from dexter_mcp.sentry.identifiers import is_event_id
from dexter_mcp.sentry.issues import ReleaseRef
from dexter_mcp.sentry.json_types import is_object
from dexter_mcp.sentry.reply import Page, Reply, adapter, readable
from dexter_mcp.sentry.untrusted import Groups, Pairs, Untrusted
from dexter_mcp.sentry.wire import path

T = TypeVar("T")


class EventUser(Reply):
    """The end user whom an event happened to."""

    id: Untrusted = Untrusted()
    email: Untrusted = Untrusted()
    username: Untrusted = Untrusted()
    name: Untrusted = Untrusted()
    ip_address: Untrusted = Field(default=Untrusted(), alias="ip_address")
    geo: Pairs = ()
    data: Pairs = ()


class Breadcrumb(Reply):
    """Something that happened before an event."""

    timestamp: datetime | None = None
    type: Untrusted = Untrusted()
    category: Untrusted = Untrusted()
    level: Untrusted = Untrusted()
    message: Untrusted = Untrusted()
    data: Pairs = ()


class Request(Reply):
    """The HTTP request during which an event happened."""

    method: Untrusted = Untrusted()
    url: Untrusted = Untrusted()
    query: Pairs = ()
    fragment: Untrusted = Untrusted()
    data: Untrusted = Untrusted()
    headers: Pairs = ()
    cookies: Pairs = ()
    env: Pairs = ()


class Message(Reply):
    """A logged message."""

    formatted: Untrusted = Untrusted()
    message: Untrusted = Untrusted()


class Span(Reply):
    """A timed operation inside a transaction; timestamps are epoch seconds."""

    span_id: str = Field(default="", alias="span_id")
    parent_span_id: str = Field(default="", alias="parent_span_id")
    op: Untrusted = Untrusted()
    description: Untrusted = Untrusted()
    status: Untrusted = Untrusted()
    start_timestamp: float | None = Field(default=None, alias="start_timestamp")
    timestamp: float | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        if self.timestamp is None or self.start_timestamp is None:
            return None
        return self.timestamp - self.start_timestamp


class Evidence(Reply):
    """One thing that a detector of performance problems points out."""

    name: Untrusted = Untrusted()
    value: Untrusted = Untrusted()
    important: bool = False


class Occurrence(Reply):
    """What a detector found, for issues that are not errors."""

    issue_title: Untrusted = Untrusted()
    subtitle: Untrusted = Untrusted()
    evidence_display: tuple[Evidence, ...] = ()


class Sdk(Reply):
    """The SDK that sent an event."""

    name: Untrusted = Untrusted()
    version: Untrusted = Untrusted()


class Fault(Reply):
    """Something that Sentry could not process in an event, such as a missing source map."""

    type: Untrusted = Untrusted()
    message: Untrusted = Untrusted()


class Flag(Reply):
    """A feature flag that the program evaluated, and what it came to."""

    flag: Untrusted
    result: Untrusted = Untrusted()


class Entry(Reply):
    """One part of an event, not read yet."""

    type: str = ""
    data: Any = None


class EventSummary(Reply):
    """An event as it is listed."""

    id: str
    event_id: str = Field(default="", alias="eventID")
    group_id: str = Field(default="", alias="groupID")
    project_id: str = Field(default="", alias="projectID")
    title: Untrusted = Untrusted()
    message: Untrusted = Untrusted()
    location: Untrusted = Untrusted()
    culprit: Untrusted = Untrusted()
    platform: str = ""
    date_created: datetime | None = None
    user: EventUser | None = None
    tags: Pairs = ()

    def tag(self, key: str) -> Untrusted:
        """Read the value of a tag; empty if the event has none of that name."""
        return next((value for name, value in self.tags if name.raw == key), Untrusted())


class Event(EventSummary):
    """An event in full."""

    type: str = ""
    size: int | None = None
    dist: Untrusted = Untrusted()
    date_received: datetime | None = None
    contexts: Groups = ()
    flags: tuple[Flag, ...] = Field(
        default=(), validation_alias=AliasPath("contexts", "flags", "values")
    )
    context: Pairs = ()
    sdk: Sdk | None = None
    packages: Pairs = ()
    errors: tuple[Fault, ...] = ()
    entries: tuple[Entry, ...] = Field(default=(), exclude=True)
    occurrence: Occurrence | None = None
    fingerprints: tuple[Untrusted, ...] = ()
    release: ReleaseRef | None = None
    user_report: UserReport | None = None
    start_timestamp: float | None = None
    end_timestamp: float | None = None
    formatted: Untrusted = Untrusted()
    next_event_id: str = Field(default="", alias="nextEventID")
    previous_event_id: str = Field(default="", alias="previousEventID")

    @computed_field
    @cached_property
    def exceptions(self) -> tuple[ExceptionValue, ...]:
        """The chain of exceptions; the last one is the one that was raised last."""
        return self._part("exception", tuple[ExceptionValue, ...], (), "values")

    @computed_field
    @cached_property
    def threads(self) -> tuple[Thread, ...]:
        """The threads that ran, for crashes of native and mobile programs."""
        return self._part("threads", tuple[Thread, ...], (), "values")

    @computed_field
    @cached_property
    def breadcrumbs(self) -> tuple[Breadcrumb, ...]:
        """What happened before, oldest first."""
        return self._part("breadcrumbs", tuple[Breadcrumb, ...], (), "values")

    @computed_field
    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The operations inside a transaction."""
        return self._part("spans", tuple[Span, ...], ())

    @computed_field
    @cached_property
    def request(self) -> Request | None:
        """The HTTP request, if there was one."""
        return self._part("request", Request | None, None)

    @computed_field
    @cached_property
    def logged(self) -> Message | None:
        """The message, if the event was logged rather than raised."""
        return self._part("message", Message | None, None)

    @computed_field
    @cached_property
    def csp(self) -> Pairs:
        """The report of a browser about a violated content security policy."""
        return self._part("csp", Pairs, ())

    def _part(self, kind: str, shape: Any, absent: T, inside: str = "") -> T:
        data = next((entry.data for entry in self.entries if entry.type == kind), None)
        found = data.get(inside) if inside and is_object(data) else data
        try:
            return absent if found is None else readable(found, adapter(shape).validate_python)
        except ValidationError:
            return absent


class Resolved(Reply):
    """Which issue and project an event belongs to, and the event itself."""

    organization_slug: str = ""
    project_slug: str = ""
    group_id: str = ""
    event_id: str = ""
    event: Event | None = None


class Events:
    """What one can ask about events."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        issue: str,
        *,
        query: str = "",
        environment: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
        full: bool | None = None,
        sample: bool | None = None,
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[EventSummary]:
        """List an issue's events, newest first.

        https://docs.sentry.io/api/events/list-an-issues-events/

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        page = await self._api.page(
            EventSummary,
            path("organizations", org, "issues", issue, "events"),
            cursor=cursor,
            fresh_for=MOMENT,
            query=query or None,
            environment=environment,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
            full=full,
            sample=sample,
            per_page=per_page,
        )
        asked = {"query": query, "environment": environment, "period": stats_period or start}
        return self._api.capabilities.overlooking(page, **asked)

    async def get(
        self,
        org: str,
        issue: str,
        event: str,
        *,
        environment: Sequence[str] = (),
        llm_format: Literal["", "markdown", "xml"] = "",
    ) -> Event:
        """Read an event of an issue by id, or the `latest`, `oldest` or `recommended` one.

        With `llm_format`, Sentry's own rendering of it comes too, in `formatted`.
        https://docs.sentry.io/api/events/retrieve-an-issue-event/
        """
        return await self._api.get(
            Event,
            path("organizations", org, "issues", issue, "events", event),
            fresh_for=FOR_GOOD if is_event_id(event) else MOMENT,
            bucket=endpoints.ISSUE_EVENT,
            environment=environment,
            llmFormat=llm_format or None,
        )

    async def find(self, org: str, event: str) -> Resolved:
        """Find the project and the issue of an event by its id alone.

        https://docs.sentry.io/api/organizations/resolve-an-event-id/
        """
        return await self._api.get(
            Resolved,
            path("organizations", org, "eventids", event),
            fresh_for=FOR_GOOD,
            bucket=endpoints.EVENT_LOOKUP,
        )

    async def of_project(
        self,
        org: str,
        project: str,
        *,
        stats_period: str = "",
        start: str = "",
        end: str = "",
        full: bool | None = None,
        sample: bool | None = None,
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[EventSummary]:
        """List a project's error events, newest first.

        https://docs.sentry.io/api/events/list-a-projects-error-events/
        """
        return await self._api.page(
            EventSummary,
            path("projects", org, project, "events"),
            cursor=cursor,
            fresh_for=MOMENT,
            bucket=endpoints.PROJECT_EVENTS,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
            full=full,
            sample=sample,
            per_page=per_page,
        )

    async def in_project(self, org: str, project: str, event: str) -> Event:
        """Read an event of a project, by its id; no detour by its issue.

        https://docs.sentry.io/api/events/retrieve-an-event-for-a-project/
        """
        return await self._api.get(
            Event,
            path("projects", org, project, "events", event),
            fresh_for=FOR_GOOD,
            bucket=endpoints.PROJECT_EVENTS,
        )

    async def suspects(self, org: str, project: str, event: str) -> tuple[Committer, ...]:
        """List whose commits may have caused an event. Unpublished; not on every server."""
        found = await self._api.get(
            Committers,
            path("projects", org, project, "events", event, "committers"),
            fresh_for=MINUTE,
            absent_for=MINUTE,
        )
        return found.committers
