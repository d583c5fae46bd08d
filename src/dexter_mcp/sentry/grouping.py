"""How events came to be one issue, and which other issues look as if they belonged to it."""

from typing import Any

from pydantic import Field, model_validator

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.events import EventSummary
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.json_types import is_array
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.wire import path

_PAIR = 2


class Hash(Reply):
    """What Sentry groups events by. A merged issue has one for each that it has taken over."""

    id: str
    latest_event: EventSummary | None = None
    merged_by_seer: bool = False
    seer_match_distance: float | None = None


class Similar(Reply):
    """Another issue, and how alike the two are: a share of one for each thing compared."""

    issue: Issue
    scores: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_pair(cls, value: Any) -> Any:
        """Read the pair that Sentry sends."""
        if is_array(value) and len(value) == _PAIR:
            return {"issue": value[0], "scores": value[1]}
        return value

    @property
    def likeness(self) -> float | None:
        """The mean of what was compared; None where nothing was."""
        return sum(self.scores.values()) / len(self.scores) if self.scores else None


class Grouping:
    """What one can ask about what belongs together."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def hashes(
        self, org: str, issue: str, *, full: bool = False, cursor: str = ""
    ) -> Page[Hash]:
        """List an issue's hashes, each with its latest event, which is whole only if `full`.

        https://docs.sentry.io/api/events/list-an-issues-hashes/

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            Hash,
            path("organizations", org, "issues", issue, "hashes"),
            cursor=cursor,
            fresh_for=MINUTE,
            full=full,
        )

    async def similar(self, org: str, issue: str) -> tuple[Similar, ...]:
        """List issues of the same project that look alike, the most alike first.

        Unpublished; Sentry's own pages use it. Not on every server.
        """
        return await self._api.get(
            tuple[Similar, ...],
            path("organizations", org, "issues", issue, "similar"),
            fresh_for=MINUTE,
            absent_for=MINUTE,
        )
