"""Apps of the integration platform: what an organization built for itself or installed.

Their secrets, the headers of their webhooks, and the codes that grant access are not read.
"""

from typing import Any, Final, Literal

from pydantic import Field

from dexter_mcp.sentry import json_text
from dexter_mcp.sentry.api import HOUR, MINUTE, Api
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.wire import path

AppStatus = Literal["unpublished", "published", "internal", "publish_request_inprogress", ""]
_ALERT_FORM: Final = "alert-rule-action"


class AppRef(Reply):
    """An app, as its installation refers to it."""

    uuid: str = ""
    slug: str = ""
    sentry_app_id: str = ""


class AppInstallation(Reply):
    """An app in an organization; `status` is `pending` until somebody accepted it."""

    uuid: str
    status: str = ""
    app: AppRef = AppRef()


class SentryApp(Reply):
    """An app: what it may do, and which events it is told of."""

    slug: str
    name: str = ""
    uuid: str = ""
    status: AppStatus = ""
    author: str = ""
    overview: str = ""
    scopes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    is_alertable: bool = False
    is_disabled: bool = False
    blueprint: Any = Field(default=None, alias="schema", exclude=True, repr=False)

    @property
    def takes_form(self) -> bool:
        """Tell whether an alert that calls it has to fill in a form, which the app describes."""
        told = self.blueprint
        if isinstance(told, str):
            told = _parsed(told)
        elements: Any = told.get("elements") if is_object(told) else None
        return is_array(elements) and any(
            is_object(each) and each.get("type") == _ALERT_FORM for each in elements
        )


def _parsed(text: str) -> Any:
    """Read a document that came as text, as the published description has it."""
    try:
        return json_text.read(text.encode())
    except ValueError:
        return None


class SentryApps:
    """What one can ask about apps."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def installations(
        self, org: str, *, per_page: int = 50, cursor: str = ""
    ) -> Page[AppInstallation]:
        """List the apps that an organization installed; internal ones are, from the beginning.

        https://docs.sentry.io/api/integration/list-an-organizations-integration-platform-installations/
        """
        return await self._api.page(
            AppInstallation,
            path("organizations", org, "sentry-app-installations"),
            cursor=cursor,
            fresh_for=MINUTE,
            per_page=per_page,
        )

    async def owned(self, org: str) -> tuple[SentryApp, ...]:
        """List the apps that an organization made.

        https://docs.sentry.io/api/integration/retrieve-the-custom-integrations-created-by-an-organization/
        """
        return await self._api.get(
            tuple[SentryApp, ...], path("organizations", org, "sentry-apps"), fresh_for=MINUTE
        )

    async def get(self, app: str) -> SentryApp:
        """Read one app, by slug or id: one's own, or one that is published.

        https://docs.sentry.io/api/integration/retrieve-a-custom-integration-by-id-or-slug/
        """
        return await self._api.get(SentryApp, path("sentry-apps", app), fresh_for=HOUR)
