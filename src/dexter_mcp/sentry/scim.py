"""SCIM: an organization's members and teams as a provisioner of accounts sees them."""

from typing import Generic, TypeVar

from pydantic import Field

from dexter_mcp.sentry import cursors, wire
from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Page, Reply

T = TypeVar("T")


class ScimUser(Reply):
    """A member or somebody invited; `id` is that of the membership."""

    id: str
    user_name: str = ""
    active: bool = True
    sentry_org_role: str = ""


class ScimMember(Reply):
    """Somebody in a group: `value` is the id of the membership, `display` the address."""

    value: str = ""
    display: str = ""


class ScimGroup(Reply):
    """A team: its id, its slug, and who is in it."""

    id: str
    display_name: str = ""
    members: tuple[ScimMember, ...] = ()


class _Listed(Reply, Generic[T]):
    """Some of `total_results` resources."""

    total_results: int = 0
    resources: tuple[T, ...] = Field(default=(), alias="Resources")


class Scim:
    """What one can ask as a provisioner.

    Sentry refuses everybody where the organization has not switched SCIM on.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    async def users(
        self, org: str, *, where: str = "", per_page: int = 50, cursor: str = ""
    ) -> Page[ScimUser]:
        """List members and those invited; `where` can only be `userName eq "…"`.

        https://docs.sentry.io/api/scim/list-an-organizations-scim-members/
        """
        return await self._page(_Listed[ScimUser], _path(org, "Users"), where, per_page, cursor)

    async def user(self, org: str, member: str) -> ScimUser:
        """Read one member, by the id of the membership.

        https://docs.sentry.io/api/scim/query-an-individual-organization-member/
        """
        return await self._api.get(ScimUser, _path(org, "Users", member), fresh_for=MINUTE)

    async def groups(
        self, org: str, *, where: str = "", per_page: int = 50, cursor: str = ""
    ) -> Page[ScimGroup]:
        """List teams with their members; `where` can only be `displayName eq "…"`.

        https://docs.sentry.io/api/scim/list-an-organizations-paginated-teams/
        """
        return await self._page(_Listed[ScimGroup], _path(org, "Groups"), where, per_page, cursor)

    async def group(self, org: str, team: str) -> ScimGroup:
        """Read one team with its members, by its id or slug.

        https://docs.sentry.io/api/scim/query-an-individual-team/
        """
        return await self._api.get(ScimGroup, _path(org, "Groups", team), fresh_for=MINUTE)

    async def _page(
        self, shape: type[_Listed[T]], path: str, where: str, per_page: int, cursor: str
    ) -> Page[T]:
        """Read a page; its cursor is the number of the first resource, counted from 1.

        Raises:
            Invalid: The cursor belongs to another query.
        """
        bound_to = f"{path}?{where}&{per_page}"
        start = int(cursors.unseal(cursor, bound_to)) if cursor else 1
        found = await self._api.get(
            shape,
            path,
            fresh_for=MINUTE,
            startIndex=start,
            count=per_page,
            filter=where or None,
        )
        onward, total = start + len(found.resources), found.total_results
        more = bool(found.resources) and onward <= total
        return Page(
            items=list(found.resources),
            next_cursor=cursors.seal(str(onward), bound_to) if more else "",
            total=total,
        )


def _path(org: str, *segments: str) -> str:
    """Write a path as SCIM has it: the only ones without a slash at the end."""
    return wire.path("organizations", org, "scim", "v2", *segments).removesuffix("/")
