"""Recipes of what provisioners of accounts (SCIM) do: people by their memberships, teams as groups.

A PATCH lists steps; what they come to is worked out here, so that it can be shown and compared.
https://docs.sentry.io/api/scim/
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from dexter_mcp.changes.looks import each, find, itself, read
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Create, Delete, Look, Recipe
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.json_types import is_array, is_object

_ONE: Final = re.compile(r'members\[value eq "([^"]*)"\]', re.IGNORECASE)
_GONE: Final = "whoever is let go has to be invited again"
_OWNER: Final = "owner"

Step = tuple[str, str, Any]
"""What to do, to what, and with which value."""


def _steps(order: Order) -> Sequence[Step]:
    """Read the steps of a PATCH.

    Raises:
        Invalid: They are none that Sentry understands.
    """
    rows = order.told.get("Operations")
    if not is_array(rows) or not rows or not all(map(is_object, rows)):
        raise Invalid(
            '`Operations` is a list of steps: [{"op": "replace", "path": …, "value": …}].'
        )
    return [
        (str(row.get("op", "")).lower(), str(row.get("path") or ""), row.get("value"))
        for row in rows
    ]


def _slugified(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _search(operation: str, field: str, spelt: Callable[[str], str]) -> Look:
    """Look for what a new person or group would be called, in the spelling of Sentry."""

    async def look(sentry: Sentry, order: Order) -> State:
        wanted = str(order.told.get(field, ""))
        name = spelt(wanted)
        found = await find(
            sentry,
            operation,
            order.places,
            lambda row: str(row.get(field, "")).lower() == name,
            filter=f'{field} eq "{name}"',
        )
        return None if found is None else {**found, field: wanted}

    return each(look)


async def _group(sentry: Sentry, order: Order) -> State:
    """Read a group, whether it is provisioned, and the addresses of all whom the order names."""
    group = await read(sentry, "scim_get_group", order.places)
    if not is_object(group):
        return None
    team = await read(sentry, "get_team", order.places)
    called = {str(row["value"]): str(row.get("display", "")) for row in group.get("members") or ()}
    strangers = {number for step in _steps(order) for number in _named(step)} - set(called)
    for number in sorted(strangers):
        user = await read(sentry, "scim_get_user", {**order.places, "member": number})
        if not is_object(user):
            raise Invalid(f"There is no member {number[:80]!r} in SCIM; `list_scim` names them.")
        called[number] = str(user.get("userName") or number)
    return {**group, "inside": [*map(str, _ids(group))], "called": called, "team": team or {}}


def _ids(group: Json) -> Iterable[Any]:
    return (row["value"] for row in group.get("members") or ())


def _named(step: Step) -> Sequence[str]:
    """Name the members that a step is about."""
    _, path, value = step
    if one := _ONE.fullmatch(path):
        return [one[1]]
    if not path.startswith("members"):
        return []
    return [str(row.get("value")) for row in value or () if is_object(row)]


def _display_name(step: Step) -> str:
    kind, path, value = step
    if kind != "replace" or path not in {"", "displayName"}:
        return ""
    return str(value if path else value.get("displayName", "") if is_object(value) else "")


@dataclass(frozen=True, kw_only=True)
class _PatchGroup(Recipe):
    """Renames a team, or changes who is in it."""

    def before(self, order: Order, state: State) -> State:
        """Show the name and the members, as far as the steps concern them."""
        if state is None:
            return None
        team = state["team"]
        shown = {
            "displayName": team.get("name") or state["displayName"],
            "members": self._addresses(state, state["inside"]),
        }
        return {name: shown[name] for name in self.after(order, state) or {}}

    def after(self, order: Order, state: State) -> State:
        """Take the steps one by one."""
        inside = list(state["inside"]) if state else []
        names, moved = "", False
        for step in _steps(order):
            names = _display_name(step) or names
            named = _named(step)
            match step[0]:
                case "add":
                    inside += [each for each in named if each not in inside]
                case "remove":
                    inside = [each for each in inside if each not in named]
                case _ if step[1].startswith("members"):
                    inside = list(named)
                case _:
                    continue
            moved = True
        addresses = {"members": self._addresses(state or {}, inside)} if moved else {}
        return {**({"displayName": names} if names else {}), **addresses}

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:
        """Take out who came, bring back who left, and give the old name back."""
        if before is None or not is_object(reply) or "called" not in reply:
            return None
        steps = list[Mapping[str, Any]]()
        if "displayName" in before:
            steps.append({"op": "replace", "path": "displayName", "value": before["displayName"]})
        if "members" in before:
            by = {address: number for number, address in reply["called"].items()}
            was, now = {by[each] for each in before["members"]}, set(reply["inside"])
            steps += [
                {"op": "remove", "path": f'members[value eq "{number}"]'}
                for number in sorted(now - was)
            ]
            if back := sorted(was - now):
                value = [{"value": number} for number in back]
                steps.append({"op": "add", "path": "members", "value": value})
        return replace(order, body={"Operations": steps}) if steps else None

    @staticmethod
    def _addresses(state: Json, numbers: Iterable[str]) -> list[str]:
        called: Json = state.get("called") or {}
        return sorted(called.get(number, number) for number in numbers)


def _becomes_provisioned(_: Order, state: State) -> Iterable[str]:
    flags: Any = state["team"].get("flags") if state else None
    if not (is_object(flags) and flags.get("idp:provisioned")):
        yield (
            "From now on the identity provider looks after this team: it can no longer be changed "
            "in Sentry, and that stays so when this is taken back."
        )


@dataclass(frozen=True, kw_only=True)
class _PatchUser(Recipe):
    """Changes somebody's role, or lets them go."""

    def before(self, order: Order, state: State) -> State:
        """Show the role."""
        if state is None:
            return None
        named = {"userName": state.get("userName")} if self.after(order, state) is None else {}
        return {**named, "sentryOrgRole": state.get("sentryOrgRole")}

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the order tells
        """Give the new role; whoever is no longer active is gone."""
        wanted = dict[str, Any]()
        for _, path, value in _steps(order):
            wanted |= {path: value} if path else dict(value) if is_object(value) else {}
        if str(wanted.get("active", True)).lower() == "false":
            return None
        role = wanted.get("sentryOrgRole")
        return {"sentryOrgRole": role} if role else {}

    def loses(self, order: Order, state: State) -> str:
        """Know who can't be brought back, and that provisioners make nobody an owner."""
        if self.after(order, state) is None:
            return _GONE
        owns = state is not None and state.get("sentryOrgRole") == _OWNER
        return "SCIM makes nobody an owner" if owns else ""

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it is known
        """Give the old role back."""
        if before is None or self.loses(order, before):
            return None
        steps = [{"op": "replace", "path": "sentryOrgRole", "value": before["sentryOrgRole"]}]
        return replace(order, body={"Operations": steps})


def _letter(order: Order, _: State) -> Iterable[str]:
    yield f"Sentry writes to {order.told.get('userName')}."


RECIPES: Final[tuple[Recipe, ...]] = (
    Create(
        operation="scim_create_user",
        look=_search("scim_list_users", "userName", str.lower),
        undone_by="scim_delete_user",
        known_by=(("member", "id"),),
        warn=_letter,
    ),
    _PatchUser(operation="scim_patch_user", look=itself("scim_get_user")),
    Delete(
        operation="scim_delete_user",
        look=itself("scim_get_user"),
        shows=("userName", "sentryOrgRole"),
        lost=_GONE,
    ),
    Create(
        operation="scim_create_group",
        look=_search("scim_list_groups", "displayName", _slugified),
        undone_by="scim_delete_group",
        known_by=(("team", "id"),),
    ),
    _PatchGroup(
        operation="scim_patch_group",
        look=each(_group),
        pins=(("team", "id"),),
        warn=_becomes_provisioned,
    ),
    Delete(
        operation="scim_delete_group",
        look=itself("scim_get_group"),
        shows=("displayName",),
        lost="nobody is in a team that is made anew, and it owns nothing",
    ),
)
