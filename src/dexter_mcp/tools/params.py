"""The arguments that tools share, each described once."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from dexter_mcp.sentry import cursors
from dexter_mcp.sentry.json_types import is_array


def listed(value: Any) -> Any:
    """Take `"x"` for `["x"]`, and leave out what is empty."""
    items = [str(value)] if isinstance(value, (str, int)) else value
    return [item for item in items if item != ""] if is_array(items) else items


Names = Annotated[tuple[str, ...], BeforeValidator(listed)]

Org = Annotated[str, Field(description="Slug or id.")]
Project = Annotated[Names, Field(description="Slugs or ids.")]
OneProject = Annotated[Names, Field(max_length=1, description="Slug or id.")]
"""A list like `project` everywhere, so that the name has one type, but of one at most."""
Issue = Annotated[str, Field(min_length=1, description="Issue number, short id, event id or link.")]
Environment = Annotated[Names, Field(description="Names.")]
Period = Annotated[str, Field(description="24h, 14d …")]
Start = Annotated[str, Field(description="ISO 8601, or `period`.")]
End = Annotated[str, Field(description="ISO 8601.")]
Limit = Annotated[int, Field(ge=1, le=100, description="Up to 100.")]
Detail = Annotated[
    Literal["brief", "normal", "full"],
    Field(description="How much of each part."),
]
EventSection = Literal[
    "exception",
    "message",
    "threads",
    "request",
    "user",
    "contexts",
    "flags",
    "breadcrumbs",
    "spans",
    "tags",
    "extra",
    "packages",
    "attachments",
    "source_maps",
]
Section = Literal[
    EventSection,
    "activity",
    "commits",
    "feedback",
    "similar",
    "autofix",
    "stats",
    "replays",
    "tickets",
    "hashes",
]
_ONLY = Field(description="Only these parts; empty for the usual ones.")
Include = Annotated[tuple[Section, ...], BeforeValidator(listed), _ONLY]
EventInclude = Annotated[tuple[EventSection, ...], BeforeValidator(listed), _ONLY]


def _cursor(text: str) -> str:
    return cursors.check(text) if text else text


Cursor = Annotated[str, AfterValidator(_cursor), Field(description="From the last page.")]
