"""Changes to what a project drops on arrival."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.changes.proposals.projects import Switch, found
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.catalogue.operations import operation_named
from dexter_mcp.sentry.errors import Invalid

_OPERATION: Final = "update_inbound_filter"
_BROWSERS: Final = "legacy-browsers"


async def update(
    desk: Desk,
    *,
    org: str,
    project: Sequence[str],
    filters: Sequence[str],
    active: Switch,
    browsers: Sequence[str],
) -> Proposal:
    """Propose to switch inbound filters, or to choose which old browsers are dropped.

    Raises:
        Invalid: It is not said what becomes of a filter, or one is unknown.
        NotFound: There is no such project.
    """
    _check_browsers(filters, active, browsers)
    home, it = await found(desk, org, project)
    known = [each.id for each in await desk.sentry.project_settings.filters(home, it.slug)]
    _check(filters, known)
    body: Mapping[str, Any] = (
        {"subfilters": list(browsers)} if browsers else {"active": active == "yes"}
    )
    wishes = [
        Wish(Order(_OPERATION, _places(home, it.slug, each), {}, body), f"filter {each}")
        for each in filters
    ]
    will = "Drop chosen old browsers" if browsers else "Switch on" if active == "yes" else "Stop"
    return Proposal(home, f"{will}: {', '.join(filters)} at {it.slug}", wishes)


def _places(home: str, project: str, named: str) -> dict[str, str]:
    return {"org": home, "project": project, "filter": named}


def _check(filters: Sequence[str], known: Sequence[str]) -> None:
    if strange := next((each for each in filters if each not in known), ""):
        raise Invalid(f"There is no filter {strange[:80]!r}. Valid are: {', '.join(known)}.")


def _check_browsers(filters: Sequence[str], active: Switch, browsers: Sequence[str]) -> None:
    if bool(active) is bool(browsers):
        raise Invalid("Say either whether the filters are `active`, or which `browsers` to drop.")
    if not browsers:
        return
    if tuple(filters) != (_BROWSERS,):
        raise Invalid(f"`browsers` go with the filter {_BROWSERS} alone.")
    fields = {each.name: each for each in operation_named(_OPERATION).body}
    known = [str(value) for value in fields["subfilters"].values]
    if strange := next((each for each in browsers if each not in known), ""):
        raise Invalid(f"There is no browser {strange[:80]!r}. Valid are: {', '.join(known)}.")
