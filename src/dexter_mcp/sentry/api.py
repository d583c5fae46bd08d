"""One exchange with Sentry, from typed request to typed reply."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from dexter_mcp.sentry import cursors, trail, wire
from dexter_mcp.sentry.errors import Broken, Invalid, NotFound, NoToken, Unreachable
from dexter_mcp.sentry.regions import Regions
from dexter_mcp.sentry.reply import Page, readable

T = TypeVar("T")

MOMENT = 20.0
"""Freshness in seconds of what changes while one looks at it: issues, their counts."""
MINUTE = 60.0
HOUR = 60 * MINUTE
FOR_GOOD = 24 * HOUR
"""Freshness of what never changes once it is there: an event."""


@dataclass(frozen=True)
class Origin:
    """Where Sentry is, and what to show at the door."""

    url: str
    token: str = field(repr=False)


class Api:
    """Asks Sentry and understands the answer. Knows no endpoint."""

    def __init__(self, http: httpx2.AsyncClient, origin: Origin, regions: Regions) -> None:
        self._http, self._origin, self.regions = http, origin, regions

    async def get(
        self,
        shape: type[T],
        path: str,
        *,
        fresh_for: float = 0.0,
        base: str = "",
        **query: wire.QueryValue,
    ) -> T:
        """Read one thing of the given `shape`.

        Args:
            shape: What comes back.
            path: Where it is, made by `wire.path`.
            fresh_for: Seconds for which a remembered answer will do.
            base: The host to ask; by default the region of the organization in the path.
            query: What narrows it; `None` and empty lists are left out.

        Raises:
            SentryError: As `errors` draws them.
        """
        response = await self._read(path, query, fresh_for, base)
        return _parse(shape, response)

    async def page(
        self,
        item: type[T],
        path: str,
        *,
        cursor: str = "",
        fresh_for: float = 0.0,
        base: str = "",
        **query: wire.QueryValue,
    ) -> Page[T]:
        """Read one page of `item`s, from where the last page's `next_cursor` points.

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        bound_to = f"{path}?{wire.query_string(query)}"
        position = cursors.unseal(cursor, bound_to) if cursor else None
        response = await self._read(path, {**query, "cursor": position}, fresh_for, base)
        onward = wire.next_cursor(response.headers.get("link"))
        counted = wire.hits(response.headers)
        return Page[item](
            items=_parse(list[item], response),
            next_cursor=cursors.seal(onward, bound_to) if onward else "",
            total=counted.total,
            at_least=counted.at_least,
        )

    async def _read(
        self, path: str, query: dict[str, wire.QueryValue], fresh_for: float, base: str = ""
    ) -> httpx2.Response:
        """Ask the region that is known for the organization, or find out which one it is."""
        org = wire.organization_in(path)
        host = base or self.regions.known(org)
        try:
            return await self._exchange(host or self._origin.url, path, query, fresh_for)
        except NotFound:
            if org is None or host or not (found := await self.regions.find(self, org)):
                raise
            return await self._exchange(found, path, query, fresh_for)

    async def _exchange(
        self, base: str, path: str, query: dict[str, wire.QueryValue], fresh_for: float
    ) -> httpx2.Response:
        url = f"{base}{path}"
        if text := wire.query_string(query):
            url = f"{url}?{text}"
        response = await self._ask(url, fresh_for)
        if response.has_redirect_location:
            moved = wire.same_origin_target(url, response.headers.get("location"))
            response = await self._ask(moved, fresh_for) if moved else response
        if response.is_success:
            return response
        said = wire.detail(_json(response))
        raise wire.error_for(response.status_code, said, response.headers, self._origin.url)

    async def _ask(self, url: str, fresh_for: float) -> httpx2.Response:
        if not self._origin.token:
            raise NoToken(self._origin.url)
        try:
            response = await self._http.get(url, extensions={"fresh_for": fresh_for})
        except httpx2.TimeoutException as error:
            raise Unreachable(f"{wire.origin(url)} did not answer in time.") from error
        except httpx2.TransportError as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"{wire.origin(url)} could not be reached: {reason}.") from error
        except httpx2.DecodingError as error:
            raise Broken(f"The reply of {wire.origin(url)} was garbled.") from error
        except httpx2.InvalidURL as error:
            raise Invalid("The arguments are too long for one request. Shorten them.") from error
        trail.note(response.extensions.get("age"))
        return response


_NOT_JSON = object()


def _json(response: httpx2.Response) -> Any:
    """Read a body as JSON whatever its type says: Sentry's 429 claims to be HTML."""
    try:
        return from_json(response.content)
    except ValueError:
        return _NOT_JSON


def _parse(shape: type[T], response: httpx2.Response) -> T:
    body = _json(response)
    if body is _NOT_JSON:
        raise Broken(
            f"{wire.origin(str(response.url))} did not answer with JSON, so perhaps it is not "
            "Sentry, or a sign-in page stands before it. Check SENTRY_URL if this goes on."
        )
    try:
        return readable(body, TypeAdapter(shape).validate_python)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"])) or "the whole"
        # The cause is left out: it quotes the reply, which strangers wrote.
        raise Broken(
            f"Sentry's reply to {response.url.path} was not understood at {where}."
        ) from None
