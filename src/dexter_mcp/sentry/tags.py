"""Tags: what sets an issue's events apart. Keys and values come with events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from dexter_mcp.sentry import endpoints
from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.errors import Lacks, NotFound
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

Sort = Literal["count", "date", "age", "id"]

_NO_SUCH_TAG: Final = "No event of the issue has the tag."
_COMMONEST_ONLY: Final = "This server tells the commonest values alone, in whatever order."


class TagValue(Reply):
    """One value of a tag, how often it occurs, and since when."""

    key: Untrusted = Untrusted()
    name: Untrusted = Untrusted()
    value: Untrusted = Untrusted()
    count: int = 0
    first_seen: datetime | None = None
    last_seen: datetime | None = None


class Tag(Reply):
    """A tag of an issue with its commonest values."""

    key: Untrusted
    name: Untrusted = Untrusted()
    unique_values: int | None = None
    total_values: int = 0
    top_values: tuple[TagValue, ...] = ()


class Tags:
    """What one can ask about an issue's tags."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self, org: str, issue: str, *, environment: Sequence[str] = ()
    ) -> tuple[Tag, ...]:
        """List an issue's tags, each with its commonest values. Unpublished.

        Sentry's own pages use it; https://docs.sentry.io/api/events/ has the single tag.
        """
        return await self._api.get(
            tuple[Tag, ...],
            path("organizations", org, "issues", issue, "tags"),
            fresh_for=MINUTE,
            environment=environment,
        )

    async def get(self, org: str, issue: str, key: str, *, environment: Sequence[str] = ()) -> Tag:
        """Read one tag of an issue with its commonest values.

        A server that has no single tags has them all.
        https://docs.sentry.io/api/events/retrieve-tag-details/
        """
        try:
            return await self._api.get(
                Tag,
                path("organizations", org, "issues", issue, "tags", key),
                fresh_for=MINUTE,
                environment=environment,
            )
        except Lacks:
            for tag in await self.list(org, issue, environment=environment):
                if tag.key.raw == key:
                    return tag
            raise NotFound(_NO_SUCH_TAG) from None

    async def values(
        self,
        org: str,
        issue: str,
        key: str,
        *,
        sort: Sort = "count",
        environment: Sequence[str] = (),
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[TagValue]:
        """List the values of one tag of an issue; where a server has no such list, the commonest.

        https://docs.sentry.io/api/events/list-a-tags-values-for-an-issue/
        """
        try:
            return await self._api.page(
                TagValue,
                path("organizations", org, "issues", issue, "tags", key, "values"),
                cursor=cursor,
                fresh_for=MINUTE,
                bucket=endpoints.TAG_VALUES,
                sort=sort,
                environment=environment,
                per_page=per_page,
            )
        except Lacks:
            tag = await self.get(org, issue, key, environment=environment)
            return Page(items=list(tag.top_values[:per_page]), notes=(_COMMONEST_ONLY,))
