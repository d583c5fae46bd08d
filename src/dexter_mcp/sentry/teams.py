"""Teams: groups of members, to whom projects belong."""

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Literal

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.errors import NotFound, SentryError
from dexter_mcp.sentry.identifiers import slug
from dexter_mcp.sentry.members import ExternalActor, Member
from dexter_mcp.sentry.projects import Project
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.wire import path

Expand = Literal["projects", "externalTeams"]


class Team(Reply):
    """A team. `team_role` is the caller's; `is_pending` says that the caller asked to join."""

    id: str
    slug: str
    name: str = ""
    date_created: datetime | None = None
    is_member: bool = False
    is_pending: bool = False
    has_access: bool = True
    team_role: str = ""
    member_count: int = 0
    external_teams: tuple[ExternalActor, ...] = ()
    projects: tuple[Project, ...] = ()


class TeamMember(Member):
    """A member as a team lists it: `team_role` is `contributor`, `admin` or empty."""

    team_role: str = ""
    team_slug: str = ""


class Teams:
    """What one can ask about teams."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        query: str = "",
        detailed: bool | None = None,
        per_page: int = 50,
        cursor: str = "",
    ) -> Page[Team]:
        """List an organization's teams; without their projects where `detailed` is false.

        https://docs.sentry.io/api/teams/list-an-organizations-teams/
        """
        return await self._api.page(
            Team,
            path("organizations", org, "teams"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            detailed=detailed,
            per_page=per_page,
        )

    async def mine(self, org: str) -> tuple[Team, ...]:
        """List the teams that the token's user may access, with their projects.

        https://docs.sentry.io/api/teams/list-a-users-teams-for-an-organization/

        Raises:
            Refused: The token is no user's.
        """
        return await self._api.get(
            tuple[Team, ...], path("organizations", org, "user-teams"), fresh_for=MINUTE
        )

    async def of_project(
        self, org: str, project: str, *, per_page: int = 50, cursor: str = ""
    ) -> Page[Team]:
        """List the teams of a project.

        https://docs.sentry.io/api/teams/list-a-projects-teams/
        """
        return await self._api.page(
            Team,
            path("projects", org, project, "teams"),
            cursor=cursor,
            fresh_for=MINUTE,
            per_page=per_page,
        )

    async def get(self, org: str, team: str, *, expand: Sequence[Expand] = ()) -> Team:
        """Read one team, by slug or id; its projects and external teams where `expand` asks.

        https://docs.sentry.io/api/teams/retrieve-a-team/
        """
        return await self._api.get(
            Team,
            path("teams", org, team),
            fresh_for=MINUTE,
            expand=expand,
            collapse=("organization",),
        )

    async def resolve(self, org: str, named: str, *, expand: Sequence[Expand] = ()) -> Team:
        """Settle which team is meant: by slug or id, `#payments` too.

        Raises:
            NotFound: There is none; the message names those that come close.
        """
        try:
            return await self.get(org, slug(named, "team"), expand=expand)
        except NotFound as error:
            hint = await self._hint(org, named)
            none = NotFound(f"No team {named[:80]!r} is visible in {org!r}.{hint}")
            none.advice = "`list_teams` names them."
            raise none from error

    async def members(
        self, org: str, team: str, *, per_page: int = 50, cursor: str = ""
    ) -> Page[TeamMember]:
        """List the members of a team; invitations that nobody took up yet are left out.

        https://docs.sentry.io/api/teams/list-a-teams-members/
        """
        return await self._api.page(
            TeamMember,
            path("teams", org, team, "members"),
            cursor=cursor,
            fresh_for=MINUTE,
            per_page=per_page,
        )

    async def _hint(self, org: str, named: str) -> str:
        try:
            known = [team.slug for team in (await self.list(org, detailed=False)).items]
        except SentryError:
            return ""
        close = get_close_matches(named.lower(), known, n=3, cutoff=0.5) or known[:10]
        return f" Did you mean {' or '.join(close)}?" if close else ""
