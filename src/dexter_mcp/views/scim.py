"""Members and teams as a provisioner of accounts sees them."""

from collections.abc import Mapping

from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.scim import ScimGroup, ScimUser
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import name

_FEW = 8
_MANY = 200


def users(page: Page[ScimUser], *, asked: Mapping[str, str]) -> Answer:
    """Show users, a line each."""
    rows = [
        [
            name(each.id),
            name(each.user_name),
            name(each.sentry_org_role),
            "" if each.active else "inactive",
        ]
        for each in page.items
    ]
    return _listing(page, "SCIM user", table(("id", "user", "role", "state"), rows), asked)


def groups(page: Page[ScimGroup], *, asked: Mapping[str, str]) -> Answer:
    """Show groups, a line each; one alone with all its members."""
    most = _MANY if len(page.items) == 1 else _FEW
    rows = [
        [name(each.id), name(each.display_name), str(len(each.members)), _members(each, most)]
        for each in page.items
    ]
    headers = ("id", "group", "members", "who")
    return _listing(page, "SCIM group", table(headers, rows), asked)


def _listing(
    page: Page[ScimUser] | Page[ScimGroup], noun: str, rows: str, asked: Mapping[str, str]
) -> Answer:
    said = echo(**asked)
    if not page.items:
        wider = "Leave out query; it must match whole." if "query" in asked else "See `whoami`."
        return Answer(f"No {noun} found.\n{said}\n{wider}", data=page)
    return Answer("\n".join([f"{found(page, noun)}, {said}", rows, *onward(page)]), data=page)


def _members(group: ScimGroup, most: int) -> str:
    left = len(group.members) - most
    shown = [name(each.display or each.value) for each in group.members[:most]]
    return ", ".join([*shown, *([f"… {left} more"] if left > 0 else [])])
