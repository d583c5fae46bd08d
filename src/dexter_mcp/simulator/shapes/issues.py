"""Issues in the shapes of Sentry's API."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from dexter_mcp.simulator.memory.records import Activity, Issue
from dexter_mcp.simulator.memory.store import Totals, Where
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.search.issue_terms import in_inbox
from dexter_mcp.simulator.search.ownership import rules
from dexter_mcp.simulator.shapes.integrations import app_ticket_json, linked_json
from dexter_mcp.simulator.shapes.people import actor_json, user_or_none
from dexter_mcp.simulator.shapes.projects import project_brief
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_INBOX_REASONS = {"new": 0, "regressed": 2, "escalating": 5}
_BY_HAND = 3
_MOST_RULES = 2
"""How many ownership rules Sentry takes owners from."""


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of events in slots of equal width, as `[epoch seconds, count]` pairs."""

    start: datetime
    end: datetime
    width: int
    """Seconds."""

    def pairs(self, counts: Mapping[int, int]) -> list[list[int]]:
        """Write the slots down, empty ones too."""
        first = int(self.start.timestamp()) // self.width * self.width
        slots = range(first, int(self.end.timestamp()) + 1, self.width)
        return [[slot, counts.get(slot, 0)] for slot in slots]


def issue_base(call: Call, issue: Issue) -> Json:
    """Shape what lists and details have in common, without any counts."""
    world = call.world
    me = call.member
    reason = issue.subscribed_by.get(me.email) if me else None
    return {
        "id": str(issue.number),
        "shareId": issue.share_id or None,
        "shortId": issue.short_id,
        "title": issue.title,
        "culprit": issue.culprit or None,
        "permalink": f"{call.base}/organizations/{issue.org}/issues/{issue.number}/",
        "logger": issue.logger or None,
        "level": issue.level,
        "status": issue.status,
        "statusDetails": issue.status_details,
        "substatus": issue.substatus or None,
        "isPublic": bool(issue.share_id),
        "platform": issue.platform,
        "priority": issue.priority or None,
        "priorityLockedAt": _iso(issue.priority_locked),
        "seerFixabilityScore": None,
        "seerAutofixLastTriggered": _iso(world.extras.started.get(issue.number)),
        "seerExplorerAutofixLastTriggered": None,
        "project": project_brief(world.projects[issue.project]),
        "type": issue.type,
        "issueType": issue.kind,
        "issueCategory": issue.category,
        "metadata": issue.metadata,
        "numComments": sum(entry.type == "note" for entry in issue.activity),
        "assignedTo": actor_json(world, issue.org, issue.assigned_to),
        "isBookmarked": me is not None and me.email in issue.bookmarked_by,
        "isSubscribed": reason is not None,
        "subscriptionDetails": {"reason": reason} if reason else None,
        "hasSeen": me is not None and me.email in issue.seen_by,
        "annotations": [],
        "isUnhandled": issue.unhandled,
    }


def _iso(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


def lifetime_json(call: Call, where: Where) -> Json:
    """Shape how often the issue of some events happened, which may be never."""
    totals = call.world.store.lifetime(where)
    if totals is None:
        return {"count": "0", "userCount": 0, "firstSeen": None, "lastSeen": None}
    return counts_json(totals)


def counts_json(totals: Totals) -> Json:
    """Shape how often an issue happened."""
    return {
        "count": str(totals.count),
        "userCount": totals.users,
        "firstSeen": iso(from_epoch(totals.first)),
        "lastSeen": iso(from_epoch(totals.last)),
    }


def inbox_json(call: Call, issue: Issue) -> Json | None:
    """Shape why an issue waits for someone to look at it; None when it does not."""
    if not in_inbox(issue):
        return None
    since = issue.activity[-1].at if issue.activity else call.world.now()
    return {
        "reason": _INBOX_REASONS.get(issue.substatus, _BY_HAND),
        "reason_details": None,
        "date_added": iso(since),
    }


def owners_json(call: Call, issue: Issue) -> list[Json]:
    """Shape whom Sentry would suggest: the author of the suspect commit, then those by rule."""
    world = call.world
    author = _actor(world, issue.org, world.author(issue.org, issue.suspect))
    ruled = [_actor(world, issue.org, owner) for owner in _owners_by_rule(world, issue)]
    told = [("suspectCommit", author), *(("ownershipRule", owner) for owner in ruled)]
    return [
        {"type": kind, "owner": owner, "date_added": iso(world.now())}
        for kind, owner in dict.fromkeys(told)
        if owner
    ]


def _owners_by_rule(world: World, issue: Issue) -> Iterator[str]:
    """Name the owners by the rules that the latest event falls under, of the last two of them."""
    kept = world.settings.ownership.get(issue.project)
    latest = world.store.find(world.events_of(issue)).first()
    if not (kept and kept.active and latest):
        return
    payload = world.payload(latest)
    covering = [rule for rule in rules(kept.raw) if rule.covers(payload)]
    for rule in reversed(covering[-_MOST_RULES:]):
        yield from rule.owners


def _actor(world: World, org: str, owner: str) -> str:
    """Number an e-mail address or a `#team`; nothing for one unknown."""
    if owner.startswith("#"):
        team = world.team(org, owner.removeprefix("#"))
        return f"team:{team.id}" if team else ""
    member = world.member(org, owner)
    return f"user:{member.user_id}" if member else ""


def tickets_json(call: Call, issue: Issue, wanted: Collection[str]) -> Json:
    """Shape what an issue is linked to elsewhere: `integrationIssues`, `sentryAppIssues`."""
    kept = call.world.integrations
    linked = {
        "integrationIssues": [
            linked_json(ticket, it)
            for it in kept.of(issue.org)
            for ticket in kept.tickets_of(issue.number, it.id)
        ],
        "sentryAppIssues": [
            app_ticket_json(ticket)
            for app in kept.apps
            for ticket in kept.tickets_of(issue.number, app.slug)
        ],
    }
    return {name: tickets for name, tickets in linked.items() if name in wanted}


def activity_json(call: Call, issue: Issue, entry: Activity) -> Json:
    """Shape one entry of an issue's history."""
    return {
        "id": entry.id,
        "type": entry.type,
        "user": user_or_none(call.world, issue.org, entry.user),
        "sentry_app": None,
        "data": dict(entry.data),
        "dateCreated": iso(entry.at),
    }


def history_json(call: Call, issue: Issue, first_seen: float | None) -> list[Json]:
    """Shape an issue's history, newest first, down to when it was first seen."""
    told = sorted(issue.activity, key=lambda entry: entry.at)[::-1]
    if first_seen is not None:
        told.append(Activity("0", "first_seen", from_epoch(first_seen), "", {}))
    return [activity_json(call, issue, entry) for entry in told]
