"""The fields by which an organization's events can be asked for: tags and attributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.tags import Tag
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

_FRESH = 10 * MINUTE
"""A new field turns up with a new release, not from one look to the next."""

ItemType = Literal["spans", "logs", "tracemetrics", "processing_errors", "preprod"]
AttributeType = Literal["string", "number", "boolean"]
TagDataset = Literal["events", "discover", "replays", "search_issues"]


@dataclass(frozen=True)
class Documented:
    """A field or a function that Sentry documents: its name, its type, what it tells."""

    name: str
    kind: str
    meaning: str


class AttributeSource(Reply):
    """Whether Sentry sets an attribute or whoever sends the item."""

    source_type: str = ""


class Attribute(Reply):
    """An attribute of spans, logs or metrics; `key` is what a query calls it."""

    key: Untrusted
    name: Untrusted = Untrusted()
    attribute_type: str = ""
    attribute_source: AttributeSource = AttributeSource()


class EventFields:
    """What one can ask about fields."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def tags(
        self,
        org: str,
        *,
        dataset: TagDataset = "events",
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
    ) -> tuple[Tag, ...]:
        """List the tags that events had in a time range, with how many events had each.

        https://docs.sentry.io/api/explore/list-an-organizations-tags/
        """
        return await self._api.get(
            tuple[Tag, ...],
            path("organizations", org, "tags"),
            fresh_for=_FRESH,
            dataset=dataset,
            use_cache=True,
            project=project,
            environment=environment,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
        )

    async def attributes(
        self,
        org: str,
        item_type: ItemType,
        kind: AttributeType,
        *,
        containing: str = "",
        project: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
        cursor: str = "",
    ) -> Page[Attribute]:
        """List the attributes of one type that spans, logs or metrics had in a time range.

        The data set is named twice, because older servers know it by the second name alone.
        https://docs.sentry.io/api/explore/list-an-organizations-trace-item-attributes/
        """
        return await self._api.page(
            Attribute,
            path("organizations", org, "trace-items", "attributes"),
            cursor=cursor,
            fresh_for=_FRESH,
            dataset=item_type,
            itemType=item_type,
            attributeType=[kind],
            substringMatch=containing or None,
            project=project,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
        )
