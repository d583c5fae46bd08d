"""The artifacts of releases, such as source maps: what they are, never what they hold."""

from collections.abc import Sequence
from datetime import datetime

from dexter_mcp.sentry.api import HOUR, Api
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path


class ReleaseFile(Reply):
    """A file uploaded with a release. `size` is in bytes."""

    id: str
    name: Untrusted = Untrusted()
    dist: Untrusted = Untrusted()
    size: int = 0
    sha1: str = ""
    date_created: datetime | None = None


class ReleaseFiles:
    """What one can ask about the artifacts of a release.

    Each question can be asked of the organization or of one of its projects, which share what
    they hold.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        version: str,
        *,
        query: Sequence[str] = (),
        checksum: Sequence[str] = (),
        per_page: int = 100,
        cursor: str = "",
    ) -> Page[ReleaseFile]:
        """List the artifacts of a release by name; `query` are parts of names.

        https://docs.sentry.io/api/releases/list-an-organizations-release-files/
        """
        return await self._api.page(
            ReleaseFile,
            path("organizations", org, "releases", version, "files"),
            cursor=cursor,
            fresh_for=HOUR,
            query=query,
            checksum=checksum,
            per_page=per_page,
        )

    async def get(self, org: str, version: str, file: str) -> ReleaseFile:
        """Read what is known of one artifact, by its number.

        https://docs.sentry.io/api/releases/retrieve-an-organization-releases-file/
        """
        return await self._api.get(
            ReleaseFile,
            path("organizations", org, "releases", version, "files", file),
            fresh_for=HOUR,
        )

    async def list_of_project(
        self,
        org: str,
        project: str,
        version: str,
        *,
        query: Sequence[str] = (),
        checksum: Sequence[str] = (),
        cursor: str = "",
    ) -> Page[ReleaseFile]:
        """List the artifacts of a release by way of a project.

        https://docs.sentry.io/api/releases/list-a-projects-release-files/
        """
        return await self._api.page(
            ReleaseFile,
            path("projects", org, project, "releases", version, "files"),
            cursor=cursor,
            fresh_for=HOUR,
            query=query,
            checksum=checksum,
        )

    async def get_of_project(self, org: str, project: str, version: str, file: str) -> ReleaseFile:
        """Read what is known of one artifact by way of a project.

        https://docs.sentry.io/api/releases/retrieve-a-project-releases-file/
        """
        return await self._api.get(
            ReleaseFile,
            path("projects", org, project, "releases", version, "files", file),
            fresh_for=HOUR,
        )
