"""Tickets elsewhere: what an issue is linked to, and the forms that make such links.

Titles and what a form suggests repeat the issue, and so what came with its events.
"""

from typing import Literal

from dexter_mcp.sentry.api import MINUTE, MOMENT, Api
from dexter_mcp.sentry.integrations import Integration
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

Action = Literal["create", "link"]


class ExternalIssue(Reply):
    """A ticket elsewhere that an issue is linked to.

    An integration's has a key, a title, which may repeat that of the issue, and no address; an
    app's has an address and a `service_type`, the slug of the app.
    """

    key: str = ""
    title: Untrusted = Untrusted()
    display_name: str = ""
    integration_name: str = ""
    service_type: str = ""
    web_url: str = ""

    @property
    def called(self) -> str:
        """Name it as people do, such as `PAY-431`."""
        return self.display_name or self.key

    @property
    def held_by(self) -> str:
        """Name what holds it: an integration, or an app."""
        return self.integration_name or (f"app {self.service_type}" if self.service_type else "")


class Annotation(Reply):
    """A link that an integration added."""

    display_name: str = ""
    url: str = ""


class Ticket(Reply):
    """A ticket that an integration holds."""

    id: str = ""
    key: str = ""
    url: str = ""
    title: Untrusted = Untrusted()
    display_name: str = ""


class Tracker(Integration):
    """An integration with the tickets in it that an issue is linked to."""

    external_issues: tuple[Ticket, ...] = ()


class FormField(Reply):
    """A field of a form: `type` is `string`, `textarea`, `select`, `blank` and the like.

    `choices` are values and their labels. Other fields may change with one that `updates_form`.
    """

    name: str
    label: str = ""
    type: str = ""
    required: bool = False
    multiple: bool = False
    updates_form: bool = False
    default: Untrusted = Untrusted()
    choices: tuple[tuple[Untrusted, Untrusted], ...] = ()
    help: str = ""


class TicketForm(Integration):
    """An integration with the form that makes a ticket there, or links one."""

    create_issue_config: tuple[FormField, ...] = ()
    link_issue_config: tuple[FormField, ...] = ()

    @property
    def fields(self) -> tuple[FormField, ...]:
        """Give the fields of the one that was asked for."""
        return self.create_issue_config or self.link_issue_config


class ExternalIssues:
    """What one can ask about tickets elsewhere."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def by_apps(self, org: str, issue: str) -> tuple[ExternalIssue, ...]:
        """List what apps linked an issue to.

        https://docs.sentry.io/api/integration/retrieve-custom-integration-issue-links-for-the-given-sentry-issue/
        """
        return await self._api.get(
            tuple[ExternalIssue, ...],
            path("organizations", org, "issues", issue, "external-issues"),
            fresh_for=MOMENT,
        )

    async def by_integrations(
        self, org: str, issue: str, *, per_page: int = 50, cursor: str = ""
    ) -> Page[Tracker]:
        """List the integrations that hold tickets, with those that an issue is linked to.

        Unpublished; Sentry's own pages use it.
        """
        return await self._api.page(
            Tracker,
            path("organizations", org, "issues", issue, "integrations"),
            cursor=cursor,
            fresh_for=MOMENT,
            per_page=per_page,
        )

    async def form(self, org: str, issue: str, integration: str, *, action: Action) -> TicketForm:
        """Read the form that makes a ticket of an issue, or links one to it.

        Sentry asks the service for the choices, which may take seconds.
        https://docs.sentry.io/api/integration/

        Raises:
            Rejected: The integration holds no tickets, or the plan does not include them.
        """
        return await self._api.get(
            TicketForm,
            path("organizations", org, "issues", issue, "integrations", integration),
            fresh_for=MINUTE,
            action=action,
        )
