"""Files that came with events: screenshots, logs, dumps. Names and contents come with events."""

from collections.abc import Sequence
from datetime import datetime

from dexter_mcp.sentry.api import MINUTE, Api, Download
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path


class Attachment(Reply):
    """A file that came with an event. `size` is in bytes, `mimetype` what its sender says."""

    id: str
    event_id: str = ""
    type: str = ""
    name: Untrusted = Untrusted()
    mimetype: Untrusted = Untrusted()
    date_created: datetime | None = None
    size: int = 0
    sha1: str = ""


class Attachments:
    """What one can ask about the files of events."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def of_issue(
        self,
        org: str,
        issue: str,
        *,
        types: Sequence[str] = (),
        per_page: int | None = None,
        cursor: str = "",
    ) -> Page[Attachment]:
        """List the files that came with an issue's events. Unpublished; Sentry's own pages use it.

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            Attachment,
            path("organizations", org, "issues", issue, "attachments"),
            cursor=cursor,
            fresh_for=MINUTE,
            types=types,
            per_page=per_page,
        )

    async def of_event(
        self,
        org: str,
        project: str,
        event: str,
        *,
        query: str = "",
        per_page: int | None = None,
        cursor: str = "",
    ) -> Page[Attachment]:
        """List the files that came with an event; `query` is a part of their names.

        https://docs.sentry.io/api/events/list-an-events-attachments/

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            Attachment,
            path("projects", org, project, "events", event, "attachments"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            per_page=per_page,
        )

    async def get(self, org: str, project: str, event: str, attachment: str) -> Attachment:
        """Read what is known of one file, but not the file.

        https://docs.sentry.io/api/events/retrieve-an-event-attachment/
        """
        return await self._api.get(
            Attachment,
            path("projects", org, project, "events", event, "attachments", attachment),
            fresh_for=MINUTE,
        )

    async def download(
        self, org: str, project: str, event: str, attachment: str, *, limit_bytes: int
    ) -> Download:
        """Read a file itself. It is not kept in memory.

        https://docs.sentry.io/api/events/retrieve-an-event-attachment/

        Raises:
            TooLarge: It is larger than `limit_bytes`.
            Rejected: The server keeps its files where the token does not go.
            SentryError: As `errors` draws them.
        """
        return await self._api.download(
            path("projects", org, project, "events", event, "attachments", attachment),
            limit_bytes=limit_bytes,
            download=1,
        )
