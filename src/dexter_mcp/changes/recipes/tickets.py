"""Recipes of what ties issues to tickets elsewhere, and of the integrations that hold them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from dexter_mcp.changes.looks import each, find, itself, read, rows, unseen
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Create, Delete, Recipe, Tie
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order

_TELLS: Final = ("key", "url")


async def _tickets(sentry: Sentry, order: Order) -> list[Json]:
    """List the tickets that an issue is linked to in one integration."""
    tracker = await find(
        sentry,
        "list_issue_integrations",
        order.places,
        lambda row: str(row.get("id")) == order.places["integration"],
    )
    return rows(tracker.get("externalIssues")) if tracker else []


async def _same_title(sentry: Sentry, order: Order) -> State:
    """Find a ticket of the issue that is called so."""
    wanted = order.told.get("title")
    return next(
        (each for each in await _tickets(sentry, order) if each.get("title") == wanted), None
    )


async def _linked(sentry: Sentry, order: Order) -> State:
    """Tell whether a ticket is linked: one that is named by its key, or in a repository."""
    key, repo = str(order.told.get("externalIssue", "")), order.told.get("repo")
    wanted = {key, f"{repo}#{key}"} if repo else {key}
    found = next((e for e in await _tickets(sentry, order) if e.get("key") in wanted), None)
    return {"linked": True, **found} if found else {"linked": False}


async def _link(sentry: Sentry, order: Order) -> State:
    """Tell whether a ticket is linked: one that is named by its number at Sentry."""
    number = "".join(order.query.get("externalIssue", ()))
    found = next((e for e in await _tickets(sentry, order) if str(e.get("id")) == number), None)
    return {"linked": True, "ticket": found.get("key", "")} if found else {"linked": False}


@dataclass(frozen=True, kw_only=True)
class _Unlinking(Tie):
    """Breaks a link; the ticket stays, and can be linked again by its key."""

    def before(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the state tells
        """Tell whether they are tied, and which ticket it is."""
        return state

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it is known
        """Link it again: GitHub and its like want the repository and the number apart."""
        repo, hashed, number = str((before or {}).get("ticket", "")).rpartition("#")
        if not number:
            return None
        body = {"externalIssue": number, **({"repo": repo} if hashed else {})}
        return Order(self.other, order.places, {}, body)


async def _app_link(sentry: Sentry, order: Order) -> State:
    """Find the link of the issue that is called so and leads there.

    The path of an installation does not name its organization.
    """
    org = await sentry.organizations.resolve("")
    called = f"{order.told.get('project')}#{order.told.get('identifier')}"
    told = await read(
        sentry,
        "list_issue_external_issues",
        {"org": org, "issue": str(order.told.get("issueId"))},
    )
    alike = (e for e in rows(told) if e.get("displayName") == called)
    return next((e for e in alike if e.get("webUrl") == order.told.get("webUrl")), None)


@dataclass(frozen=True, kw_only=True)
class _AppUnlinking(Delete):
    """Breaks a link that an app has made; nothing tells of which issue it is."""

    @property
    def needs_target(self) -> bool:
        """Begin with nothing that could be seen."""
        return False

    def due(self, order: Order, state: State) -> bool:  # noqa: ARG002 - nothing tells
        """Tell whether there is something to do, which nobody can see."""
        return True


def _warn_of_ticket(_: Order, __: State) -> Iterable[str]:
    yield "taken back, only the link goes: the ticket stays where it is"


def _warn_of_app(_: Order, __: State) -> Iterable[str]:
    yield "an app has one link for each issue: another one that is there gives way"


def _warn_of_integration(_: Order, __: State) -> Iterable[str]:
    yield (
        "alerts that notify through it, its repositories, code mappings and links to tickets stop "
        "working"
    )


RECIPES: Final[tuple[Recipe, ...]] = (
    Create(
        operation="create_external_ticket",
        look=each(_same_title),
        undone_by="unlink_external_ticket",
        asked_by=(("externalIssue", "id"),),
        tells=_TELLS,
        warn=_warn_of_ticket,
        strange=True,
    ),
    Tie(
        operation="link_external_ticket",
        look=each(_linked),
        called="linked",
        ties=True,
        other="unlink_external_ticket",
        asked_by=(("externalIssue", "id"),),
        tells=_TELLS,
    ),
    _Unlinking(
        operation="unlink_external_ticket",
        look=each(_link),
        called="linked",
        ties=False,
        other="link_external_ticket",
    ),
    Create(
        operation="create_app_external_issue",
        look=each(_app_link),
        undone_by="delete_app_external_issue",
        known_by=(("external_issue", "id"),),
        warn=_warn_of_app,
    ),
    _AppUnlinking(operation="delete_app_external_issue", look=unseen, seen=False),
    Delete(
        operation="delete_integration",
        look=itself("get_integration"),
        shows=("name", "domainName"),
        warn=_warn_of_integration,
    ),
)
