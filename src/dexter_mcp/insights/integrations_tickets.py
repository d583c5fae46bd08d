"""What an issue is linked to in other systems, and what it takes to link it."""

from typing import Final

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.integrations import ambiguous
from dexter_mcp.insights.local_pages import everything
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.errors import NotFound, Rejected
from dexter_mcp.sentry.external_issues import Action
from dexter_mcp.sentry.integrations import TRACKS, Integration
from dexter_mcp.views import tickets as view
from dexter_mcp.views.answer import Answer

_MANY: Final = 100


async def list_tickets(desk: Desk, *, org: str, issue: str) -> Answer:
    """Answer with the tickets of an issue, whoever linked them.

    Raises:
        SentryError: Neither those of integrations nor those of apps came.
    """
    named, sentry = await desk.issue(org, issue), desk.sentry.external_issues
    async with side_by_side(desk.settings.soft_deadline) as these:
        held = these.ask("integrations", lambda: sentry.by_integrations(named.org, named.id))
        made = these.ask("apps", lambda: sentry.by_apps(named.org, named.id))
    if not (held.came or made.came):
        with missing.issue(named.org, named.id):
            made.required()
    trackers = held.came[0].items if held.came else ()
    told = view.Tickets(trackers, made.otherwise(()), (*held.failed, *made.failed))
    return view.listing(told, issue=named.id, fence=desk.fence())


async def get_form(
    desk: Desk, *, org: str, issue: str, integration: str, action: Action, field: str
) -> Answer:
    """Answer with the form that makes a ticket of an issue, or links one to it.

    Raises:
        Invalid: It is not clear which integration is meant; the message names those that could be.
        NotFound: There is no such issue, or nothing that holds tickets.
    """
    named = await desk.issue(org, issue)
    tracker = await tracker_of(desk, named.org, integration)
    with missing.issue(named.org, named.id):
        told = await desk.sentry.external_issues.form(
            named.org, named.id, tracker.id, action=action
        )
    return view.form(told, issue=named.id, action=action, only=field, fence=desk.fence())


async def tracker_of(desk: Desk, org: str, named: str) -> Integration:
    """Settle where the ticket is to be; of the only place there is no need to speak.

    Raises:
        Invalid: It could be several; the message names them.
        NotFound: Nothing that holds tickets is called so.
        Rejected: What is called so holds no tickets.
    """
    them = desk.sentry.integrations
    found = await them.matching(org, named) if named.strip() else await _all(desk, org)
    match [each for each in found if each.tracks]:
        case [only]:
            return only
        case []:
            if found:
                raise Rejected(
                    f"{found[0].name!r} holds no tickets. `list_issue_tickets` names what could."
                )
            which = repr(named[:80]) if named else "that holds tickets"
            nothing = NotFound(f"No integration {which} is visible in {org!r}.")
            nothing.advice = "`list_integrations` names those that are installed."
            raise nothing
        case several:
            raise ambiguous(repr(named[:80]) if named else "`integration`", several)


async def _all(desk: Desk, org: str) -> list[Integration]:
    them = desk.sentry.integrations
    found, _ = await everything(
        lambda at: them.list(org, features=(TRACKS,), per_page=_MANY, cursor=at)
    )
    return found
