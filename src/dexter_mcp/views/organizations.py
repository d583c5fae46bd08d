"""Organizations as lists show them."""

from dexter_mcp.sentry.organizations import Organization
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import name

_URL = 200
_HEADERS = ("org", "name", "status", "link")


def listing(page: Page[Organization], *, query: str) -> Answer:
    """Show a page of organizations, a line each."""
    asked = echo(query=query)
    if not page.items:
        hint = (
            "Leave out `query`."
            if query
            else "The token may belong to no organization: see whoami."
        )
        missing = [f"failed: {reason}" for reason in page.failed]
        said = ["No organization found.", asked, hint, *missing]
        return Answer("\n".join(filter(None, said)), data=page)
    rows = [_row(each) for each in page.items]
    missing = [f"failed: {reason}" for reason in page.failed]
    lines = [found(page, "organization"), asked, table(_HEADERS, rows), *onward(page), *missing]
    return Answer("\n".join(filter(None, lines)), data=page)


def _row(each: Organization) -> list[str]:
    return [
        name(each.slug),
        name(each.name),
        name(each.status.name) if each.status.id not in {"", "active"} else "",
        name(each.links.organization_url, limit=_URL),
    ]
