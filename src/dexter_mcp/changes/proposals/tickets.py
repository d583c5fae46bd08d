"""Tickets elsewhere that are made for issues, or linked to them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.changes.proposals.choosing import one
from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.integrations_tickets import tracker_of
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.external_issues import FormField, Ticket, TicketForm, Tracker
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.views import tickets as view
from dexter_mcp.views.untrusted import name

_FEW: Final = 10
_NUMBERED: Final = re.compile(
    r"(?:https?://[^/]+/)?(?P<repo>[^\s#]+?)(?:/-)?(?:/issues/|#)(?P<number>\d+)/?"
)
"""`acme/shop#212`, or the address of such an issue."""
_BROWSED: Final = re.compile(r"https?://\S+/(?:browse|issue)/(?P<key>[\w-]+)\S*")
"""The address of a ticket whose last part is its key, as Jira's and Linear's."""


async def create(
    desk: Desk,
    *,
    org: str,
    issue: str,
    integration: str,
    title: str,
    description: str,
    fields: Sequence[str],
) -> Proposal:
    """Propose to make a ticket for an issue; what is not said is as Sentry suggests.

    Raises:
        Invalid: The form needs something else; the message shows the fields that are wrong.
        NotFound: There is no such issue, or nothing that holds tickets.
    """
    home, it = await one(desk, org, issue)
    tracker = await tracker_of(desk, home, integration)
    with missing.issue(home, it.id):
        form = await desk.sentry.external_issues.form(home, it.id, tracker.id, action="create")
    told = {**_told(fields), **_texts(form, title=title, description=description)}
    body = _filled(desk, it, form, told)
    places = {"org": home, "issue": it.id, "integration": tracker.id}
    where = f"{name(tracker.name)} ({name(tracker.provider.key)})"
    order = Order("create_external_ticket", places, {}, body)
    wish = Wish(order, f"ticket for {it.short_id}", it.title.raw)
    return Proposal(home, f"Make a ticket in {where} for {it.short_id}", [wish])


def _told(fields: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Read fields such as `repo=acme/shop`; a repeated one has several values."""
    told = dict[str, list[str]]()
    for each in fields:
        field, equals, value = each.partition("=")
        if not (equals and field.strip()):
            raise Invalid(f"{each[:80]!r} is no field. Write each as `name=value`.")
        told.setdefault(field.strip(), []).append(value.strip())
    return told


def _texts(form: TicketForm, *, title: str, description: str) -> Mapping[str, Sequence[str]]:
    """Give the texts of a ticket: those that were told, or those that Sentry suggests."""
    given = {"title": title, "description": description}
    suggested = {each.name: each.default.raw for each in form.fields}
    return {n: [text] for n in given if (text := given[n] or suggested.get(n, ""))}


def _filled(
    desk: Desk, issue: Issue, form: TicketForm, told: Mapping[str, Sequence[str]]
) -> Mapping[str, Any]:
    """Fill in a form, or say what of it is wrong."""
    known = {each.name: each for each in form.fields}
    values = {each.name: _values(each, told.get(each.name, ())) for each in form.fields}
    wrong = [each for each in form.fields if _is_wrong(each, values[each.name])]
    unknown = [name(each) for each in told if each not in known]
    if wrong or unknown:
        named = [f"no field is called {', '.join(unknown)}"] if unknown else []
        named += [f"missing or wrong: {', '.join(name(each.name) for each in wrong)}"] * bool(wrong)
        shown = form.model_copy(update={"create_issue_config": tuple(wrong) or form.fields})
        table = view.form(shown, issue=issue.id, action="create", only="", fence=desk.fence())
        raise Invalid(f"Nothing was sent: {'; '.join(named)}. Give `fields`.\n{table.text}")
    return {
        n: list(given) if known[n].multiple else given[0] for n, given in values.items() if given
    }


def _values(field: FormField, told: Sequence[str]) -> Sequence[str]:
    """Take what was told by its value or its label; the only choice goes without saying."""
    if not told and field.required and len(field.choices) == 1:
        return [field.choices[0][0].raw]
    labels = {label.raw.lower(): value.raw for value, label in field.choices}
    values = {value.raw for value, _ in field.choices}
    return [each if each in values else labels.get(each.lower(), each) for each in told]


def _is_wrong(field: FormField, values: Sequence[str]) -> bool:
    """Tell whether a field lacks a value, or has one that it can't have."""
    choices = {value.raw for value, _ in field.choices}
    if (field.required and not any(values)) or (len(values) > 1 and not field.multiple):
        return True
    return bool(choices) and not choices.issuperset(values)


async def link(desk: Desk, *, org: str, issue: str, ticket: str, integration: str) -> Proposal:
    """Propose to link an issue to a ticket that is there.

    Raises:
        NotFound: There is no such issue, or nothing that holds tickets.
    """
    home, it = await one(desk, org, issue)
    tracker = await tracker_of(desk, home, integration)
    places = {"org": home, "issue": it.id, "integration": tracker.id}
    order = Order("link_external_ticket", places, {}, _named(ticket.strip()))
    called = name(ticket.strip())
    where = f"{called} in {name(tracker.name)}"
    return Proposal(
        home, f"Link {it.short_id} to {where}", [Wish(order, f"{it.short_id} to {called}")]
    )


def _named(ticket: str) -> Mapping[str, str]:
    """Read a ticket's key or address; GitHub and its like want repository and number apart."""
    if found := _BROWSED.fullmatch(ticket):
        return {"externalIssue": found["key"]}
    if found := _NUMBERED.fullmatch(ticket):
        return {"externalIssue": found["number"], "repo": found["repo"]}
    return {"externalIssue": ticket}


async def unlink(desk: Desk, *, org: str, issue: str, ticket: str) -> Proposal:
    """Propose to break the link between an issue and a ticket, which stays where it is.

    Raises:
        Invalid: The issue is not linked to it, or it is not clear to which; the message names
            those that it is linked to.
    """
    home, it = await one(desk, org, issue)
    with missing.issue(home, it.id):
        trackers = (await desk.sentry.external_issues.by_integrations(home, it.id)).items
    linked = [(tracker, each) for tracker in trackers for each in tracker.external_issues]
    if not linked:
        raise Invalid(f"{it.short_id} is linked to no ticket of an integration.")
    match [pair for pair in linked if ticket.strip() in _names(pair[1])] if ticket else linked:
        case [(tracker, only)]:
            return _unlinking(home, it, tracker, only)
        case _:
            known = ", ".join(name(each.key) for _, each in linked[:_FEW])
            raise Invalid(
                f"{it.short_id} is linked to {known}; say which one as `ticket`. An app's own "
                "links are broken in Sentry."
            )


def _names(ticket: Ticket) -> Iterator[str]:
    yield from (ticket.key, ticket.display_name, ticket.url, ticket.id)


def _unlinking(org: str, issue: Issue, tracker: Tracker, ticket: Ticket) -> Proposal:
    places = {"org": org, "issue": issue.id, "integration": tracker.id}
    order = Order("unlink_external_ticket", places, {"externalIssue": (ticket.id,)})
    called = name(ticket.key)
    wish = Wish(order, f"{issue.short_id} from {called}")
    return Proposal(org, f"Unlink {issue.short_id} from {called} in {name(tracker.name)}", [wish])
