"""What surrounded an event: the HTTP request, the end user, the machine and its programs."""

from collections.abc import Iterator, Sequence

from dexter_mcp.sentry.events import Event, EventUser, Request
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views import pairs
from dexter_mcp.views.untrusted import clean

_WORD = 80
_LINE = 200
_LONG_LINE = 1_000
_URL = 300
_BODY = 300
_LONG_BODY = 4_000
_FEW = 6
_MANY = 1_000

_AGENT = "user-agent"
_TELLING_HEADERS = frozenset({"content-type", "referer", _AGENT, "origin", "x-request-id"})
_PRODUCTS = ("runtime", "os", "browser", "device", "app")
_NAMES = ("app_name", "model", "family", "name")
_VERSIONS = ("app_version", "version")
_FLAGS = "flags"
_TOLD_ELSEWHERE = frozenset({*_PRODUCTS, _FLAGS, "trace", "feedback"})
_SELDOM_TELLING = frozenset(
    {"culture", "cloud_resource", "otel", "profile", "replay", "state", "react", "gpu"}
)


def requested(request: Request | None, *, full: bool, agent: bool) -> Iterator[str]:
    """Show the request; its `agent` tells nothing where the browser is known from it."""
    if request is None:
        return
    first = [clean(request.method, limit=_WORD), clean(request.url, limit=_URL)]
    query = pairs.one_line(request.query, most=_MANY if full else _FEW, limit=_WORD)
    body = clean(request.data, limit=_LONG_BODY if full else _BODY, multiline=full)
    yield from filter(None, [" ".join(filter(None, first)), f"query {query}" if query else ""])
    yield from _headers(request, full=full, agent=agent)
    yield from f"body {body}".split("\n") if body else []
    if full:
        yield from _labelled("cookie", request.cookies)
        yield from _labelled("env", request.env)


def user(user: EventUser | None, *, full: bool) -> Iterator[str]:
    """Say who the end user was: by the id and one name more, and where."""
    if user is None:
        return
    names = [("id", user.id), *(("", name) for name in (user.email, user.username, user.name))]
    known = [*names, ("IP", user.ip_address)]
    told = [f"{label} {clean(text, limit=_WORD)}".strip() for label, text in known if text]
    keys = ("city", "region", "country_code") if full else ("city", "country_code")
    place = [clean(pairs.lookup(user.geo, key), limit=_WORD) for key in keys]
    words = [*(told if full else told[:2]), *filter(None, place)]
    yield from filter(None, [", ".join(words)])
    if full:
        yield from _labelled("", user.data)


def contexts(event: Event, *, full: bool) -> Iterator[str]:
    """Say what the program ran on, and what it told about itself beyond that."""
    if full:
        yield from _all_contexts(event)
        return
    groups = {name.raw: pairs.filled(data) for name, data in event.contexts}
    products = [_product(kind, groups.get(kind, [])) for kind in _PRODUCTS]
    yield from filter(None, [", ".join(filter(None, products))])
    usual = _TOLD_ELSEWHERE | _SELDOM_TELLING
    own = [(name, _untyped(data)) for name, data in event.contexts if name.raw not in usual]
    for name, data in [group for group in own if group[1]][:_FEW]:
        yield _context(name, data, _FEW, _WORD)
    if trace := clean(pairs.lookup(groups.get("trace", []), "trace_id"), limit=_WORD):
        yield f"trace {trace}"


def _all_contexts(event: Event) -> Iterator[str]:
    for name, data in event.contexts:
        own = _untyped(data)
        if own and name.raw != _FLAGS:
            yield _context(name, own, _MANY, _LINE)
    if event.sdk and event.sdk.name:
        yield f"sdk {clean(event.sdk.name, limit=_WORD)} {clean(event.sdk.version, limit=_WORD)}"


def _headers(request: Request, *, full: bool, agent: bool) -> Iterator[str]:
    wanted = _TELLING_HEADERS if agent else _TELLING_HEADERS - {_AGENT}
    for header in pairs.filled(request.headers):
        if full or header[0].raw.lower() in wanted:
            yield pairs.named(header, limit=_LONG_LINE if full else _LINE, between=": ")


def _labelled(label: str, told: Sequence[pairs.Pair]) -> Iterator[str]:
    for pair in pairs.filled(told):
        yield f"{label} {pairs.named(pair, limit=_LINE)}".strip()


def _untyped(data: Sequence[pairs.Pair]) -> list[pairs.Pair]:
    return [pair for pair in pairs.filled(data) if pair[0].raw != "type"]


def _context(name: Untrusted, data: Sequence[pairs.Pair], most: int, limit: int) -> str:
    return f"{clean(name, limit=_WORD)}: {pairs.one_line(data, most=most, limit=limit)}"


def _product(kind: str, data: Sequence[pairs.Pair]) -> str:
    names = [clean(_first(data, keys), limit=_WORD) for keys in (_NAMES, _VERSIONS)]
    return " ".join([kind, *filter(None, names)]) if any(names) else ""


def _first(data: Sequence[pairs.Pair], keys: Sequence[str]) -> Untrusted:
    return next(filter(None, (pairs.lookup(data, key) for key in keys)), Untrusted())
