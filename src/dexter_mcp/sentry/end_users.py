"""End users: the people whom a project's events happened to. They tell about themselves."""

from datetime import datetime

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.tags import TagValue
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path


class EndUser(Reply):
    """Someone seen in events; `tag_value` such as `id:42` finds their issues as `user:"id:42"`."""

    id: Untrusted = Untrusted()
    tag_value: Untrusted = Untrusted()
    identifier: Untrusted = Untrusted()
    username: Untrusted = Untrusted()
    email: Untrusted = Untrusted()
    name: Untrusted = Untrusted()
    ip_address: Untrusted = Untrusted()
    date_created: datetime | None = None


class EndUsers:
    """What one can ask about a project's end users, and about any other tag of its events."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self, org: str, project: str, *, query: str = "", per_page: int = 20, cursor: str = ""
    ) -> Page[EndUser]:
        """List the end users seen in a project.

        `query` is one field and its exact value: `id:`, `email:`, `username:` or `ip:`.
        https://docs.sentry.io/api/projects/list-a-projects-users/
        """
        return await self._api.page(
            EndUser,
            path("projects", org, project, "users"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            per_page=per_page,
        )

    async def tag_values(
        self, org: str, project: str, key: str, *, per_page: int = 20, cursor: str = ""
    ) -> Page[TagValue]:
        """List the values of a tag in a project's events.

        https://docs.sentry.io/api/projects/list-a-tags-values/
        """
        return await self._api.page(
            TagValue,
            path("projects", org, project, "tags", key, "values"),
            cursor=cursor,
            fresh_for=MINUTE,
            per_page=per_page,
        )
