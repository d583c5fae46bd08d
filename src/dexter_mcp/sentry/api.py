"""One exchange with Sentry, from typed request to typed reply."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import httpx2

from dexter_mcp.sentry import cursors, forms, json_text, routes, trail, wire
from dexter_mcp.sentry.bodies import is_web_page, json_of, parse, stand_in
from dexter_mcp.sentry.capabilities import Capabilities
from dexter_mcp.sentry.errors import (
    Broke,
    Broken,
    Invalid,
    Lacks,
    NotFound,
    NoToken,
    Rejected,
    SentryError,
    TooLarge,
    Unclear,
    Unfit,
)
from dexter_mcp.sentry.failures import failure
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.regions import Regions
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.request import Request
from dexter_mcp.sentry.routes import Routes
from dexter_mcp.sentry.transports.bounded import LIMIT

T = TypeVar("T")

_log = logging.getLogger(__name__)

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


@dataclass(frozen=True)
class Download:
    """A file that Sentry keeps. Its type is what whoever sent it says, in lower case."""

    content: bytes = field(repr=False)
    content_type: str


class Api:
    """Asks Sentry and understands the answer. Knows no endpoint."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        origin: Origin,
        regions: Regions,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._http, self._origin, self.regions, self.now = http, origin, regions, now
        self.capabilities = Capabilities(now)
        self._retiring, self._routes = set[str](), Routes()

    async def get(
        self,
        shape: type[T],
        path: str,
        *,
        fresh_for: float = 0.0,
        absent_for: float = 0.0,
        limit_bytes: int = LIMIT,
        base: str = "",
        bucket: str = "",
        **query: wire.QueryValue,
    ) -> T:
        """Read one thing of the given `shape`.

        Where Sentry is replacing an endpoint by another, the caller knows both: ask the one, and on
        `Gone`, or `NotFound` from a server that does not know it yet, the other.

        Args:
            shape: What comes back.
            path: Where it is, made by `wire.path`.
            fresh_for: Seconds for which a remembered answer will do.
            absent_for: Seconds for which it will do to remember that there is nothing.
            limit_bytes: How large the answer may be.
            base: The host to ask; by default the region of the organization in the path.
            bucket: The class of endpoints that shares a rate limit, where it has one of its own.
            query: What narrows it; `None` and empty lists are left out.

        Raises:
            Gone: Sentry has retired this; `replacement` is the path of what replaces it.
            TooLarge: The answer is larger.
            SentryError: As `errors` draws them.
        """
        how = {
            "fresh_for": fresh_for,
            "absent_for": absent_for,
            "limit": limit_bytes,
            "bucket": bucket,
        }
        response = await self._read(Request("GET", path, query, base=base, extensions=how))
        return parse(shape, response)

    async def download(
        self,
        path: str,
        *,
        limit_bytes: int,
        base: str = "",
        bucket: str = "",
        **query: wire.QueryValue,
    ) -> Download:
        """Read a file as it is: a picture, an attachment. It is not kept in memory.

        A server that keeps its files elsewhere, and sends there who asks, is not followed.

        Raises:
            TooLarge: The file is larger than `limit_bytes`.
            SentryError: As `errors` draws them.
        """
        how = {"limit": limit_bytes, "raw": True, "bucket": bucket}
        response = await self._read(Request("GET", path, query, base=base, extensions=how))
        told = response.headers.get("content-type") or "application/octet-stream"
        content_type = told.partition(";")[0].strip().lower()
        if content_type == "text/html" and "content-disposition" not in response.headers:
            raise stand_in(response)
        return Download(response.content, content_type)

    async def page(
        self,
        item: type[T],
        path: str,
        *,
        cursor: str = "",
        fresh_for: float = 0.0,
        base: str = "",
        bucket: str = "",
        envelope: str = "",
        **query: wire.QueryValue,
    ) -> Page[T]:
        """Read one page of `item`s, from where the last page's `next_cursor` points.

        A server that gives more than the `limit` or `per_page` that was asked for is cut short.
        Where Sentry wraps the list in an object, `envelope` is the key under which it stands.

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        bound_to = f"{path}?{wire.query_string(query)}"
        narrowed = {**query, "cursor": cursors.unseal(cursor, bound_to) if cursor else None}
        how = {"fresh_for": fresh_for, "bucket": bucket}
        request = Request("GET", path, narrowed, base=base, extensions=how)
        response = await self._page_sized(request)
        onward = wire.next_cursor(link := response.headers.get("link"))
        if wire.is_of_another_make(link):
            self.capabilities.note("make")
        counted = wire.hits(response.headers)
        items = parse(list[item], response, envelope)
        most = wire.page_size(query) or len(items)
        return Page(
            items=items[:most],
            next_cursor=cursors.seal(onward, bound_to) if onward else "",
            total=counted.total if len(items) <= most else len(items),
            at_least=counted.at_least,
            beside=parse(dict[str, Any], response) if envelope else {},
        )

    async def _page_sized(self, request: Request) -> httpx2.Response:
        """Read a page of the size asked for, so that none of what follows is lost.

        A server of another make overlooks `per_page`, and is told `limit`, once it has shown that.
        """
        if self.capabilities.know("paging"):
            return await self._read(request.limited())
        response = await self._read(request)
        rows, most = json_of(response), wire.page_size(request.query)
        too_many = is_array(rows) and 0 < most < len(rows)
        if not too_many or not wire.next_cursor(response.headers.get("link")):
            return response
        self.capabilities.note("paging")
        return await self._read(request.limited())

    async def send(
        self,
        shape: type[T],
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        touches: Sequence[str],
        bucket: str = "",
        form: bool = False,
        **query: wire.QueryValue,
    ) -> T:
        """Change something, and read what Sentry says that it became.

        It is sent once; again only where Sentry certainly did not carry it out: no connection was
        made, or it answered 429.

        Args:
            shape: What comes back; `object` where that is nothing of interest.
            method: `POST`, `PUT`, `PATCH` or `DELETE`.
            path: Where it is, made by `wire.path`.
            body: What is to be, as JSON.
            touches: What is no longer true afterwards, in the words of `wire.is_touched`.
            bucket: The class of endpoints that shares a rate limit, where it has one of its own.
            form: Whether the body goes as a form, with a file in it, instead.
            query: What narrows it.

        Raises:
            Invalid: The body holds what JSON can't tell.
            Unclear: Sentry may have carried it out: read before sending again.
            SentryError: As `errors` draws them. Sentry did not carry it out.
        """
        how = {"touches": tuple(touches), "bucket": bucket}
        written = forms.written if form else json_text.written
        text, kind = (None, "") if body is None else written(body)
        request = Request(method, path, query, text, content_type=kind, extensions=how)
        try:
            return parse(shape, await self._read(request))
        except (Broke, Broken, TooLarge) as failure:
            raise Unclear(*failure.args) from failure

    async def _read(self, request: Request) -> httpx2.Response:
        """Ask, and once more where a page came instead, unless that is what always comes.

        A server of another make answers with a page for people where Sentry has a route.

        Raises:
            Lacks: It knows the organization, and nothing of this.
        """
        response = await self._told(request)
        if request.extensions.get("raw") or not is_web_page(response):
            return response
        if request.method != "GET":
            raise stand_in(response)
        base = request.base or self.regions.known(wire.organization_in(request.path))
        base = base or self._origin.url
        always = f"{base} {routes.route(request.path)}"
        if not self.capabilities.know("pages", always):
            response = await self._told(request)
            if not is_web_page(response):
                return response
            await self._only_here(request, response, base)
            self.capabilities.note("pages", org=always)
        raise Lacks(request.path, "did not answer with JSON but with a web page")

    async def _only_here(self, request: Request, page: httpx2.Response, base: str) -> None:
        """Make sure that a page means that there is no such route.

        Raises:
            Broken: The route has answered before, so that it is a bad moment; or even the root of
                the API is a page, so that something else stands before Sentry.
        """
        if self._routes.know(base, request.path):
            raise stand_in(page)
        if not self.capabilities.know("pages", base):
            root = await self._ask(Request("GET", f"{wire.API}/"), f"{base}{wire.API}/")
            if not is_object(json_of(root)):
                raise stand_in(page)
            self.capabilities.note("pages", org=base)

    async def _told(self, request: Request) -> httpx2.Response:
        """Ask, and tell what a server does not know from what is not there."""
        try:
            return await self._placed(request)
        except Unfit as refusal:
            if request.method != "GET":
                raise
            raise Lacks(request.path, "lets nothing be read") from refusal
        except NotFound as missing:
            org = wire.organization_in(request.path)
            if missing.wordless and self.regions.known(org):
                raise NotFound.without_reason(request.path) from missing
            missing.wordless = False
            raise

    async def _placed(self, request: Request) -> httpx2.Response:
        """Ask the region that is known for the organization, or find out which one it is."""
        org = wire.organization_in(request.path)
        host = request.base or self.regions.known(org)
        try:
            return await self._exchange(replace(request, base=host or self._origin.url))
        except NotFound as missing:
            if org is None or host or not (found := await self._elsewhere(org, request, missing)):
                raise
            return await self._exchange(replace(request, base=found))

    async def _elsewhere(self, org: str, request: Request, missing: NotFound) -> str:
        """Look for the region of an organization; a write that was refused is no less clear then.

        Raises:
            SentryError: A region failed to answer, so that a read may have missed something.
        """
        try:
            return await self.regions.find(self, org)
        except SentryError:
            if request.method == "GET":
                raise
            raise missing from None

    async def _exchange(self, request: Request) -> httpx2.Response:
        response = await self._ask(request, request.url)
        if response.has_redirect_location:
            response = await self._followed(request, response)
        if wire.is_data(response.content):
            self._routes.note(request.base, request.path)
        if response.is_success:
            self._heed(response)
            return response
        said = wire.detail(json_of(response))
        raise wire.error_for(
            response.status_code, said, response.headers, self._origin.url, self.now()
        )

    async def _followed(self, request: Request, response: httpx2.Response) -> httpx2.Response:
        """Ask where Sentry sends whoever uses an old name: as before, once, on the same origin."""
        if not (target := request.target(response)):
            return response
        onward = await self._ask(request, target)
        if onward.has_redirect_location and request.target(onward):
            raise Rejected(
                "Sentry sends the request on and on. Name what it is about as it is called today, "
                "or by its numeric id; the matching list tool shows both."
            )
        return onward

    def _heed(self, response: httpx2.Response) -> None:
        """Tell the log of endpoints that Sentry is going to retire, once for each replacement.

        Those that have none are told once for each date: they are retired in families.
        """
        if not (when := response.headers.get("x-sentry-deprecation-date", "")):
            return
        instead = wire.replacement(response.headers)
        if (family := instead or when) in self._retiring:
            return
        self._retiring.add(family)
        told = {"endpoint": response.url.path, "retired": when[:40], "replacement": instead}
        _log.warning("Sentry retires %(endpoint)s on %(retired)s", told, extra={"facts": told})

    async def _ask(self, request: Request, url: str) -> httpx2.Response:
        if not self._origin.token:
            raise NoToken(self._origin.url)
        how = {
            **request.extensions,
            "refresh": trail.refreshing(),
            "insist": trail.insisting(),
            "background": trail.is_background(),
        }
        try:
            response = await self._http.request(
                request.method, url, content=request.body, headers=request.headers, extensions=how
            )
        except httpx2.RequestError as error:
            raise failure(wire.origin(url), error) from error
        except httpx2.InvalidURL as error:
            raise Invalid("The arguments are too long for one request. Shorten them.") from error
        if (age := response.extensions.get("age")) is not None:
            trail.current().remember(age, response.extensions.get("stale", ""))
        lasts = request.extensions.get("fresh_for" if response.is_success else "absent_for", 0.0)
        trail.current().rest_on(lasts - (age or 0.0))
        return response
