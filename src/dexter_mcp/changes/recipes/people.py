"""Recipes of what is done to teams, members, and who is in which team."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from dexter_mcp.changes.looks import each, find, itself, read, row, same
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import (
    Create,
    Delete,
    Lens,
    Recipe,
    Tie,
    Update,
    seen_through,
)
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.views.untrusted import name

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
        "who": _called(member),
        "flags": team.get("flags"),
        "inside": bool(there) or (is_array(teams) and slug in teams),
        "ownRole": there["role"] if there else None,
        "teamRole": (there["role"] if there else None) or least,
    }


async def _role_in_team(sentry: Sentry, order: Order) -> State:
    state = await _in_team(sentry, order)
    return state if state and state["inside"] else None


def _called(member: Json) -> str:
    return name(str(member.get("name") or member.get("email") or "Somebody"))


def _roles(state: Json) -> list[dict[str, Any]]:
    """List somebody's teams by slug, with their role in each; none is what everybody in it has.

    Servers without roles in teams show the slugs alone.
    """
    bare = [{"teamSlug": slug} for slug in state.get("teams") or () if isinstance(slug, str)]
    rows = state.get("teamRoles", bare) or ()
    told = [
        {"teamSlug": str(row["teamSlug"]), "role": _role(row.get("role"))}
        for row in rows
        if is_object(row)
    ]
    return sorted(told, key=lambda row: row["teamSlug"])


def _role(value: Any) -> str | None:
    return None if value in {None, "", _LEAST} else str(value)


def _teams(state: Json) -> list[str]:
    """Spell somebody's teams for people: `payments`, `data (admin)`."""
    return [
        f"{row['teamSlug']} ({row['role']})" if row["role"] else row["teamSlug"]
        for row in _roles(state)
    ]


def _written(teams: Iterable[str]) -> list[Json]:
    """Write teams as Sentry takes them."""
    parted = [team.partition(" ") for team in teams]
    return [{"teamSlug": slug, "role": role.strip("()") or None} for slug, _, role in parted]


def _wanted(told: Json) -> Json:
    """Say what was asked for with the teams as people read them."""
    if "teamRoles" not in told:
        return told
    return {**{n: v for n, v in told.items() if n != "teamRoles"}, "teams": _teams(told)}


def _teams_of(state: Json) -> Json:
    """Repeat somebody's teams: whoever is changed without them is taken out of all."""
    return {"teamRoles": _roles(state)}


@dataclass(frozen=True, kw_only=True)
class _Invite(Create):
    """Invites somebody, into teams too."""

    def before(self, order: Order, state: State) -> State:
        """Read what is there of them."""
        return (
            None if state is None else seen_through(_LENSES, state, self.after(order, state) or {})
        )

    def after(self, order: Order, state: State) -> State:
        """Give what they are to be."""
        return _wanted(super().after(order, state) or {})


@dataclass(frozen=True, kw_only=True)
class _UpdateMember(Update):
    """Changes roles and teams, or sends an invitation again, which leaves no trace."""

    def before(self, order: Order, state: State) -> State:
        """Read what the order sets; of an invitation, whether it can still be taken up."""
        if state is not None and _resends(order):
            return {"expired": bool(state.get("expired"))}
        return super().before(order, state)

    def after(self, order: Order, state: State) -> State:
        """Give what the order sets."""
        return {"invitation": "sent again"} if _resends(order) else super().after(order, state)

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
        made = None if _resends(order) else super().inverse(order, before, reply)
        if made is None or "teams" not in made.told:
            return made
        kept = {field: value for field, value in made.told.items() if field != "teams"}
        return replace(made, body={**kept, "teamRoles": _written(made.told["teams"])})


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
            yield f"{_called(state)} leaves {', '.join(left)}."


def _goes(order: Order, state: State) -> Iterable[str]:
    if state and state.get("pending"):
        yield from _provisioned(order, state)
    if state and state.get("isOnlyOwner"):
        yield "The only owner of the organization: Sentry refuses to let them go."
    elif state and not state.get("pending"):
        yield "What they own (alerts, monitors, assigned issues) belongs to nobody afterwards."


def _provisioned(_: Order, state: State) -> Iterable[str]:
    flags = (state or {}).get("flags")
    if is_object(flags) and flags.get("idp:provisioned"):
        yield "The identity provider looks after this: Sentry refuses it, except through SCIM."


def _dissolves(order: Order, state: State) -> Iterable[str]:
    yield from _provisioned(order, state)
    projects = (state or {}).get("projects")
    slugs = [str(each.get("slug")) for each in projects or () if is_object(each)]
    if slugs:
        yield f"Its projects stay, without this team: {', '.join(slugs)}."


def _forgets_role(order: Order, state: State) -> Iterable[str]:
    yield from _provisioned(order, state)
    if state and state.get("ownRole"):
        yield f"{state['who']} is {state['ownRole']} of the team, and would come back without that."


def _slug(state: Json) -> Json:
    """Repeat a team's slug, without which Sentry's description lets nothing be changed."""
    return {"slug": state["slug"]}


_LENSES: Final[Mapping[str, Lens]] = {"teams": _teams}
_TEAM: Final = itself("get_team", expand=("projects",))
_MEMBER: Final = itself("get_member")

RECIPES: Final[tuple[Recipe, ...]] = (
    Create(
        operation="create_team",
        look=row("list_teams", same("slug", "name")),
        tells=("slug", "id"),
        undone_by="delete_team",
        known_by=(("team", "id"),),
    ),
    Update(
        operation="update_team",
        look=_TEAM,
        whole=_slug,
        warn=_provisioned,
        pins=(("team", "id"),),
    ),
    Delete(
        operation="delete_team",
        look=_TEAM,
        shows=("name", "memberCount"),
        lost="nobody is in a team that is made anew, and it owns nothing",
        warn=_dissolves,
        pins=(("team", "id"),),
    ),
    _Invite(
        operation="invite_member",
        look=each(_invited),
        naming=frozenset({"sendInvite", "reinvite"}),
        tells=("id",),
        undone_by="delete_member",
        known_by=(("member", "id"),),
        warn=_letter,
    ),
    _UpdateMember(
        operation="update_member",
        look=_MEMBER,
        lenses=tuple(_LENSES.items()),
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
        warn=_provisioned,
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
