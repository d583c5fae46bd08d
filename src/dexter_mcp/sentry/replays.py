"""Replays: recordings of what people did in an application. They come with what strangers send."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field, field_validator

from dexter_mcp.sentry.api import HOUR, MINUTE, MOMENT, Api
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Pairs, Untrusted
from dexter_mcp.sentry.wire import path

Counted = Literal["events", "search_issues", "spans"]
"""What `count_replays` looks for: errors, what detectors found, or transactions."""

_WHOLE: Final = 32 * 1024 * 1024
"""Bytes of recording that are worth reading at once: they hold the page as it looked, too."""


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if is_array(value) else str(value)


class Visitor(Reply):
    """Whose session it was."""

    id: Untrusted = Untrusted()
    username: Untrusted = Untrusted()
    email: Untrusted = Untrusted()
    ip: Untrusted = Untrusted()
    display_name: Untrusted = Untrusted()


class Software(Reply):
    """A browser, a system or an SDK."""

    name: Untrusted = Untrusted()
    version: Untrusted = Untrusted()


class Device(Reply):
    """What the application ran on."""

    name: Untrusted = Untrusted()
    model: Untrusted = Untrusted()
    family: Untrusted = Untrusted()


class Replay(Reply):
    """A session; `duration` is in seconds, `activity` from 0 to 10.

    Of an archived one nothing but its id and its project is left.
    """

    id: str
    project_id: str = ""
    is_archived: bool = False
    environment: Untrusted = Untrusted()
    user: Visitor = Visitor()
    browser: Software = Software()
    os: Software = Software()
    sdk: Software = Software()
    device: Device = Device()
    platform: Untrusted = Untrusted()
    releases: tuple[Untrusted, ...] = ()
    urls: tuple[Untrusted, ...] = ()
    tags: Pairs = ()
    error_ids: tuple[str, ...] = ()
    trace_ids: tuple[str, ...] = ()
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration: float | None = None
    activity: int | None = None
    count_errors: int = 0
    count_dead_clicks: int = 0
    count_rage_clicks: int = 0
    count_segments: int = 0
    count_urls: int = 0
    has_viewed: bool = False
    replay_type: str = ""

    @field_validator("tags", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        """Write the values of a tag as one: a session may have several."""
        return [(key, _text(each)) for key, each in value.items()] if is_object(value) else value


class Selector(Reply):
    """An element that people clicked in vain, in all sessions together."""

    dom_element: Untrusted = Untrusted()
    project_id: str = ""
    count_dead_clicks: int = 0
    count_rage_clicks: int = 0


class Click(Reply):
    """A click on a node of the recorded page."""

    node_id: int
    timestamp: datetime | None = None


class Payload(Reply):
    """What an SDK noted down: a breadcrumb, or with `op` something that took a time.

    Moments are epoch seconds.
    """

    category: Untrusted = Untrusted()
    op: Untrusted = Untrusted()
    level: Untrusted = Untrusted()
    message: Untrusted = Untrusted()
    description: Untrusted = Untrusted()
    timestamp: float = 0.0
    start_timestamp: float = 0.0
    end_timestamp: float = 0.0
    data: dict[str, Any] = Field(default_factory=dict[str, Any], repr=False, exclude=True)


class Noted(Reply):
    """What a recorded moment holds beside the picture of the page."""

    tag: str = ""
    href: Untrusted = Untrusted()
    payload: Payload = Payload()


class Moment(Reply):
    """A moment of a recording, in rrweb's form: type 4 is a page, 5 what an SDK noted down.

    `timestamp` is in epoch milliseconds, of some SDKs in seconds.
    """

    type: int
    timestamp: float = 0.0
    data: Noted = Noted()


Segment = tuple[Moment, ...]


class SegmentFacts(Reply):
    """What is known about a segment without its recording."""

    replay_id: str
    segment_id: int
    project_id: str = ""
    date_added: datetime | None = None


class Viewer(Reply):
    """A member who watched a replay."""

    id: str = ""
    name: str = ""
    email: str = ""
    username: str = ""


class _Viewers(Reply):
    viewed_by: tuple[Viewer, ...] = ()


class DeletionJob(Reply):
    """A bulk deletion of replays: pending, in-progress, completed or failed."""

    id: str
    status: str = ""
    query: str = ""
    environments: tuple[Untrusted, ...] = ()
    range_start: datetime | None = None
    range_end: datetime | None = None
    date_created: datetime | None = None
    date_updated: datetime | None = None
    count_deleted: int = 0


class _One(Reply):
    data: Replay


class _OneSegment(Reply):
    data: SegmentFacts


class _OneJob(Reply):
    data: DeletionJob


class _ViewersOf(Reply):
    data: _Viewers = _Viewers()


class Replays:
    """What one can ask about replays."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        query: str = "",
        sort: str = "-started_at",
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[Replay]:
        """Search sessions, such as `count_rage_clicks:>0` or `user.email:ana@shopper.test`.

        https://docs.sentry.io/api/replays/list-an-organizations-replays/

        Raises:
            Rejected: The query or the order is none there.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            Replay,
            path("organizations", org, "replays"),
            cursor=cursor,
            fresh_for=MOMENT,
            envelope="data",
            query=query or None,
            sort=sort or None,
            project=project,
            environment=environment,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
            per_page=per_page,
        )

    async def get(self, org: str, replay: str) -> Replay:
        """Read one session. https://docs.sentry.io/api/replays/retrieve-a-replay-instance/."""
        where = path("organizations", org, "replays", replay)
        return (await self._api.get(_One, where, fresh_for=MINUTE, statsPeriod="90d")).data

    async def ids_of_issue(
        self, org: str, issue: str, *, source: Counted = "events"
    ) -> tuple[str, ...]:
        """Name the replays with an event of an issue, by its number; Sentry gives about 50.

        `source` is search_issues for what a detector found. How many there are,
        `IssueCounts.replays` tells.
        https://docs.sentry.io/api/replays/retrieve-a-count-of-replays-for-a-given-issue-or-transaction/
        """
        told = await self._api.get(
            dict[str, tuple[str, ...]],
            path("organizations", org, "replay-count"),
            fresh_for=MINUTE,
            query=f"issue.id:[{issue}]",
            data_source=source,
            returnIds="true",
            project=["-1"],
            statsPeriod="90d",
        )
        return told.get(issue, ())

    async def selectors(
        self,
        org: str,
        *,
        query: str = "",
        sort: str = "-count_dead_clicks",
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[Selector]:
        """List what people clicked in vain, in all sessions together.

        https://docs.sentry.io/api/replays/list-an-organizations-selectors/
        """
        return await self._api.page(
            Selector,
            path("organizations", org, "replay-selectors"),
            cursor=cursor,
            fresh_for=MINUTE,
            envelope="data",
            query=query or None,
            sort=sort or None,
            project=project,
            environment=environment,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
            per_page=per_page,
        )

    async def clicks(
        self, org: str, project: str, replay: str, *, per_page: int = 100, cursor: str = ""
    ) -> Page[Click]:
        """List the clicked nodes of a session.

        https://docs.sentry.io/api/replays/list-clicked-nodes/
        """
        return await self._api.page(
            Click,
            path("projects", org, project, "replays", replay, "clicks"),
            cursor=cursor,
            fresh_for=MINUTE,
            envelope="data",
            per_page=per_page,
        )

    async def segments(
        self, org: str, project: str, replay: str, *, per_page: int = 20, cursor: str = ""
    ) -> Page[Segment]:
        """Read recorded segments, oldest first; each holds some seconds.

        `download` stands in no description; servers that know it answer without with what is
        known about the segments alone.
        https://docs.sentry.io/api/replays/list-recording-segments/

        Raises:
            TooLarge: The recording is: ask for fewer segments at once.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            Segment,
            path("projects", org, project, "replays", replay, "recording-segments"),
            cursor=cursor,
            fresh_for=HOUR,
            download="true",
            per_page=per_page,
        )

    async def segment(self, org: str, project: str, replay: str, number: int) -> SegmentFacts:
        """Read what is known about a segment.

        https://docs.sentry.io/api/replays/retrieve-a-recording-segment/
        """
        where = path("projects", org, project, "replays", replay, "recording-segments", str(number))
        return (await self._api.get(_OneSegment, where, fresh_for=HOUR)).data

    async def viewers(self, org: str, project: str, replay: str) -> tuple[Viewer, ...]:
        """List who watched a session.

        https://docs.sentry.io/api/replays/list-users-who-have-viewed-a-replay/
        """
        where = path("projects", org, project, "replays", replay, "viewed-by")
        return (await self._api.get(_ViewersOf, where, fresh_for=MOMENT)).data.viewed_by

    async def deletion_jobs(self, org: str, project: str) -> Page[DeletionJob]:
        """List the bulk deletions of a project's replays; it takes `project:write`.

        https://docs.sentry.io/api/replays/list-replay-deletion-jobs/
        """
        where = path("projects", org, project, "replays", "jobs", "delete")
        return await self._api.page(DeletionJob, where, fresh_for=MOMENT, envelope="data")

    async def deletion_job(self, org: str, project: str, job: str) -> DeletionJob:
        """Read how far a bulk deletion is; it takes `project:write`.

        https://docs.sentry.io/api/replays/get-replay-deletion-job/
        """
        where = path("projects", org, project, "replays", "jobs", "delete", job)
        return (await self._api.get(_OneJob, where, fresh_for=MOMENT)).data
