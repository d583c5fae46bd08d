"""The parts that an event has of itself; an issue shows those of the event that stands for it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from dexter_mcp.sentry.events import Event, EventUser, Request, Span
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views import pairs
from dexter_mcp.views.breadcrumbs import trail
from dexter_mcp.views.moments import span
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.parts import Amount, Parts, is_full, more
from dexter_mcp.views.stacktrace import BRIEF, FULL, NORMAL, chain, headline, running
from dexter_mcp.views.untrusted import clean

_TEXT = 800
_LONG_TEXT = 8_000
_LINE = 200
_LONG_LINE = 1_000
_BODY = 300
_LONG_BODY = 4_000
_WORD = 80
_URL = 300
_FEW = 6
_FEW_SPANS = 5
_MANY = 1_000
_TITLE = 300

_AGENT = "user-agent"
_TELLING_HEADERS = frozenset({"content-type", "referer", _AGENT, "origin", "x-request-id"})
_PRODUCTS = ("runtime", "os", "browser", "device", "app")
_FEEDBACK = "feedback"
_TOLD_ELSEWHERE = frozenset({*_PRODUCTS, "trace", _FEEDBACK})
_SELDOM_TELLING = frozenset(
    {"culture", "cloud_resource", "otel", "profile", "replay", "state", "react", "gpu"}
)
_NAMES = ("app_name", "model", "family", "name")
_VERSIONS = ("app_version", "version")


def title(event: Event, shown: Untrusted) -> list[str]:
    """Give the title, unless the exception below it says the same."""
    told = clean(shown, limit=_TITLE)
    raised = headline(event.exceptions[-1], limit=_TITLE) if event.exceptions else ""
    return [] if not told or _begins(" ".join(raised.split()), told) else [told]


def _begins(whole: str, part: str) -> bool:
    return bool(whole) and whole.startswith(part.rstrip("….").rstrip())


def of_event(event: Event, *, include: Sequence[str], detail: Amount, said: Untrusted) -> Parts:
    """Show everything about an event but its tags; `said` is the title that the reader has seen."""
    full = is_full(detail, include)
    depth = FULL if full else BRIEF if detail == "brief" else NORMAL
    traced = any(exception.stacktrace for exception in event.exceptions)
    alone = bool(event.threads) and not traced
    return {
        "exception": [*chain(event.exceptions, depth), *_faults(event)],
        "message": _message(event, said, full=full),
        "spans": _spans(event, full=full),
        "threads": running(event.threads, depth) if alone or full else [],
        "request": _request(event, event.request, full=full) if event.request else [],
        "user": _user(event.user, full=full) if event.user else [],
        "contexts": _contexts(event, full=full),
        "breadcrumbs": trail(event.breadcrumbs, _moment(event), full=full),
        "extra": _extra(event.context, full=full),
        "packages": _packages(event, wanted="packages" in include or detail == "full"),
    }


def _moment(event: Event) -> datetime | None:
    return event.date_created or event.date_received


def _faults(event: Event) -> list[str]:
    """Name what Sentry could not process, such as a missing source map: it explains bad frames."""
    counts = Counter(fault.message or fault.type for fault in event.errors)
    return [
        f"Sentry could not process: {clean(text, limit=_LINE)}"
        + (f" ({times} times)" if times > 1 else "")
        for text, times in counts.most_common(3)
    ]


def _message(event: Event, said: Untrusted, *, full: bool) -> list[str]:
    limit = _LONG_TEXT if full else _TEXT
    logged = (event.logged and (event.logged.formatted or event.logged.message)) or event.message
    known = {said, *(exception.value for exception in event.exceptions)}
    text = clean(logged, limit=limit, multiline=True) if logged not in known else ""
    report = event.user_report
    words = [
        text,
        _feedback(event, limit),
        clean(report.comments, limit=limit, multiline=True) if report else "",
        *_evidence(event),
        *_policy(event),
    ]
    return [line for word in filter(None, words) for line in word.split("\n")]


def _policy(event: Event) -> list[str]:
    """Show a violated content security policy; what one field says, no other repeats."""
    told = {value: (name, value) for name, value in reversed(pairs.filled(event.csp))}
    return [pairs.named(pair, limit=_LINE, between=": ") for pair in reversed(told.values())]


def _feedback(event: Event, limit: int) -> str:
    told = next((data for name, data in event.contexts if name.raw == _FEEDBACK), ())
    said = pairs.lookup(told, "message")
    words = clean(said, limit=limit, multiline=True) if said != event.message else ""
    who = clean(pairs.lookup(told, "contact_email") or pairs.lookup(told, "name"), limit=_WORD)
    page = clean(pairs.lookup(told, "url"), limit=_URL)
    return "\n".join(filter(None, [words, ", ".join(filter(None, [who, page]))]))


def _spans(event: Event, *, full: bool) -> list[str]:
    """Show where the time went, the longest first; spans alike share a line."""
    alike: dict[tuple[Untrusted, Untrusted], list[Span]] = {}
    for each in event.spans:
        alike.setdefault((each.op, each.description), []).append(each)
    longest_first = sorted(alike.items(), key=lambda group: _seconds(group[1]), reverse=True)
    shown = longest_first[: _MANY if full else _FEW_SPANS]
    lines = [_span_line(key, group) for key, group in shown]
    left = len(alike) - len(shown)
    return [*lines, more("spans", counted(left, "kind") + " of span")] if left else lines


def _evidence(event: Event) -> Iterator[str]:
    """Say what a detector points out, but for the name of the transaction and for spans."""
    told = {each.description.raw for each in event.spans if each.description}
    for each in event.occurrence.evidence_display if event.occurrence else ():
        repeats = each.value == event.culprit or any(text in each.value.raw for text in told)
        if each.value and not repeats:
            yield f"{clean(each.name, limit=_WORD)}: {clean(each.value, limit=_LINE)}"
    if event.start_timestamp and event.end_timestamp:
        yield f"took {span(event.end_timestamp - event.start_timestamp)}"


def _seconds(spans: Sequence[Span]) -> float:
    return sum(each.seconds or 0.0 for each in spans)


def _span_line(kind: tuple[Untrusted, Untrusted], group: Sequence[Span]) -> str:
    took = _seconds(group)
    lead = [span(took) if took else "", f"{len(group)} times" if len(group) > 1 else ""]
    what = [clean(kind[0], limit=_WORD), clean(kind[1], limit=_LINE)]
    return ": ".join(filter(None, [", ".join(filter(None, lead)), " ".join(filter(None, what))]))


def _request(event: Event, request: Request, *, full: bool) -> list[str]:
    query = pairs.one_line(request.query, most=_MANY if full else _FEW, limit=_WORD)
    url = clean(request.url, limit=_URL)
    first = " ".join(filter(None, [clean(request.method, limit=_WORD), url]))
    limit = _LONG_BODY if full else _BODY
    body = clean(request.data, limit=limit, multiline=full)
    lines = [
        first,
        f"query {query}" if query else "",
        *_headers(request, full=full, agent=not event.tag("browser")),
        *(f"body {body}".split("\n") if body else []),
        *(_all_of("cookie", request.cookies) if full else []),
        *(_all_of("env", request.env) if full else []),
    ]
    return [line for line in lines if line]


def _headers(request: Request, *, full: bool, agent: bool) -> Iterator[str]:
    wanted = _TELLING_HEADERS if agent else _TELLING_HEADERS - {_AGENT}
    for header in pairs.filled(request.headers):
        if full or header[0].raw.lower() in wanted:
            yield pairs.named(header, limit=_LONG_LINE if full else _LINE, between=": ")


def _all_of(label: str, told: Sequence[pairs.Pair]) -> list[str]:
    return [f"{label} {pairs.named(pair, limit=_LINE)}" for pair in pairs.filled(told)]


def _user(user: EventUser, *, full: bool) -> list[str]:
    known = (
        ("id", user.id),
        ("", user.email),
        ("", user.username),
        ("", user.name),
        ("IP", user.ip_address),
    )
    told = [f"{label} {clean(text, limit=_WORD)}".strip() for label, text in known if text]
    place = [
        clean(pairs.lookup(user.geo, key), limit=_WORD)
        for key in ("city", "region", "country_code")
    ]
    words = [*(told if full else told[:2]), *filter(None, place if full else place[:1] + place[2:])]
    return [", ".join(words), *(_all_of("", user.data) if full else [])] if words else []


def _contexts(event: Event, *, full: bool) -> list[str]:
    groups = {name.raw: (name, pairs.filled(data)) for name, data in event.contexts}
    if full:
        told = [(name, _untyped(data)) for name, data in groups.values()]
        lines = [_context(name, data, _MANY, _LINE) for name, data in told if data]
        return [*lines, *_sdk(event)]
    products = [_product(kind, groups[kind][1]) for kind in _PRODUCTS if kind in groups]
    traced = groups["trace"][1] if "trace" in groups else ()
    trace = clean(pairs.lookup(traced, "trace_id"), limit=_WORD)
    own = [
        _context(name, _untyped(data), _FEW, _WORD)
        for kind, (name, data) in groups.items()
        if kind not in _TOLD_ELSEWHERE | _SELDOM_TELLING and _untyped(data)
    ]
    return [
        line
        for line in [
            ", ".join(filter(None, products)),
            *own[:_FEW],
            f"trace {trace}" if trace else "",
        ]
        if line
    ]


def _untyped(data: Sequence[pairs.Pair]) -> list[pairs.Pair]:
    return [pair for pair in data if pair[0].raw != "type"]


def _context(name: Untrusted, data: Sequence[pairs.Pair], most: int, limit: int) -> str:
    return f"{clean(name, limit=_WORD)}: {pairs.one_line(data, most=most, limit=limit)}"


def _product(kind: str, data: Sequence[pairs.Pair]) -> str:
    names = [clean(_first(data, keys), limit=_WORD) for keys in (_NAMES, _VERSIONS)]
    return " ".join([kind, *filter(None, names)]) if any(names) else ""


def _first(data: Sequence[pairs.Pair], keys: Sequence[str]) -> Untrusted:
    return next(filter(None, (pairs.lookup(data, key) for key in keys)), Untrusted())


def _sdk(event: Event) -> list[str]:
    if not (event.sdk and event.sdk.name):
        return []
    return [f"sdk {clean(event.sdk.name, limit=_WORD)} {clean(event.sdk.version, limit=_WORD)}"]


def _extra(extra: Sequence[pairs.Pair], *, full: bool) -> list[str]:
    told = pairs.filled(extra)
    shown = told if full else told[:_FEW]
    lines = [pairs.named(pair, limit=_LONG_LINE if full else _LINE) for pair in shown]
    left = len(told) - len(shown)
    return [*lines, more("extra", f"{left} more")] if left else lines


def _packages(event: Event, *, wanted: bool) -> list[str]:
    return [pairs.named(pair, limit=_WORD, between=" ") for pair in event.packages if wanted]
