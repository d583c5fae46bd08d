"""Changes to teams: what they are called, and who is in them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.changes.proposals.members import member_now, roles_of
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.members import MemberDetails
from dexter_mcp.sentry.teams import Team
from dexter_mcp.views.untrusted import name

TeamRole = Literal["", "contributor", "admin"]

_SLUG: Final = re.compile(r"(?![0-9]+$)[a-z0-9_\-]{1,50}")
_LONGEST: Final = 64


async def create(desk: Desk, *, org: str, called: str, slug: str) -> Proposal:
    """Propose a team, which the token's user joins.

    Raises:
        Invalid: The name or the slug is none that Sentry takes.
    """
    body = _naming(called, slug)
    home = await desk.org(org)
    order = Order("create_team", {"org": home}, {}, body)
    return Proposal(
        home, f"Create the team {called or slug} in {home}", [Wish(order, f"team {called or slug}")]
    )


async def update(
    desk: Desk,
    *,
    org: str,
    team: str,
    called: str,
    slug: str,
    add: Sequence[str],
    remove: Sequence[str],
    role: TeamRole,
) -> Proposal:
    """Propose another name, slug, or people in a team; each person is a step of its own.

    Raises:
        Invalid: Nothing is to be changed, somebody is named twice, or has a role that can't be.
        NotFound: There is no such team, or no such member.
    """
    body = _naming(called, slug) if called or slug else {}
    if role and not add:
        raise Invalid("`role` is for those in `add`: name them; who is in the team already may be.")
    if not (body or add or remove):
        raise Invalid("Nothing to change: give `name`, `slug`, `add` or `remove`.")
    home = await desk.org(org)
    it = await desk.sentry.teams.resolve(home, team)
    coming = [await member_now(desk, home, each) for each in add]
    going = [await member_now(desk, home, each) for each in remove]
    if both := {each.id for each in coming} & {each.id for each in going}:
        twice = next(each for each in coming if each.id in both)
        raise Invalid(f"{name(twice.called)} is in both `add` and `remove`. Leave out one of them.")
    place = {"org": home, "team": it.id}
    wishes = [_joining(home, it, each, role) for each in coming]
    wishes += [_being("remove_member_from_team", home, it, each) for each in going]
    if body:  # Last, for people are brought in under the slug of now.
        wishes.append(Wish(Order("update_team", place, {}, body), f"team {it.slug}"))
    told = ", ".join(_told(body, coming, going, role))
    return Proposal(home, f"Team {it.slug} in {home}: {told}", wishes)


async def delete(desk: Desk, *, org: str, team: str) -> Proposal:
    """Propose to dissolve a team."""
    home = await desk.org(org)
    it = await desk.sentry.teams.resolve(home, team)
    order = Order("delete_team", {"org": home, "team": it.id})
    wish = Wish(order, f"team {it.slug}", name=it.slug)
    return Proposal(home, f"Delete the team {it.slug} in {home}", [wish])


def _naming(called: str, slug: str) -> dict[str, str]:
    """Check what a team shall be called.

    Raises:
        Invalid: Sentry does not take that, or it is nothing.
    """
    if not (called or slug):
        raise Invalid("A team needs a `name` or a `slug`.")
    if len(called) > _LONGEST:
        raise Invalid(f"`name` may have {_LONGEST} characters, not {len(called)}.")
    if slug and not _SLUG.fullmatch(slug):
        raise Invalid(
            f"`slug` {slug[:80]!r}: up to 50 lower-case letters, digits, - and _, and not digits "
            "alone."
        )
    told = {"name": called, "slug": slug}
    return {field: value for field, value in told.items() if value}


def _joining(org: str, team: Team, member: MemberDetails, role: TeamRole) -> Wish:
    """Let somebody in, or change what they may do there if they are in it already.

    A role comes with the team only where all teams of a member are written at once.
    """
    if not role:
        return _being("add_member_to_team", org, team, member)
    if team.slug in member.teams:
        return _being("update_member_team_role", org, team, member, {"teamRole": role})
    roles = {**roles_of(member), team.slug: role}
    body = {"teamRoles": [{"teamSlug": slug, "role": each or None} for slug, each in roles.items()]}
    order = Order("update_member", {"org": org, "member": member.id}, {}, body)
    return Wish(order, name(member.called))


def _being(
    operation: str,
    org: str,
    team: Team,
    member: MemberDetails,
    body: dict[str, str] | None = None,
) -> Wish:
    places = {"org": org, "member": member.id, "team": team.id}
    return Wish(Order(operation, places, {}, body), f"{name(member.called)} in {team.slug}")


def _told(
    body: dict[str, str],
    coming: Sequence[MemberDetails],
    going: Sequence[MemberDetails],
    role: TeamRole,
) -> Iterator[str]:
    yield from (f"{field} {value}" for field, value in body.items())
    if coming:
        yield f"add {_names(coming)}{f' as {role}' if role else ''}"
    if going:
        yield f"remove {_names(going)}"


def _names(members: Sequence[MemberDetails]) -> str:
    return " and ".join(name(each.called) for each in members)
