"""Sentry's HTTP dialect as pure functions: no I/O, no clock, no state."""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qs, quote, urlencode, urljoin, urlsplit

from dexter_mcp.sentry.errors import (
    SCOPES,
    Broken,
    Gone,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Rejected,
    SentryError,
    Unfit,
)
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.rate_headers import A_WINDOW, integer, pause_asked

API = "/api/0"

_LINK = re.compile(r"<(?P<url>[^<>]*)>(?P<attributes>[^<>]*)")
_ATTRIBUTE = re.compile(r'(?P<name>\w+)\s*=\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s";,]+))')
_REGIONAL = re.compile(rf"{API}/(?:organizations|projects|teams)/(?P<org>[^/]+)/")
_SCOPE = re.compile(r'scope="(?P<scopes>[^"]*)"')
_SIGN_ON = re.compile(r"\bSSO\b|single sign-on", re.IGNORECASE)
_TEXT_LIMIT = 500
_DEPTH = 8
"""How far down an error body is worth reading."""

_NO_REASON = (
    " It gives no reason: the feature may be switched off there, or this server may not know it."
)

QueryValue = str | int | bool | Sequence[str] | None


def path(*segments: str) -> str:
    """Join segments into an API path, each confined to its own place.

    >>> path("organizations", "a/b", "projects")
    '/api/0/organizations/a%2Fb/projects/'

    Raises:
        Invalid: A segment is empty, `.` or `..`, or no text that could be sent.
    """
    if unsafe := [segment for segment in segments if segment in {"", ".", ".."}]:
        raise Invalid(f"{unsafe[0]!r} is not a valid identifier. Give a slug or an id.")
    return "/".join([API, *(quote(_sendable(segment), safe="") for segment in segments), ""])


def query_string(query: Mapping[str, QueryValue]) -> str:
    """Write a query the way Sentry reads it: lists repeat the key, booleans are 1 and 0.

    `None` and empty lists are left out; an empty string is sent, because to Sentry it means
    something else than nothing.

    Raises:
        Invalid: A value is no text that could be sent.
    """
    return urlencode(
        [(name, _sendable(text)) for name, value in query.items() for text in _texts(value)]
    )


def _sendable(text: str) -> str:
    """Refuse halves of characters, which JSON can spell but nothing can encode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(f"{text[:80]!r} holds half a character. Write it anew.") from None
    return text


def _texts(value: QueryValue) -> Iterable[str]:
    match value:
        case None:
            return ()
        case bool():
            return (str(int(value)),)
        case str() | int():
            return (str(value),)
        case _:
            return value


def organization_in(api_path: str) -> str | None:
    """Name the organization that a path belongs to, if it belongs to one."""
    found = _REGIONAL.match(api_path)
    return found["org"] if found else None


def next_cursor(link: str | None) -> str:
    """Find the cursor of the next page in a `Link` header; empty on the last page.

    Servers of other makes leave out what Sentry always says: `results`, or even `cursor`, which
    then stands in the address.
    """
    for found in _LINK.finditer(link or ""):
        told = {a["name"]: a["quoted"] or a["bare"] for a in _ATTRIBUTE.finditer(found[2])}
        if told.get("rel") == "next" and told.get("results", "true") == "true":
            return told.get("cursor") or _cursor_in(found["url"])
    return ""


def is_of_another_make(link: str | None) -> bool:
    """Tell a `Link` header that Sentry did not write: it gives even a link to nothing a cursor."""
    told = (found["attributes"] for found in _LINK.finditer(link or ""))
    return any('results="false"' in each and "cursor=" not in each for each in told)


def _cursor_in(url: str) -> str:
    return next(iter(parse_qs(url.partition("?")[2]).get("cursor", [])), "")


class Hits(NamedTuple):
    """How many things match in all, as far as Sentry counted."""

    total: int | None
    at_least: bool


def hits(headers: Mapping[str, str]) -> Hits:
    """Read `X-Hits`, which stops counting at `X-Max-Hits`."""
    total, cap = integer(headers.get("x-hits")), integer(headers.get("x-max-hits"))
    return Hits(total, at_least=total is not None and total == cap)


def page_size(query: Mapping[str, QueryValue]) -> int:
    """Read how many items a query asks for; 0 where it leaves that to Sentry."""
    asked = query.get("limit") or query.get("per_page")
    return asked if isinstance(asked, int) else 0


def same_origin_target(url: str, location: str | None) -> str | None:
    """Resolve a redirect, or `None` where it would leave the origin that holds the token."""
    try:
        target = urlsplit(urljoin(url, location or ""))
    except ValueError:
        return None
    return target.geturl() if location and origin(target.geturl()) == origin(url) else None


def detail(body: Any, depth: int = _DEPTH) -> str:
    """Read the reason out of an error body, in all the shapes that Sentry gives it."""
    if depth == 0:
        return ""
    if is_object(body):
        said = _detail_of_object(body, depth - 1)
    elif is_array(body):
        said = "; ".join(filter(None, (detail(item, depth - 1) for item in body)))
    else:
        said = body if isinstance(body, str) else ""
    return " ".join(said[:_TEXT_LIMIT].split())


def _detail_of_object(body: Mapping[str, Any], depth: int) -> str:
    for key in ("detail", "message", "error"):
        if said := detail(body.get(key), depth):
            return said
    if said := _complaint(body):
        return said
    fields = ((name, detail(value, depth)) for name, value in body.items())
    return "; ".join(f"{name}: {said}" for name, said in fields if said)


def _complaint(body: Mapping[str, Any]) -> str:
    """Read what a server of another make holds against a parameter: its name, and the reason."""
    where, said = body.get("loc"), body.get("msg")
    if not is_array(where) or not isinstance(said, str):
        return ""
    named = next((each for each in reversed(where) if isinstance(each, str)), "")
    return f"{named}: {said}" if named else said


def error_for(
    status: int, said: str, headers: Mapping[str, str], home: str, now: float
) -> SentryError:
    """Name the failure behind an HTTP status, with what to do about it.

    `home` is the base URL of the Sentry in use, where its pages are; `now` is in epoch seconds.
    """
    reason = f": {said.rstrip('.')}." if said else "."
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _detour(headers, home)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _declined(status, reason, headers, home) or RateLimited.for_seconds(
            pause_asked(headers, now) or A_WINDOW, said
        )
    return _broken(status, reason, headers, now)


def _broken(status: int, reason: str, headers: Mapping[str, str], now: float) -> Broken:
    """Say that it is Sentry that fails, and for how long it wants to be left alone, if it says."""
    asked = pause_asked(headers, now) if "retry-after" in headers else None
    return Broken.for_seconds(asked, f"Sentry failed ({status}){reason}")


def _declined(
    status: int, reason: str, headers: Mapping[str, str], home: str
) -> SentryError | None:
    """Name what is wrong with a request; nothing is, if it only came too soon."""
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return _refusal(status, reason, headers, home)
        case HTTPStatus.NOT_FOUND:
            return _missing(reason)
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return Unfit(f"Sentry refused the request (405){reason}")
        case HTTPStatus.GONE:
            return Gone(replacement(headers))
        case HTTPStatus.TOO_MANY_REQUESTS:
            return None
        case _:
            return Rejected(f"Sentry refused the request ({status}){reason}")


def _missing(reason: str) -> NotFound:
    error = NotFound(f"Sentry found nothing there{reason}{_NO_REASON * (reason == '.')}")
    error.wordless = reason == "."
    return error


def _detour(headers: Mapping[str, str], home: str) -> Rejected:
    # A query is left out: that of a signed address is as good as a password.
    target = headers.get("location", "nowhere").partition("?")[0][:_TEXT_LIMIT]
    return Rejected(
        f"Sentry sent the request on to {target}, where the token does not go. If Sentry has moved "
        f"from {home}, or a sign-in page stands before it, set SENTRY_URL to the address at which "
        "Sentry itself answers."
    )


def replacement(headers: Mapping[str, str]) -> str:
    """Read the path of what replaces a retired endpoint; empty where Sentry does not say."""
    return headers.get("x-sentry-replacement-endpoint", "")[:_TEXT_LIMIT]


def _refusal(status: int, reason: str, headers: Mapping[str, str], home: str) -> Refused:
    if _SIGN_ON.search(reason):
        return Refused(
            f"The organization asks for single sign-on{reason} Sign in to it once at {home}, as "
            "the user of the token, or use an organization token."
        )
    if status == HTTPStatus.UNAUTHORIZED:
        return Refused(
            f"Sentry did not accept the token{reason} Set SENTRY_AUTH_TOKEN to a valid user "
            f"auth token with the scopes {SCOPES}; one is made at "
            f"{home}/settings/account/api/auth-tokens/."
        )
    return Refused(f"The token may not do this{reason} {_remedy(headers)}")


def _remedy(headers: Mapping[str, str]) -> str:
    found = _SCOPE.search(headers.get("www-authenticate", ""))
    if found and found["scopes"]:
        wanted = ", ".join(found["scopes"].split())
        return f"It lacks a scope, one of {wanted} is needed: use a token that has it."
    return "Use a token with the scope this needs, of a member who may see it (`whoami` tells)."


def origin(url: str) -> str:
    """Keep the scheme and the host of a URL, in lower case and without the port that is usual."""
    parts = urlsplit(url)
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    host = parts.netloc.lower()
    return f"{parts.scheme}://{host.removesuffix(usual) if usual else host}"


RETRYABLE = frozenset({408, 429, 500, 502, 503, 504})
"""Answers after which the same read may well succeed."""


def left_undone(status: int) -> bool:
    """Tell whether Sentry certainly did not carry a write out: it refused, or sent it elsewhere.

    A 303 is no such word: it points to what became of a request.
    """
    declined = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return declined and status != HTTPStatus.SEE_OTHER


def is_breakdown(status: int) -> bool:
    """Tell whether it is Sentry that fails, rather than the request."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR


def body_length(headers: Mapping[str, str]) -> int:
    """Read how many bytes of a body are promised; 0 where nothing is."""
    return integer(headers.get("content-length")) or 0


def is_touched(url: str, touched: Iterable[str]) -> bool:
    """Tell whether a write made what was read at `url` untrue.

    What a write touches is named by paths. A path stands for all below it; with a `?` it is that
    list itself and nothing below; with `?project=1` only as far as it is about that project.
    """
    return any(_covers(name, urlsplit(url)) for name in touched)


def _covers(name: str, url: SplitResult) -> bool:
    path, narrowed, query = name.partition("?")
    if not narrowed:
        return url.path.startswith(path)
    about, asked = (parse_qs(text).get("project", []) for text in (query, url.query))
    everything = not about or not asked or "-1" in asked
    return url.path == path and (everything or not set(about).isdisjoint(asked))


def is_data(body: bytes) -> bool:
    """Tell JSON from a page that stands in for it."""
    return body.lstrip()[:1] in {b"{", b"["}


def may_repeat(method: str, status: int | None, *, left: bool = True) -> bool:
    """Decide whether a request may be sent again. `status` is `None` when nothing came back.

    A 429 was never carried out, nor was a request that never `left` because there was no
    connection: these are safe to repeat whatever the method. After any other failure only a read
    is repeated.
    """
    if status == HTTPStatus.TOO_MANY_REQUESTS or not left:
        return True
    return method == "GET" and (status is None or status in RETRYABLE)
