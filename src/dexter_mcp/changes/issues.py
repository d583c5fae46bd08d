"""Changes to issues."""

from collections.abc import Sequence

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Order


async def update(desk: Desk, *, issues: Sequence[str], org: str, status: str) -> Proposal:
    """Propose to change issues."""
    wishes = list[Wish]()
    home = ""
    for named in issues:
        found = await desk.issue(org, named)
        home = found.org
        issue = await desk.sentry.issues.get(found.org, found.id)
        order = Order("update_issue", {"org": found.org, "issue": issue.id}, {}, {"status": status})
        wishes.append(Wish(order, issue.short_id, issue.title.raw))
    return Proposal(home, f"Set {len(wishes)} issues to {status}", wishes)
