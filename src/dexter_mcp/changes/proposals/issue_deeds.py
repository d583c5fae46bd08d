"""What is done to issues besides setting their fields: merged, parted, talked about, deleted."""

from collections.abc import Sequence
from typing import Final

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.changes.proposals.choosing import Chosen, asked, counted, found, one, wish
from dexter_mcp.changes.recipes.issues import by_search
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.issues import Issue

_FEW: Final = 20


async def delete(desk: Desk, chosen: Chosen) -> Proposal:
    """Propose to delete issues with all their events.

    Raises:
        SentryError: As `found` does.
    """
    home, issues = await found(desk, chosen)
    wishes = [wish("delete_issue", home, issue) for issue in issues]
    said = f"Delete {counted(issues)} with all events{asked(chosen, issues)}"
    return Proposal(home, said, wishes)


async def merge(desk: Desk, org: str, named: Sequence[str]) -> Proposal:
    """Propose to merge issues into the one among them that has most events, as Sentry does.

    Raises:
        Invalid: They are less than two, of several projects, or no errors.
        NotFound: One is not there.
    """
    home, issues = await found(desk, Chosen(org=org, issues=named))
    if len(issues) < 2:  # noqa: PLR2004 - one alone can't be merged
        raise Invalid("Merging takes two issues or more that are not one already.")
    if len({issue.project.id for issue in issues}) > 1:
        raise Invalid("Only issues of one project can be merged.")
    if odd := [each.short_id for each in issues if each.issue_category not in {"", "error"}]:
        raise Invalid(f"Only errors can be merged, and {', '.join(odd)} is none.")
    parent, *others = await _by_size(desk, home, issues)
    return Proposal(
        home,
        f"Merge {len(others)} {'issue' if len(others) == 1 else 'issues'} into {parent.short_id}",
        [_merging(home, parent, other) for other in others],
    )


async def _by_size(desk: Desk, org: str, issues: Sequence[Issue]) -> Sequence[Issue]:
    """Put first what has most events in its whole life; of equals, what came last."""
    told = await desk.sentry.issues.many(org, [each.id for each in issues])
    sizes = {number: (each.lifetime or each).count for number, each in told.items()}
    return sorted(issues, key=lambda each: (sizes.get(each.id, 0), int(each.id)), reverse=True)


def _merging(org: str, parent: Issue, other: Issue) -> Wish:
    ids = (parent.id, other.id)
    order = Order(
        "bulk_update_issues", {"org": org}, {"id": ids, **by_search(ids)}, {"merge": True}
    )
    return Wish(order, f"{other.short_id} into {parent.short_id}", other.title.raw)


async def unmerge(desk: Desk, *, org: str, issue: str, hashes: Sequence[str]) -> Proposal:
    """Propose to part events from an issue by their hashes.

    Raises:
        Invalid: The hashes are none of the issue's, or all that it has.
    """
    home, it = await one(desk, org, issue)
    known = [each.id for each in (await desk.sentry.grouping.hashes(home, it.id)).items]
    wanted = [each for each in dict.fromkeys(hashes) if each in known]
    if len(wanted) < len(set(hashes)) or not 0 < len(wanted) < len(known):
        raise Invalid(
            f"Name some of the hashes of {it.short_id}, and leave it at least one: "
            f"{', '.join(known[:_FEW])}. `get_issue` include=hashes tells them apart."
        )
    order = Order("unmerge_issue", {"org": home, "issue": it.id}, {"id": tuple(wanted)})
    said = f"Part {len(wanted)} of {len(known)} hashes from {it.short_id}, as a new issue"
    return Proposal(home, said, [Wish(order, it.short_id, it.title.raw)])


async def comment(desk: Desk, *, org: str, issue: str, text: str, note: str) -> Proposal:
    """Propose to comment on an issue, or to change a comment of one's own.

    Raises:
        Invalid: The comment says nothing.
    """
    if not text.strip():
        raise Invalid("`text` is empty: say something.")
    home, it = await one(desk, org, issue)
    places = {"org": home, "issue": it.id}
    if note:
        order = Order("update_issue_note", {**places, "note": note}, {}, {"text": text})
        said = f"Change comment {note} on {it.short_id}"
    else:
        order = Order("create_issue_note", places, {}, {"text": text})
        said = f"Comment on {it.short_id}"
    return Proposal(home, said, [Wish(order, f"comment on {it.short_id}")])


async def delete_comment(desk: Desk, *, org: str, issue: str, note: str) -> Proposal:
    """Propose to delete a comment of one's own."""
    home, it = await one(desk, org, issue)
    order = Order("delete_issue_note", {"org": home, "issue": it.id, "note": note})
    called = f"comment {note}"
    return Proposal(home, f"Delete {called} on {it.short_id}", [Wish(order, called, name=note)])


async def autofix(desk: Desk, *, org: str, issue: str, until: str, instruction: str) -> Proposal:
    """Propose to let Seer look for the cause of an issue, and further."""
    home, it = await one(desk, org, issue)
    body = {"step": "root_cause", **({"stopping_point": until} if until != "root_cause" else {})}
    body |= {"user_context": instruction} if instruction else {}
    order = Order("start_autofix", {"org": home, "issue": it.id}, {}, body)
    said = f"Let Seer work on {it.short_id}, as far as {until.replace('_', ' ')}"
    return Proposal(home, said, [Wish(order, it.short_id, it.title.raw)])
