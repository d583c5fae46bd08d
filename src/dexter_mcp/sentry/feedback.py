"""What end users wrote about an error, in the older form: a report on one event.

What they write through today's widget becomes an issue of the category `feedback`.
"""

from datetime import datetime

from pydantic import Field

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path


class ReportedIssue(Reply):
    """The issue that a report is about."""

    id: str
    short_id: str = ""
    title: Untrusted = Untrusted()


class UserReport(Reply):
    """What an end user wrote about an event; whoever holds a DSN can send one."""

    name: Untrusted = Untrusted()
    email: Untrusted = Untrusted()
    comments: Untrusted = Untrusted()
    date_created: datetime | None = None


class Report(UserReport):
    """A report as it is listed."""

    id: str
    event_id: str = Field(default="", alias="eventID")
    issue: ReportedIssue | None = None


class Feedback:
    """What one can ask about the reports of end users."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def of_project(
        self, org: str, project: str, *, per_page: int | None = None, cursor: str = ""
    ) -> Page[Report]:
        """List the reports on a project's events, newest first.

        https://docs.sentry.io/api/projects/list-a-projects-user-feedback/

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            Report,
            path("projects", org, project, "user-feedback"),
            cursor=cursor,
            fresh_for=MINUTE,
            per_page=per_page,
        )

    async def of_issue(
        self, org: str, issue: str, *, per_page: int | None = None, cursor: str = ""
    ) -> Page[Report]:
        """List the reports on an issue's events. Unpublished; Sentry's own pages use it.

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            Report,
            path("organizations", org, "issues", issue, "user-reports"),
            cursor=cursor,
            fresh_for=MINUTE,
            per_page=per_page,
        )
