"""What people set on issues besides their status: owner, priority, and marks of their own."""

from collections.abc import Sequence
from hashlib import md5

from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.search.issue_terms import in_inbox
from dexter_mcp.simulator.shapes.people import actor_json
from dexter_mcp.simulator.telling.story import Json


def prioritize(call: Call, issues: Sequence[Issue], priority: str) -> None:
    """Set the priority, and keep Sentry from changing it."""
    for issue in issues:
        if issue.priority != priority:
            issue.priority, issue.priority_locked = priority, call.world.now()
            data = {"priority": priority}
            call.world.note(issue, "set_priority", user=call.token.user, data=data)


def assign(call: Call, issues: Sequence[Issue], owner: str) -> Json | None:
    """Give issues to `user:<e-mail>` or `team:<slug>`, or to nobody; tells to whom."""
    shown = actor_json(call.world, call.org.slug, owner)
    for issue in issues:
        if issue.assigned_to == owner:
            continue
        issue.assigned_to = owner
        kind = "assigned" if owner else "unassigned"
        call.world.note(issue, kind, user=call.token.user, data=_assigned(shown))
        if owner.startswith("user:"):
            issue.subscribed_by.setdefault(owner.removeprefix("user:"), "assigned")
    return shown


def _assigned(shown: Json | None) -> Json:
    if shown is None:
        return {}
    return {
        "assignee": shown["id"],
        "assigneeEmail": shown.get("email"),
        "assigneeName": shown["name"],
        "assigneeType": shown["type"],
    }


def see(call: Call, issues: Sequence[Issue], *, seen: bool) -> None:
    """Mark issues as seen by the caller, or as not seen; integrations see nothing."""
    for issue in issues if call.member else ():
        issue.seen_by.pop(call.token.user, None)
        if seen:
            issue.seen_by[call.token.user] = call.world.now()


def bookmark(call: Call, issues: Sequence[Issue], *, kept: bool) -> None:
    """Set or remove the caller's bookmark, and the subscription with it."""
    me = call.token.user
    for issue in issues if call.member else ():
        if kept:
            issue.bookmarked_by.add(me)
            issue.subscribed_by.setdefault(me, "bookmark")
        else:
            issue.bookmarked_by.discard(me)
            issue.subscribed_by.pop(me, None)


def subscribe(call: Call, issues: Sequence[Issue], *, wanted: bool) -> Json:
    """Let the caller hear of issues, or no more; tells why, which is unknown."""
    for issue in issues if call.member else ():
        issue.subscribed_by.pop(call.token.user, None)
        if wanted:
            issue.subscribed_by[call.token.user] = "unknown"
    return {"reason": "unknown"}


def share(call: Call, issues: Sequence[Issue], *, public: bool) -> str | None:
    """Show issues to everybody who has the link, or no more; tells the last one's share id."""
    for issue in issues:
        if public != bool(issue.share_id):
            kind = "set_public" if public else "set_private"
            call.world.note(issue, kind, user=call.token.user)
        made = md5(f"{call.world.seed}:{issue.number}".encode(), usedforsecurity=False).hexdigest()
        issue.share_id = (issue.share_id or made) if public else ""
    return issues[-1].share_id or None


def review(call: Call, issues: Sequence[Issue], *, inbox: bool) -> None:
    """Put issues up for review, or mark them reviewed."""
    for issue in issues:
        if in_inbox(issue) and not inbox:
            call.world.note(issue, "mark_reviewed", user=call.token.user)
        issue.inbox = inbox
