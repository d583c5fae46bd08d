"""Members: who they are, what they may do, when they were last seen."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dexter_mcp.sentry.members import ExternalActor, Member, MemberDetails
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.teams import TeamMember
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward, short_ago
from dexter_mcp.views.moments import ago
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import name

_HEADERS = ("member", "email", "role", "in team", "last seen", "remarks")


def listing(page: Page[Member], *, asked: dict[str, str], now: datetime) -> Answer:
    """Show members, a line each."""
    said = echo(**asked)
    if not page.items:
        wider = "Leave out query, role, team and project." if len(asked) > 1 else "See `whoami`."
        return Answer(f"No member found.\n{said}\n{wider}", data=page)
    lines = [f"{found(page, 'member')}, {said}", *rows(page.items, now), *onward(page)]
    return Answer("\n".join(lines), data=page)


def rows(members: Sequence[Member], now: datetime) -> Iterator[str]:
    """Show members as a table."""
    told = [
        [
            name(each.called),
            name(each.email) if each.email != each.called else "",
            name(each.org_role),
            name(each.team_role) if isinstance(each, TeamMember) else "",
            short_ago(last_seen(each), now),
            ", ".join(remarks(each)),
        ]
        for each in members
    ]
    yield from filter(None, table(_HEADERS, told).split("\n"))


def one(member: MemberDetails, *, org: str, now: datetime) -> Answer:
    """Show one member with their teams."""
    user = member.user
    roles = {each.team_slug: each.role for each in member.team_roles}
    teams = [_team(slug, roles.get(slug, "")) for slug in member.teams]
    lines = [
        f"{name(member.called)} <{name(member.email)}>, {name(member.org_role)} of {name(org)}",
        f"teams: {', '.join(teams) or 'none'}",
        ", ".join(
            filter(
                None,
                [
                    f"last seen {ago(last_seen(member), now)}" if user else "",
                    f"member since {ago(member.date_created, now)}" if user else "",
                    *remarks(member),
                    "the only owner" if member.is_only_owner else "",
                    "single sign-on" if member.flags.sso_linked else "",
                ],
            )
        ),
        f"known as: {external(member.external_users)}" if member.external_users else "",
        f"member id {name(member.id)}" + (f", user id {name(user.id)}" if user else ""),
        f"more: `search_issues` query=assigned:{name(member.email)}" if user else "",
    ]
    return Answer("\n".join(filter(None, lines)), data=member)


def remarks(member: Member) -> Iterator[str]:
    """Say what is out of the ordinary about a membership."""
    if member.pending:
        inviter = f" by {name(member.inviter_name)}" if member.inviter_name else ""
        yield f"invited{inviter}, {'expired' if member.expired else 'pending'}"
    if member.user and member.user.has_2fa is False:
        yield "no 2FA"
    if member.user and not member.user.is_active:
        yield "account closed"
    if member.flags.restricted:
        yield "over the member limit"


def last_seen(member: Member) -> datetime | None:
    """Tell when somebody last used Sentry, as far as it says."""
    user = member.user
    return (user.last_active or user.last_login) if user else None


def external(actors: Sequence[ExternalActor]) -> str:
    """Name what somebody is called elsewhere."""
    return ", ".join(f"{name(each.external_name)} ({name(each.provider)})" for each in actors)


def _team(slug: str, role: str) -> str:
    special = f" ({name(role)})" if role and role != "contributor" else ""
    return f"#{name(slug)}{special}"
