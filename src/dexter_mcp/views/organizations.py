"""Organizations as lists show them."""

from datetime import datetime

from dexter_mcp.sentry.organizations import Organization
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import name

_URL = 200
_HEADERS = ("org", "name", "status", "link", "region")


def listing(page: Page[Organization], *, query: str, now: datetime) -> Answer:
    """Show a page of organizations, a line each."""
    del now
    asked = echo(query=query)
    if not page.items:
        hint = (
            "Leave out `query`."
            if query
            else "The token may belong to no organization: see whoami."
        )
        return Answer("\n".join(filter(None, ["No organization found.", asked, hint])), data=page)
    rows = [_row(each) for each in page.items]
    lines = [found(page, "organization"), asked, table(_HEADERS, rows), *onward(page)]
    return Answer("\n".join(filter(None, lines)), data=page)


def _row(each: Organization) -> list[str]:
    return [
        name(each.slug),
        name(each.name),
        name(each.status.name) if each.status.id not in {"", "active"} else "",
        name(each.links.organization_url, limit=_URL),
        name(each.links.region_url, limit=_URL),
    ]
