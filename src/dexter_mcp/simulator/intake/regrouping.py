"""How events come to belong to another issue, or to none: merging, parting, deleting."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from dexter_mcp.simulator.intake.grouped import issue_fields
from dexter_mcp.simulator.intake.payload import grouping_hash
from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.memory.store import Where

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World


def merge(world: "World", parent: int, children: Iterable[int], user: str) -> None:
    """Let one issue take over what others have: events, history, tickets and followers."""
    gone = [child for child in children if child in world.issues and child != parent]
    survivor = world.issues[parent]
    world.store.move(gone, parent)
    for child in gone:
        _take_over(survivor, world.issues.pop(child))
    world.merged |= dict.fromkeys(gone, parent)
    world.merged |= {old: parent for old, new in world.merged.items() if new in gone}
    world.hashes |= {place: parent for place, issue in world.hashes.items() if issue in gone}
    kept = world.integrations
    kept.tickets = [
        replace(each, issue=parent) if each.issue in gone else each for each in kept.tickets
    ]
    told = [{"id": child} for child in gone]
    world.note(survivor, "merge", user=user, data={"issues": told})


def _take_over(survivor: Issue, child: Issue) -> None:
    survivor.hashes += child.hashes
    survivor.activity += child.activity
    survivor.bookmarked_by |= child.bookmarked_by
    survivor.seen_by = child.seen_by | survivor.seen_by
    survivor.subscribed_by = child.subscribed_by | survivor.subscribed_by


def part(world: "World", issue: Issue, hashes: Collection[str], user: str) -> Issue:
    """Make the events with some of an issue's hashes an issue of their own."""
    bodies = [
        body
        for body in world.store.bodies_of(world.events_of(issue))
        if grouping_hash(world.store.bodies[body]) in hashes
    ]
    theirs = world.events_of(issue) & Where.among("body", bodies)
    latest = world.store.find(theirs).first() or world.store.find(world.events_of(issue))[0]
    fields = issue_fields(world.payload(latest), category=issue.category, kind=issue.kind)
    made = world.open_issue(world.projects[issue.project], fields | {"hashes": list(hashes)})
    world.hashes |= {(issue.project, digest): made.number for digest in hashes}
    world.store.hand_over(theirs, made.number)
    issue.hashes = [digest for digest in issue.hashes if digest not in hashes]
    _tell_of_parting(world, issue, made, user)
    return made


def _tell_of_parting(world: "World", issue: Issue, made: Issue, user: str) -> None:
    for one, kind, other, end in (
        (issue, "unmerge_source", made, "destination"),
        (made, "unmerge_destination", issue, "source"),
    ):
        told = {"id": other.number, "shortId": other.short_id}
        world.note(one, kind, user=user, data={"fingerprints": made.hashes, end: told})


def forget(world: "World", issues: Iterable[Issue]) -> None:
    """Delete issues with their events; what comes later opens new ones."""
    numbers = {issue.number for issue in issues}
    world.store.forget(Where.among("issue", numbers))
    for number in numbers:
        del world.issues[number]
        world.extras.runs.pop(number, None)
    world.hashes = {place: issue for place, issue in world.hashes.items() if issue not in numbers}
    for ticket in [each for each in world.integrations.tickets if each.issue in numbers]:
        world.integrations.unlink(ticket)


def discard(world: "World", issues: Iterable[Issue]) -> None:
    """Delete issues, and every event that would belong to them from now on."""
    issues = list(issues)
    world.extras.discarded |= {(issue.project, each) for issue in issues for each in issue.hashes}
    forget(world, issues)
