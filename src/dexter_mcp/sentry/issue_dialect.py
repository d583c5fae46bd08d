"""How servers of another make want to be asked for a list of issues.

GlitchTip takes Sentry's route with sort names of its own, knows issues by `id` instead of `group`,
knows no `-1` for all projects, and overlooks the time range; its `start` and `end` are about when
an issue was first seen. https://app.glitchtip.com/api/docs
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from dexter_mcp.sentry.api import Api
from dexter_mcp.sentry.errors import Invalid, Rejected
from dexter_mcp.sentry.reply import Page

T = TypeVar("T")

_SORTS: Final[Mapping[str, str]] = MappingProxyType(
    {"date": "-last_seen", "new": "-first_seen", "freq": "-count", "recommended": "-priority"}
)
_EVERYWHERE: Final = "-1"
_TERM: Final = re.compile(r'(?<!\S)(?P<key>!?[\w.\-]+):(?P<value>[^\s"]*)')
_STATES: Final = frozenset({"unresolved", "resolved", "ignored"})
_OF_SENTRY: Final = frozenset(
    {"age", "assigned", "assigned_or_suggested", "bookmarks", "error.handled", "error.unhandled"}
    | {"first_release", "firstRelease", "firstSeen", "issue", "issue.category", "issue.priority"}
    | {
        "regressed_in_release",
        "issue.seer_actionability",
        "issue.type",
        "lastSeen",
        "project",
        "timesSeen",
        "times_seen",
    }
)
_NO_RANGE: Final = (
    "This server overlooks the time range: counts are of each issue's whole life, and issues "
    "that were last seen earlier come too."
)


async def search(
    api: Api, item: type[T], path: str, *, cursor: str, how: Mapping[str, Any], **asked: Any
) -> Page[T]:
    """Read a page of issues, in Sentry's way or, once a server has refused that, in the other.

    Raises:
        Invalid: That server can't sort so.
        SentryError: As `errors` draws them.
    """
    if not api.capabilities.know("make"):
        try:
            return await api.page(item, path, cursor=cursor, **{**how, **asked})
        except Rejected as refusal:
            if not _is_of_another_make(refusal):
                raise
            api.capabilities.note("make")
    page = await api.page(item, path, cursor=cursor, **{**how, **translated(asked)})
    in_range = asked.get("statsPeriod") or asked.get("start")
    return page.model_copy(update={"notes": (_NO_RANGE,)}) if in_range else page


def _is_of_another_make(refusal: Rejected) -> bool:
    """Tell the refusal of Sentry's sort names by the names that are offered in their place."""
    return "sort" in str(refusal) and "last_seen" in str(refusal)


def translated(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the same in the other way, as far as it goes.

    Raises:
        Invalid: There is no such order.
    """
    wanted = str(asked.get("sort") or "date")
    if wanted not in _SORTS:
        raise Invalid(
            f"This server can't sort issues by {wanted!r}. Take one of {', '.join(_SORTS)}."
        )
    _check(str(asked.get("query") or ""))
    projects, groups = (_texts(asked.get(name)) for name in ("project", "group"))
    return {
        "query": asked.get("query") or None,
        "project": [each for each in projects if each != _EVERYWHERE],
        "environment": asked.get("environment"),
        "id": groups,
        "sort": _SORTS[wanted],
        "limit": asked.get("limit"),
    }


def _check(query: str) -> None:
    """Refuse what that search takes for a tag that no event has, and so for an empty answer."""
    for found in _TERM.finditer(query):
        key, value, term = found["key"], found["value"], found[0].rstrip(":")
        if key in _OF_SENTRY or key.startswith("!") or (key == "is" and value not in _STATES):
            raise Invalid(
                f"This server can't search issues by {term}: it knows is:unresolved, "
                "is:resolved, is:ignored, has:tag, level:error, tag:value and plain words."
            )


def _texts(value: Any) -> list[str]:
    return list(map(str, value or ()))
