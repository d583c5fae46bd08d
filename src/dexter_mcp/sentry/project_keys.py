"""Client keys: the addresses (DSN) to which SDKs send, and how much each lets through.

The secret half of a key is not modelled, so that it can't be told.
"""

from datetime import datetime
from typing import Literal

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.wire import path

State = Literal["", "active", "inactive"]


class RateLimit(Reply):
    """At most `count` events in `window` seconds."""

    window: int = 0
    count: int = 0


class Dsn(Reply):
    """The address of a key, as it may stand in any web page."""

    public: str = ""


class ProjectKey(Reply):
    """A client key of a project."""

    id: str
    name: str = ""
    label: str = ""
    project_id: str = ""
    is_active: bool = True
    rate_limit: RateLimit | None = None
    dsn: Dsn = Dsn()
    browser_sdk_version: str = ""
    date_created: datetime | None = None
    use_case: str = ""


class ProjectKeys:
    """What one can ask about client keys."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def of_org(
        self,
        org: str,
        *,
        team: str = "",
        status: State = "",
        per_page: int = 50,
        cursor: str = "",
    ) -> Page[ProjectKey]:
        """List the client keys of all projects, or of a team's.

        https://docs.sentry.io/api/organizations/list-an-organizations-client-keys/
        """
        return await self._api.page(
            ProjectKey,
            path("organizations", org, "project-keys"),
            cursor=cursor,
            fresh_for=MINUTE,
            team=team or None,
            status=status or None,
            per_page=per_page,
        )

    async def of_project(
        self, org: str, project: str, *, status: State = "", per_page: int = 50, cursor: str = ""
    ) -> Page[ProjectKey]:
        """List a project's client keys.

        https://docs.sentry.io/api/projects/list-a-projects-client-keys/
        """
        return await self._api.page(
            ProjectKey,
            path("projects", org, project, "keys"),
            cursor=cursor,
            fresh_for=MINUTE,
            status=status or None,
            per_page=per_page,
        )

    async def get(self, org: str, project: str, key: str) -> ProjectKey:
        """Read one client key, by its id, which is the public part of its DSN.

        https://docs.sentry.io/api/projects/retrieve-a-client-key/
        """
        return await self._api.get(
            ProjectKey, path("projects", org, project, "keys", key), fresh_for=MINUTE
        )
