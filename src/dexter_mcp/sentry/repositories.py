"""Repositories: where the commits come from that releases bring."""

from datetime import datetime
from typing import Literal

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.releases import ReleaseCommit
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.wire import path

Status = Literal["active", "deleted"]
_FEW = 8


class RepositoryProvider(Reply):
    """What keeps a repository: `integrations:github`, or `unknown`."""

    id: str = ""
    name: str = ""


class Repository(Reply):
    """A repository. `status` is `active`, `hidden` or `pending_deletion`."""

    id: str
    name: str = ""
    url: str = ""
    provider: RepositoryProvider = RepositoryProvider()
    status: str = ""
    date_created: datetime | None = None
    integration_id: str = ""


class Repositories:
    """What one can ask about repositories."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        query: str = "",
        status: Status | None = None,
        integration: str = "",
        per_page: int = 50,
        cursor: str = "",
    ) -> Page[Repository]:
        """List repositories by name; `query` is part of one, `integration` a number.

        https://docs.sentry.io/api/organizations/list-an-organizations-repositories/
        """
        return await self._api.page(
            Repository,
            path("organizations", org, "repos"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            status=status,
            integration_id=integration or None,
            per_page=per_page,
        )

    async def commits(
        self, org: str, repository: str, *, per_page: int = 20, cursor: str = ""
    ) -> Page[ReleaseCommit]:
        """List the commits that Sentry knows of a repository, newest first; it is named by its id.

        https://docs.sentry.io/api/organizations/list-a-repositorys-commits/
        """
        return await self._api.page(
            ReleaseCommit,
            path("organizations", org, "repos", repository, "commits"),
            cursor=cursor,
            fresh_for=MINUTE,
            per_page=per_page,
        )

    async def resolve(self, org: str, named: str) -> Repository:
        """Settle which repository is meant: `acme/checkout`, a part of that, its address or id.

        Raises:
            NotFound: There is none.
            Invalid: It could be several; the message names them.
        """
        wanted = named.strip().removesuffix("/").removesuffix(".git").lower()
        number = wanted if wanted.isdecimal() else ""
        text = "" if number else "/".join(wanted.split("/")[-2:])
        found = (await self.list(org, query=text, per_page=100)).items
        exact = [each for each in found if wanted in {each.id, each.name.lower(), each.url.lower()}]
        match exact or ([] if number else found):
            case [only]:
                return only
            case []:
                nothing = NotFound(f"No repository {named[:80]!r} is visible in {org!r}.")
                nothing.advice = "`list_repositories` names them."
                raise nothing
            case several:
                known = ", ".join(each.name for each in several[:_FEW])
                raise Invalid(f"{named[:80]!r} could be {known}. Give the whole name.")
