"""Traces: what a request did, across services. Names and descriptions come with the spans."""

from collections.abc import Mapping, Sequence

from pydantic import AliasChoices, Field

from dexter_mcp.sentry.api import MINUTE, MOMENT, Api
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path


class Stumble(Reply):
    """An error, or what a detector found, in a trace; moments are epoch seconds."""

    event_id: str
    event_type: str = "error"
    issue_id: str = ""
    short_id: str = ""
    level: str = ""
    description: Untrusted = Untrusted()
    culprit: Untrusted = Untrusted()
    transaction: Untrusted = Untrusted()
    project_slug: str = ""
    start_timestamp: float = 0.0


class TraceNode(Stumble):
    """A span with what happened in it, or a stumble that no span holds; `duration` is in ms."""

    event_type: str = "span"
    op: Untrusted = Untrusted()
    name: Untrusted = Untrusted()
    end_timestamp: float = 0.0
    duration: float = 0.0
    is_transaction: bool = False
    profile_id: str = ""
    profiler_id: str = ""
    children: tuple["TraceNode", ...] = ()
    errors: tuple[Stumble, ...] = ()
    occurrences: tuple[Stumble, ...] = ()

    @property
    def is_span(self) -> bool:
        """Tell a span from a stumble."""
        return self.event_type == "span"


def _either(today: str, before: str) -> AliasChoices:
    return AliasChoices(today, before)


class TraceMeta(Reply):
    """What a trace holds; older servers count fewer things, under other names."""

    spans: float = Field(0, validation_alias=_either("spansCount", "span_count"))
    errors: int = Field(0, validation_alias=_either("errorsCount", "errors"))
    performance_issues: int = Field(
        0, validation_alias=_either("performanceIssuesCount", "performance_issues")
    )
    logs: float = Field(0, validation_alias=_either("logsCount", "logs"))
    metrics: float = Field(0, validation_alias="metricsCount")


class Label(Reply):
    """A value of an attribute, and how many things have it."""

    label: Untrusted = Untrusted()
    value: float = 0.0


class _Distribution(Reply):
    data: dict[str, tuple[Label, ...]] = Field(default_factory=dict[str, tuple[Label, ...]])


class Distributions(Reply):
    """The values of each attribute."""

    attribute_distributions: _Distribution = _Distribution()

    @property
    def by_attribute(self) -> Mapping[str, tuple[Label, ...]]:
        """Give the values by the name of their attribute, which strangers may have chosen."""
        return self.attribute_distributions.data


class Traces:
    """What one can ask about traces."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def get(
        self, org: str, trace: str, *, stats_period: str = "", error: str = ""
    ) -> tuple[TraceNode, ...]:
        """Read a trace: its roots, and what no span holds. One that there is not is empty.

        `error` is an event that must be among what a large trace shows.
        https://docs.sentry.io/api/explore/retrieve-a-trace/

        Raises:
            TooLarge: The trace is.
            SentryError: As `errors` draws them.
        """
        return await self._api.get(
            tuple[TraceNode, ...],
            path("organizations", org, "trace", trace),
            fresh_for=MINUTE,
            statsPeriod=stats_period or None,
            errorId=error or None,
        )

    async def meta(self, org: str, trace: str, *, stats_period: str = "") -> TraceMeta:
        """Count what a trace holds.

        https://docs.sentry.io/api/explore/retrieve-trace-metadata/
        """
        return await self._api.get(
            TraceMeta,
            path("organizations", org, "trace-meta", trace),
            fresh_for=MINUTE,
            statsPeriod=stats_period or None,
        )

    async def distributions(
        self,
        org: str,
        *,
        query: str = "",
        item_type: str = "spans",
        substring: str = "",
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
        cursor: str = "",
    ) -> Page[Distributions]:
        """Count the values of the attributes of spans, or of occurrences.

        https://docs.sentry.io/api/explore/retrieve-trace-item-statistics/
        """
        return await self._api.page(
            Distributions,
            path("organizations", org, "trace-items", "stats"),
            cursor=cursor,
            fresh_for=MOMENT,
            envelope="data",
            statsType=["attributeDistributions"],
            itemType=item_type,
            query=query or None,
            substringMatch=substring or None,
            project=project,
            environment=environment,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
        )
