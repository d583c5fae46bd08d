"""Recipes of what is done to teams, members, and who is in which team."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from dexter_mcp.changes.looks import each, find, itself, read, row, same
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Create, Delete, Recipe, Tie, Update
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.json_types import is_array, is_object

LEADERS: Final = frozenset({"admin", "manager", "owner"})
"""Who is the admin of every team that they are in."""
_LEAST: Final = "contributor"
_RESENDING: Final = frozenset({"reinvite", "regenerate"})


async def _invited(sentry: Sentry, order: Order) -> State:
    """Find a member, or somebody invited, by their address; with their teams."""
    wanted = str(order.told.get("email", "")).lower()
    found = await find(
        sentry,
        "list_members",
        order.places,
        lambda row: str(row.get("email", "")).lower() == wanted,
        query=wanted,
    )
    if found is None:
        return None
    whole = await read(sentry, "get_member", {**order.places, "member": str(found["id"])})
    return whole if is_object(whole) else found


async def _in_team(sentry: Sentry, order: Order) -> State:
    """Tell whether a member is in a team, and what they may do there."""
    member = await read(sentry, "get_member", order.places)
    team = await read(sentry, "get_team", order.places)
    if not (is_object(member) and is_object(team)):
        return None
    slug, teams = str(team["slug"]), member.get("teams")
    there = next((row for row in _roles(member) if row["teamSlug"] == slug), None)
    least = "admin" if member.get("orgRole") in LEADERS else _LEAST
    return {
        "inside": bool(there) or (is_array(teams) and slug in teams),
        "ownRole": there["role"] if there else None,
        "teamRole": (there["role"] if there else None) or least,
    }


async def _role_in_team(sentry: Sentry, order: Order) -> State:
    state = await _in_team(sentry, order)
    return state if state and state["inside"] else None


def _roles(state: Json) -> list[dict[str, Any]]:
    """List somebody's teams by slug, with their role in each; none is what everybody in it has."""
    rows = state.get("teamRoles") or ()
    told = [
        {"teamSlug": str(row["teamSlug"]), "role": _role(row.get("role"))}
        for row in rows
        if is_object(row)
    ]
    return sorted(told, key=lambda row: row["teamSlug"])


def _role(value: Any) -> str | None:
    return None if value in {None, "", _LEAST} else str(value)


def _wanted(told: Json) -> Json:
    return {**told, "teamRoles": _roles(told)} if "teamRoles" in told else told


def _teams_of(state: Json) -> Json:
    """Repeat somebody's teams: whoever is changed without them is taken out of all."""
    return {"teamRoles": _roles(state)}


@dataclass(frozen=True, kw_only=True)
class _UpdateMember(Update):
    """Changes roles and teams, or sends an invitation again, which leaves no trace."""

    def due(self, order: Order, state: State) -> bool:
        """Send an invitation whenever that is asked for."""
        return _resends(order) or super().due(order, state)

    def complete(self, order: Order, state: State) -> Order:
        """Say nothing else with an invitation: Sentry refuses that."""
        return order if _resends(order) else super().complete(order, state)

    def loses(self, order: Order, state: State) -> str:
        """Know that a letter can't be called back."""
        return "the letter is on its way" if _resends(order) else super().loses(order, state)

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:
        """Take back all but a letter."""
        return None if _resends(order) else super().inverse(order, before, reply)


def _resends(order: Order) -> bool:
    return not _RESENDING.isdisjoint(order.told)


def _letter(order: Order, _: State) -> Iterable[str]:
    if order.told.get("sendInvite", True):
        yield f"Sentry writes to {order.told.get('email')}."


def _fewer_teams(order: Order, state: State) -> Iterable[str]:
    """Name the teams that somebody leaves by not being named among the new ones."""
    if "teamRoles" in order.told and state is not None:
        kept = {row["teamSlug"] for row in _roles(order.told)}
        if left := [row["teamSlug"] for row in _roles(state) if row["teamSlug"] not in kept]:
            yield f"They leave {', '.join(left)}."


def _goes(_: Order, state: State) -> Iterable[str]:
    if state and state.get("isOnlyOwner"):
        yield "The only owner of the organization: Sentry refuses to let them go."
    elif state and not state.get("pending"):
        yield "What they own (alerts, monitors, assigned issues) belongs to nobody afterwards."


def _dissolves(_: Order, state: State) -> Iterable[str]:
    projects = (state or {}).get("projects")
    slugs = [str(each.get("slug")) for each in projects or () if is_object(each)]
    if slugs:
        yield f"Its projects stay, without this team: {', '.join(slugs)}."


def _forgets_role(_: Order, state: State) -> Iterable[str]:
    if state and state.get("ownRole"):
        yield f"They are {state['ownRole']} of the team; taking it back brings them in without that."


def _slug(state: Json) -> Json:
    """Repeat a team's slug, without which Sentry's description lets nothing be changed."""
    return {"slug": state["slug"]}


_TEAM: Final = itself("get_team", expand=("projects",))
_MEMBER: Final = itself("get_member")

RECIPES: Final[tuple[Recipe, ...]] = (
    Create(
        operation="create_team",
        look=row("list_teams", same("slug", "name")),
        undone_by="delete_team",
        known_by=(("team", "id"),),
    ),
    Update(operation="update_team", look=_TEAM, whole=_slug, pins=(("team", "id"),)),
    Delete(
        operation="delete_team",
        look=_TEAM,
        shows=("name", "memberCount"),
        lost="nobody is in a team that is made anew, and it owns nothing",
        warn=_dissolves,
        pins=(("team", "id"),),
    ),
    Create(
        operation="invite_member",
        look=each(_invited),
        lenses=(("teamRoles", _roles),),
        naming=frozenset({"sendInvite", "reinvite"}),
        undone_by="delete_member",
        known_by=(("member", "id"),),
        warn=_letter,
    ),
    _UpdateMember(
        operation="update_member",
        look=_MEMBER,
        lenses=(("teamRoles", _roles),),
        naming=_RESENDING,
        wanted=_wanted,
        whole=_teams_of,
        warn=_fewer_teams,
        pins=(("member", "id"),),
    ),
    Delete(
        operation="delete_member",
        look=_MEMBER,
        shows=("email", "orgRole", "teams"),
        lost="whoever is let go has to be invited again",
        warn=_goes,
        pins=(("member", "id"),),
    ),
    Tie(
        operation="add_member_to_team",
        look=each(_in_team),
        called="inside",
        ties=True,
        other="remove_member_from_team",
    ),
    Tie(
        operation="remove_member_from_team",
        look=each(_in_team),
        called="inside",
        ties=False,
        other="add_member_to_team",
        warn=_forgets_role,
    ),
    Update(operation="update_member_team_role", look=each(_role_in_team)),
)
