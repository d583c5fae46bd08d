"""Changes to members, and to invitations that nobody took up yet."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import trail
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid, SentryError
from dexter_mcp.sentry.members import ME, Member, MemberDetails
from dexter_mcp.views.untrusted import name

OrgRole = Literal["", "billing", "member", "admin", "manager", "owner"]

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_LONGEST: Final = 75
_BILLING: Final = "billing"
_OWNER: Final = "owner"
_MIGHTY: Final[Mapping[str, str]] = {
    _OWNER: "do everything: billing, other owners, deleting the organization",
    "manager": "manage all members, teams, projects and settings",
}


async def invite(
    desk: Desk, *, org: str, email: str, role: OrgRole, teams: Sequence[str], resend: bool
) -> Proposal:
    """Propose an invitation, or a second letter to somebody who is invited already.

    Raises:
        Invalid: It is no address, a member's, or that of an invitation that says otherwise.
        NotFound: There is no such team.
    """
    address = email.strip().strip("<>")
    if not _ADDRESS.fullmatch(address) or len(address) > _LONGEST:
        raise Invalid(f"{email[:80]!r} is no e-mail address.")
    home = await desk.org(org)
    slugs = await _slugs(desk, home, teams)
    _check_billing(role, slugs)
    known = await _known(desk, home, address)
    if known and not known.pending:
        raise Invalid(f"{address} is a member already; `update_member` changes role and teams.")
    if known and resend:
        return _again(home, known)
    if known:
        _check_alike(known, role, slugs)
    rows = [{"teamSlug": slug, "role": None} for slug in slugs]
    body = {
        "email": address,
        **({"orgRole": role} if role else {}),
        **({"teamRoles": rows} if rows else {}),
    }
    wish = Wish(Order("invite_member", {"org": home}, {}, body), f"invitation of {address}")
    into = f" to {', '.join(slugs)}" if slugs else ""
    said = f"Invite {address} as {role or 'member'}{into} in {home}"
    return Proposal(home, said, [wish], tuple(_powers(address, role, home)))


async def update(
    desk: Desk,
    *,
    org: str,
    member: str,
    role: OrgRole,
    add_teams: Sequence[str],
    remove_teams: Sequence[str],
) -> Proposal:
    """Propose another role of a member, or other teams.

    Raises:
        Invalid: Nothing is to be changed, or what is can't be.
        NotFound: There is no such member, or no such team.
    """
    if not (role or add_teams or remove_teams):
        raise Invalid("Nothing to change: give `role`, `add_teams` or `remove_teams`.")
    home = await desk.org(org)
    it = await member_now(desk, home, member)
    joined = await _slugs(desk, home, add_teams)
    left = await _slugs(desk, home, remove_teams)
    await _check_role(desk, home, it, role)
    roles = _moved(it, joined, left)
    _check_billing(role or it.org_role, list(roles))
    body = dict[str, Any]({"orgRole": role} if role else {})
    if joined or left:
        body["teamRoles"] = [
            {"teamSlug": slug, "role": each or None} for slug, each in roles.items()
        ]
    order = Order("update_member", {"org": home, "member": it.id}, {}, body)
    told = ", ".join(_told(role, joined, left))
    who = name(it.called)
    warnings = tuple(_powers(who, role, home)) if role != it.org_role else ()
    said = f"Member {who} in {home}: {told}"
    return Proposal(home, said, [Wish(order, f"member {who}")], warnings)


async def delete(desk: Desk, *, org: str, member: str) -> Proposal:
    """Propose to let a member go, or to withdraw an invitation.

    Raises:
        Invalid: They are the only owner.
        NotFound: There is no such member.
    """
    home = await desk.org(org)
    it = await desk.sentry.members.resolve(home, member)
    if it.is_only_owner:
        raise Invalid(
            f"{name(it.called)} is the only owner of {home}. Make somebody else owner first."
        )
    called = it.email or it.called
    what = "Withdraw the invitation of" if it.pending else "Remove the member"
    order = Order("delete_member", {"org": home, "member": it.id})
    wish = Wish(order, f"member {name(it.called)}", name=called)
    return Proposal(home, f"{what} {called} in {home}", [wish])


async def member_now(desk: Desk, org: str, named: str) -> MemberDetails:
    """Settle which member is meant, with the teams of this moment: all of them are written."""
    found = await desk.sentry.members.resolve(org, named)
    with trail.anew():
        return await desk.sentry.members.get(org, found.id)


def roles_of(member: MemberDetails) -> Mapping[str, str]:
    """Give somebody's teams by slug, with their role in each; empty is what everybody has."""
    return {**dict.fromkeys(member.teams, ""), **{r.team_slug: r.role for r in member.team_roles}}


async def _slugs(desk: Desk, org: str, named: Sequence[str]) -> list[str]:
    return [(await desk.sentry.teams.resolve(org, each)).slug for each in named]


async def _known(desk: Desk, org: str, address: str) -> MemberDetails | None:
    """Find who has an address, be it as a member or as somebody invited."""
    page = await desk.sentry.members.list(org, query=address)
    fits = [each for each in page.items if _has(each, address)]
    return await desk.sentry.members.get(org, fits[0].id) if fits else None


def _has(each: Member, address: str) -> bool:
    return each.email.lower() == address.lower()


def _again(org: str, invited: MemberDetails) -> Proposal:
    """Send a letter once more; one that has expired gets a new link."""
    body = {"reinvite": True, **({"regenerate": True} if invited.expired else {})}
    order = Order("update_member", {"org": org, "member": invited.id}, {}, body)
    wish = Wish(order, f"invitation of {invited.email}")
    return Proposal(org, f"Send the invitation of {invited.email} to {org} again", [wish])


def _check_alike(invited: MemberDetails, role: OrgRole, slugs: Sequence[str]) -> None:
    other_role = bool(role) and role != invited.org_role
    if invited.expired or other_role or set(slugs) - set(invited.teams):
        state = "has expired" if invited.expired else "is open already"
        teams = f" of {', '.join(invited.teams)}" if invited.teams else ""
        raise Invalid(
            f"The invitation of {invited.email} as {invited.org_role}{teams} {state}. "
            "`resend` true sends it again; `update_member` changes role and teams."
        )


def _check_billing(role: str, slugs: Sequence[str]) -> None:
    if role == _BILLING and slugs:
        raise Invalid("Who has the role billing can't be in a team. Leave the teams out.")


async def _check_role(desk: Desk, org: str, member: MemberDetails, role: OrgRole) -> None:
    if not role or role == member.org_role:
        return
    if member.is_only_owner and role != _OWNER:
        raise Invalid(f"{name(member.called)} is the only owner of {org}. Name another one first.")
    try:
        me = await desk.sentry.members.get(org, ME)
    except SentryError:
        return  # A token that acts for nobody is no member.
    if me.id == member.id:
        raise Invalid("Nobody can change their own role. Somebody else has to.")


def _moved(member: MemberDetails, joined: Sequence[str], left: Sequence[str]) -> dict[str, str]:
    """Give all teams of somebody afterwards; those that stay keep their role.

    Raises:
        Invalid: They are in none of a name.
    """
    roles = dict(roles_of(member))
    if strange := [slug for slug in left if slug not in roles]:
        known = f"in {', '.join(roles)}" if roles else "in no team"
        raise Invalid(f"{name(member.called)} is not in {strange[0]}, but {known}.")
    kept = {slug: role for slug, role in roles.items() if slug not in left}
    return {**dict.fromkeys(joined, ""), **kept}


def _powers(who: str, role: str, org: str) -> Iterator[str]:
    """Warn of the roles that have power over everybody else."""
    if may := _MIGHTY.get(role):
        yield f"as {role}, {who} may {may} in {org}"


def _told(role: str, joined: Sequence[str], left: Sequence[str]) -> Iterator[str]:
    if role:
        yield f"role {role}"
    if joined:
        yield f"into {', '.join(joined)}"
    if left:
        yield f"out of {', '.join(left)}"
