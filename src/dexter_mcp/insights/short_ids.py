"""Short ids such as `SHOP-2K7` on servers that know issues by their number alone.

Today's Sentry takes a short id wherever it takes a number. Older servers only look it up, and
those of other makes show it and can't look it up.
"""

from typing import TYPE_CHECKING, Final

from dexter_mcp.sentry import trail
from dexter_mcp.sentry.errors import NotFound, SentryError

if TYPE_CHECKING:
    from dexter_mcp.sentry import Sentry

_PAGE: Final = 100
_PAGES: Final = 5


async def understood(sentry: "Sentry", org: str, named: str) -> str:
    """Name an issue as the server wants it named, as far as that is known; else as somebody did.

    Raises:
        NotFound: The server wants the number, and no issue has that short id.
    """
    if named.isdigit():
        return named
    if sentry.capabilities.know("short ids"):
        return await _number(sentry, org, named)
    trail.current().short_id = (org, named)
    return named


async def turned_out_unknown(sentry: "Sentry") -> bool:
    """Find out, after something was not found, whether that is because of a short id.

    If so it is remembered, and who asks again is understood.
    """
    asked = trail.current().short_id
    if asked is None or sentry.capabilities.know("short ids"):
        return False
    try:
        await sentry.issues.get(*asked, collapse=("release", "stats", "tags"))
    except NotFound:
        return await _is_found_otherwise(sentry, *asked)
    except SentryError:
        pass
    return False


async def _is_found_otherwise(sentry: "Sentry", org: str, named: str) -> bool:
    try:
        await _number(sentry, org, named)
    except SentryError:
        return False
    if not sentry.capabilities.know("short ids"):
        sentry.capabilities.note("short ids")
    return True


async def _number(sentry: "Sentry", org: str, named: str) -> str:
    if "listed" not in sentry.capabilities.values("short ids"):
        try:
            return (await sentry.issues.by_short_id(org, named)).group_id
        except NotFound as error:
            if not error.wordless:
                raise
        sentry.capabilities.note("short ids", "listed")
    return await _among_the_latest(sentry, org, named)


async def _among_the_latest(sentry: "Sentry", org: str, named: str) -> str:
    """Look through the issues that happened last, in the project that the short id begins with."""
    try:
        project = (await sentry.projects.get(org, named.rpartition("-")[0].lower())).id
    except NotFound:
        project = "-1"
    cursor = ""
    for _ in range(_PAGES):
        page = await sentry.issues.search(
            org, query="", project=[project], limit=_PAGE, cursor=cursor
        )
        if found := next((each.id for each in page.items if each.short_id == named), ""):
            return found
        cursor = page.next_cursor
        if not cursor:
            break
    raise NotFound(
        f"This server can't look up {named!r}, and it is not among the {_PAGES * _PAGE} issues "
        "that happened last. Give the issue's number, which stands in its link."
    )
