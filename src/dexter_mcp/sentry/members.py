"""Members: the people of an organization, and those who are invited to it."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.identity import User
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.wire import path

ME = "me"
"""What Sentry takes for the membership of the token's user."""

_USER = "user:"
_WRAPPING = "<>`'\"()@ \t\r\n"
_MOST_NAMED = 5


class ExternalActor(Reply):
    """What a person or a team is called elsewhere, such as `@mira` on GitHub."""

    id: str = ""
    provider: str = ""
    external_name: str = ""
    integration_id: str = ""


class Account(User):
    """The account of somebody who took up an invitation."""

    is_active: bool = True
    has_2fa: bool | None = Field(default=None, alias="has2fa")
    last_login: datetime | None = None
    last_active: datetime | None = None


class Flags(Reply):
    """What limits a membership."""

    sso_linked: bool = Field(default=False, alias="sso:linked")
    sso_invalid: bool = Field(default=False, alias="sso:invalid")
    restricted: bool = Field(default=False, alias="member-limit:restricted")
    provisioned: bool = Field(default=False, alias="idp:provisioned")


class Member(Reply):
    """A membership; `id` is its own, `user.id` the person's. An invitation has no `user` yet.

    The link of an invitation is not modelled: whoever holds it may join.
    """

    id: str
    email: str = ""
    name: str = ""
    user: Account | None = None
    org_role: str = ""
    pending: bool = False
    expired: bool = False
    flags: Flags = Flags()
    date_created: datetime | None = None
    invite_status: str = ""
    inviter_name: str = ""
    external_users: tuple[ExternalActor, ...] = ()

    @property
    def called(self) -> str:
        """Name the person as well as Sentry knows."""
        return self.name or self.email or (self.user.called if self.user else self.id)


class TeamRole(Reply):
    """What a member may do in a team; empty for what everybody in it may."""

    team_slug: str = ""
    role: str = ""


class Role(Reply):
    """A role in the organization, or in a team."""

    id: str
    name: str = ""


class MemberDetails(Member):
    """A membership with its teams, by slug."""

    teams: tuple[str, ...] = ()
    team_roles: tuple[TeamRole, ...] = ()
    is_only_owner: bool = False
    org_role_list: tuple[Role, ...] = ()


class Members:
    """What one can ask about members."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self, org: str, *, query: str = "", per_page: int = 50, cursor: str = ""
    ) -> Page[Member]:
        """List an organization's members and the invitations that were approved.

        `query` is unpublished, but Sentry's own pages use it: part of a name or an address, and
        `role:`, `email:`, `user.id:`, `has2fa:`, `isInvited:`, `ssoLinked:`.
        https://docs.sentry.io/api/organizations/list-an-organizations-members/
        """
        return await self._api.page(
            Member,
            path("organizations", org, "members"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            per_page=per_page,
        )

    async def get(self, org: str, member: str) -> MemberDetails:
        """Read one membership with its teams, by its id; `me` is that of the token's user.

        https://docs.sentry.io/api/organizations/retrieve-an-organization-member/
        """
        return await self._api.get(
            MemberDetails, path("organizations", org, "members", member), fresh_for=MINUTE
        )

    async def of_project(self, org: str, project: str) -> tuple[Member, ...]:
        """List the active members of a project's teams, all at once.

        https://docs.sentry.io/api/projects/list-a-projects-organization-members/
        """
        return await self._api.get(
            tuple[Member, ...], path("projects", org, project, "members"), fresh_for=MINUTE
        )

    async def resolve(self, org: str, named: str) -> MemberDetails:
        """Settle which member is meant: a name, an e-mail address, `me`, or a number.

        A number is that of the membership, or else the user's; `user:42` is the user's alone.

        Raises:
            NotFound: There is none.
            Invalid: It could be several; the message names them.
        """
        wanted = named.strip(_WRAPPING)
        if wanted.lower() == ME:
            return await self.get(org, ME)
        if wanted.isdecimal() and (found := await self._by_number(org, wanted)):
            return found
        match await self._matching(org, wanted):
            case [only]:
                return await self.get(org, only.id)
            case []:
                nobody = NotFound(f"No member {named[:80]!r} is visible in {org!r}.")
                nobody.advice = "`list_members` finds people by parts of their names."
                raise nobody
            case several:
                known = ", ".join(f"{each.called} ({each.email})" for each in several[:_MOST_NAMED])
                raise Invalid(f"{named[:80]!r} could be {known}. Give the e-mail address.")

    async def _by_number(self, org: str, number: str) -> MemberDetails | None:
        try:
            return await self.get(org, number)
        except NotFound:
            return None

    async def _matching(self, org: str, wanted: str) -> Sequence[Member]:
        """Look for members; one whom the words name exactly is preferred to all others."""
        number = wanted.removeprefix(_USER)
        if number.isdecimal():
            return (await self.list(org, query=f"user.id:{number}")).items
        found = (await self.list(org, query=wanted)).items
        exact = [
            each for each in found if wanted.lower() in {each.email.lower(), each.name.lower()}
        ]
        return exact or found
