"""Environments: where a program ran. Their names come with events."""

from typing import Literal

from dexter_mcp.sentry.api import HOUR, Api
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

Visibility = Literal["visible", "hidden", "all"]


class Environment(Reply):
    """An environment; only a project hides one, from its menus and not from searches."""

    id: str = ""
    name: Untrusted
    is_hidden: bool = False


class Environments:
    """What one can ask about environments."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def of_org(
        self, org: str, *, visibility: Visibility = "visible"
    ) -> tuple[Environment, ...]:
        """List the environments of all projects.

        https://docs.sentry.io/api/environments/list-an-organizations-environments/
        """
        return await self._api.get(
            tuple[Environment, ...],
            path("organizations", org, "environments"),
            fresh_for=HOUR,
            visibility=visibility,
        )

    async def of_project(
        self, org: str, project: str, *, visibility: Visibility = "visible"
    ) -> tuple[Environment, ...]:
        """List the environments of a project, and which of them are hidden.

        https://docs.sentry.io/api/environments/list-a-projects-environments/
        """
        return await self._api.get(
            tuple[Environment, ...],
            path("projects", org, project, "environments"),
            fresh_for=HOUR,
            visibility=visibility,
        )

    async def get(self, org: str, project: str, environment: str) -> Environment:
        """Read one environment of a project, by name.

        https://docs.sentry.io/api/environments/retrieve-a-project-environment/
        """
        return await self._api.get(
            Environment,
            path("projects", org, project, "environments", environment),
            fresh_for=HOUR,
        )
