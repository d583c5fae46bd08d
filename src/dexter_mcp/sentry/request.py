"""What is asked of Sentry, before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Self

import httpx2

from dexter_mcp.sentry import wire
from dexter_mcp.sentry.errors import Rejected, Unclear


@dataclass(frozen=True)
class Request:
    """What is asked, of which host, and how it may be answered."""

    method: str
    path: str
    query: Mapping[str, wire.QueryValue] = field(default_factory=dict[str, wire.QueryValue])
    body: bytes | None = None
    base: str = ""
    content_type: str = "application/json"
    extensions: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def url(self) -> str:
        """Spell the whole address."""
        text = wire.query_string(self.query)
        return f"{self.base}{self.path}?{text}" if text else f"{self.base}{self.path}"

    @property
    def headers(self) -> Mapping[str, str]:
        """Say what the body is, if there is one."""
        return {} if self.body is None else {"content-type": self.content_type}

    def limited(self) -> Self:
        """Ask for a page of the same size in the words of a server of another make."""
        size = wire.page_size(self.query)
        return replace(self, query={**self.query, "limit": size}) if size else self

    def target(self, response: httpx2.Response) -> str | None:
        """Say where a redirect leads; `None` where it leads away from the origin.

        Sentry redirects what was renamed, with any status but 303. That one, after a write, says
        that something was done and that its result is elsewhere.

        Raises:
            Unclear: A write was answered so.
            Rejected: A file is kept elsewhere.
        """
        if self.method != "GET" and response.status_code == HTTPStatus.SEE_OTHER:
            raise Unclear("Sentry did not say what became of it.")
        target = wire.same_origin_target(str(response.url), response.headers.get("location"))
        if target is None and self.extensions.get("raw"):
            raise Rejected(
                "This Sentry keeps its files in another place, where the token does not go. Open "
                "the file in Sentry itself."
            )
        return target
