"""The tags and attributes that an organization's events really have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, get_args

from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.side_by_side import Part, SideBySide, side_by_side
from dexter_mcp.sentry.errors import NotFound
from dexter_mcp.sentry.event_fields import Attribute, AttributeType, ItemType
from dexter_mcp.sentry.tags import Tag
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.answer import Failed

_ITEMS: Final[Mapping[str, ItemType]] = MappingProxyType(
    {
        **dict.fromkeys(("spans", "spansIndexed"), "spans"),
        **dict.fromkeys(("logs", "ourlogs"), "logs"),
        "tracemetrics": "tracemetrics",
    }
)
_KINDS: Final[tuple[AttributeType, ...]] = get_args(AttributeType)
PERIOD: Final = "14d"


@dataclass(frozen=True)
class Existing:
    """What events of a data set have, and which part of that did not come.

    Errors have tags; spans, logs and metrics have attributes.
    """

    tags: tuple[Tag, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    failed: tuple[Failed, ...] = ()

    @property
    def keys(self) -> tuple[Untrusted, ...]:
        """Name them all."""
        return (*(tag.key for tag in self.tags), *(each.key for each in self.attributes))


async def existing_fields(
    desk: Desk, org: str, project: Sequence[str], dataset: str, *, containing: str = ""
) -> Existing:
    """List what events of the last 14 days had; attributes only those `containing` a text."""
    if item := _ITEMS.get(dataset):
        return await _attributes(desk, org, project, item, containing)
    async with side_by_side(desk.settings.soft_deadline) as these:
        tags = these.ask(
            "tags",
            lambda: desk.sentry.event_fields.tags(org, project=project, stats_period=PERIOD),
        )
    return Existing(tags=tags.otherwise(()), failed=tuple(_failures(tags)))


async def _attributes(
    desk: Desk, org: str, project: Sequence[str], item: ItemType, containing: str
) -> Existing:
    async def read(kind: AttributeType) -> tuple[Attribute, ...]:
        page = await desk.sentry.event_fields.attributes(
            org, item, kind, containing=containing, project=project, stats_period=PERIOD
        )
        return tuple(_typed(each, kind) for each in page.items)

    def ask(these: SideBySide, kind: AttributeType) -> Part[tuple[Attribute, ...]]:
        return these.ask(f"{kind} attributes", lambda: read(kind))

    async with side_by_side(desk.settings.soft_deadline) as these:
        parts = [ask(these, kind) for kind in _KINDS]
    return Existing(
        attributes=tuple(each for part in parts for each in part.otherwise(())),
        failed=tuple(failed for part in parts for failed in _failures(part)),
    )


def _failures(part: Part[Any]) -> list[Failed]:
    """Say why a part did not come; a server may be too old to know such lists."""
    if isinstance(part.error, NotFound):
        return [Failed(part.name, "this server does not list them")]
    return part.failed


def _typed(attribute: Attribute, kind: AttributeType) -> Attribute:
    """Fill in the type, which older servers don't repeat."""
    return attribute.model_copy(update={"attribute_type": attribute.attribute_type or kind})
