"""Teams: who is in them, and what belongs to them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dexter_mcp.sentry.projects import Project
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.teams import Team, TeamMember
from dexter_mcp.views import members as people
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward
from dexter_mcp.views.moments import ago
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import name

_FEW = 8
_HEADERS = ("team", "name", "members", "projects", "you")


def listing(page: Page[Team], *, asked: dict[str, str]) -> Answer:
    """Show teams, a line each."""
    said = echo(**asked)
    if not page.items:
        wider = "Leave out query, mine and project." if len(asked) > 1 else "See `whoami`."
        return Answer(f"No team found.\n{said}\n{wider}", data=page)
    lines = [f"{found(page, 'team')}, {said}", *rows(page.items), *onward(page)]
    return Answer("\n".join(lines), data=page)


def rows(teams: Sequence[Team]) -> Iterator[str]:
    """Show teams as a table."""
    told = [
        [
            f"#{name(each.slug)}",
            title(each),
            str(each.member_count),
            _few([name(project.slug) for project in each.projects]),
            _standing(each),
        ]
        for each in teams
    ]
    yield from filter(None, table(_HEADERS, told).split("\n"))


def heading(team: Team, *, org: str, now: datetime) -> list[str]:
    """Say what a team is."""
    words = [
        f"team #{name(team.slug)} of {name(org)}",
        title(team),
        counted(team.member_count, "member"),
        f"you: {_standing(team)}" if _standing(team) else "",
        f"created {ago(team.date_created, now)}" if team.date_created else "",
        f"id {name(team.id)}",
    ]
    return [
        " · ".join(filter(None, words)),
        f"its issues: `search_issues` query=assigned:#{name(team.slug)}",
    ]


def members(page: Page[TeamMember], now: datetime) -> Iterator[str]:
    """Show who is in a team."""
    yield from people.rows(page.items, now)


def projects(page: Page[Project]) -> Iterator[str]:
    """Show what belongs to a team."""
    told = [
        [name(each.slug), name(each.platform), _few([name(t.slug) for t in each.teams])]
        for each in page.items
    ]
    yield from filter(None, table(("project", "platform", "teams"), told).split("\n"))


def external(team: Team) -> Iterator[str]:
    """Name what a team is called elsewhere."""
    if team.external_teams:
        yield people.external(team.external_teams)


def title(team: Team) -> str:
    """Name a team, where its slug does not do so already."""
    said = name(team.name)
    return "" if said.lower().replace(" ", "-") == team.slug.lower() else said


def _standing(team: Team) -> str:
    if team.is_member:
        return name(team.team_role) or "member"
    return "asked to join" if team.is_pending else ""


def _few(words: Sequence[str]) -> str:
    left = [f"… {len(words) - _FEW} more"] if len(words) > _FEW else []
    return ", ".join([*filter(None, words[:_FEW]), *left])
