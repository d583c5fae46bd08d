"""Members and teams as a provisioner sees them, however somebody named one."""

import re
from typing import Final, Literal

from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import Invalid, NotFound, Refused
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.scim import ScimGroup, ScimUser
from dexter_mcp.views import scim as view
from dexter_mcp.views.answer import Answer

Kind = Literal["users", "groups"]

_ATTRIBUTE: Final = {"users": "userName", "groups": "displayName"}


async def list_scim(
    desk: Desk, *, org: str, kind: Kind, query: str, limit: int, cursor: str
) -> Answer:
    """List users or groups; `query` is a filter, or an address, a slug or an id in full.

    Raises:
        Invalid: The query can't be a filter.
        Refused: The token may not, or SCIM is not switched on.
    """
    home, wanted = await desk.org(org), query.strip()
    asked = {key: value for key, value in {"org": home, "query": wanted}.items() if value}
    try:
        if kind == "users":
            return view.users(await _users(desk, home, wanted, limit, cursor), asked=asked)
        return view.groups(await _groups(desk, home, wanted, limit, cursor), asked=asked)
    except Refused as error:
        error.advice = "SCIM answers only where the organization has switched it on."
        raise


async def _users(desk: Desk, org: str, wanted: str, limit: int, cursor: str) -> Page[ScimUser]:
    scim = desk.sentry.scim
    if wanted.isdecimal():
        try:
            return Page[ScimUser](items=[await scim.user(org, wanted)])
        except NotFound as error:
            if error.wordless:
                raise
            return Page[ScimUser](items=[])
    return await scim.users(org, where=_where("users", wanted), per_page=limit, cursor=cursor)


async def _groups(desk: Desk, org: str, wanted: str, limit: int, cursor: str) -> Page[ScimGroup]:
    scim, named = desk.sentry.scim, wanted.removeprefix("#")
    if named.isdecimal():
        try:
            return Page[ScimGroup](items=[await scim.group(org, named)])
        except NotFound as error:
            if error.wordless:
                raise
            return Page[ScimGroup](items=[])
    return await scim.groups(org, where=_where("groups", named), per_page=limit, cursor=cursor)


def _where(kind: Kind, wanted: str) -> str:
    """Write a filter: Sentry understands one attribute and its exact value."""
    attribute = _ATTRIBUTE[kind]
    if not wanted or re.fullmatch(rf'{attribute}\s+eq\s+"[^"]*"', wanted):
        return wanted
    if '"' in wanted:
        raise Invalid(f'Of {kind}, `query` is a whole name or {attribute} eq "…", no other filter.')
    return f'{attribute} eq "{wanted}"'
