"""The parts that an event has of itself; an issue shows those of the event that stands for it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain as chained

from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views import pairs
from dexter_mcp.views.breadcrumbs import trail
from dexter_mcp.views.flags import switches
from dexter_mcp.views.parts import Amount, Parts, is_full, more
from dexter_mcp.views.spans import breakdown, evidence
from dexter_mcp.views.stacktrace import BRIEF, FULL, NORMAL, chain, headline, running
from dexter_mcp.views.surroundings import contexts, requested, user
from dexter_mcp.views.untrusted import clean

_TITLE = 300
_TEXT = 800
_LONG_TEXT = 8_000
_LINE = 200
_LONG_LINE = 1_000
_WORD = 80
_URL = 300
_FEW = 6
_FAULTS = 3
_OF_JAVASCRIPT = "js_"


def title(event: Event, shown: Untrusted) -> list[str]:
    """Give the title, unless the exception below it says the same."""
    told = clean(shown, limit=_TITLE)
    raised = headline(event.exceptions[-1], limit=_TITLE) if event.exceptions else ""
    repeats = raised and " ".join(raised.split()).startswith(told.rstrip("….").rstrip())
    return [] if not told or repeats else [told]


def of_event(event: Event, *, include: Sequence[str], detail: Amount, said: Untrusted) -> Parts:
    """Show everything about an event but its tags; `said` is the title that the reader has seen."""
    full = is_full(detail, include)
    depth = FULL if full else BRIEF if detail == "brief" else NORMAL
    traced = any(exception.stacktrace for exception in event.exceptions)
    at = event.date_created or event.date_received
    return {
        "exception": chained(chain(event.exceptions, depth), _faults(event)),
        "message": _message(event, said, full=full),
        "spans": breakdown(event, full=full),
        "threads": running(event.threads, depth) if full or not traced else (),
        "request": requested(event.request, full=full, agent=not event.tag("browser")),
        "user": user(event.user, full=full),
        "contexts": contexts(event, full=full),
        "flags": switches(event.flags, full=full),
        "breadcrumbs": trail(event.breadcrumbs, at, full=full),
        "extra": _extra(event.context, full=full),
        "packages": _packages(event) if full else (),
    }


def _faults(event: Event) -> Iterator[str]:
    """Name what Sentry could not process, such as a missing source map: it explains bad frames."""
    counts = Counter(fault.message or fault.type for fault in event.errors)
    for text, times in counts.most_common(_FAULTS):
        often = f" ({times} times)" if times > 1 else ""
        yield f"Sentry could not process: {clean(text, limit=_LINE)}{often}"
    if any(fault.type.raw.startswith(_OF_JAVASCRIPT) for fault in event.errors):
        yield "why source maps fail: include=source_maps"


def _message(event: Event, said: Untrusted, *, full: bool) -> Iterator[str]:
    """Show what somebody or something said that is neither the title nor an exception."""
    limit = _LONG_TEXT if full else _TEXT
    logged = (event.logged and (event.logged.formatted or event.logged.message)) or event.message
    known = {said, *(exception.value for exception in event.exceptions)}
    report = event.user_report.comments if event.user_report else Untrusted()
    for text in (logged if logged not in known else Untrusted(), report):
        yield from _paragraph(text, limit)
    yield from _feedback(event, limit)
    yield from evidence(event)
    yield from _policy(event)


def _paragraph(text: Untrusted, limit: int) -> list[str]:
    return clean(text, limit=limit, multiline=True).split("\n") if text else []


def _feedback(event: Event, limit: int) -> Iterator[str]:
    told = next((data for name, data in event.contexts if name.raw == "feedback"), ())
    said = pairs.lookup(told, "message")
    yield from _paragraph(said, limit) if said != event.message else []
    who = clean(pairs.lookup(told, "contact_email") or pairs.lookup(told, "name"), limit=_WORD)
    page = clean(pairs.lookup(told, "url"), limit=_URL)
    yield from filter(None, [", ".join(filter(None, [who, page]))])


def _policy(event: Event) -> Iterator[str]:
    """Show a violated content security policy; what one field says, no other repeats."""
    told = {value: (name, value) for name, value in reversed(pairs.filled(event.csp))}
    for pair in reversed(told.values()):
        yield pairs.named(pair, limit=_LINE, between=": ")


def _extra(extra: Sequence[pairs.Pair], *, full: bool) -> Iterator[str]:
    told = pairs.filled(extra)
    shown = told if full else told[:_FEW]
    for pair in shown:
        yield pairs.named(pair, limit=_LONG_LINE if full else _LINE)
    if left := len(told) - len(shown):
        yield more("extra", f"{left} more")


def _packages(event: Event) -> Iterator[str]:
    """Name what was installed. A name such as `pyjwt` makes no secret of a version."""
    for package, version in event.packages:
        yield " ".join(filter(None, (clean(text, limit=_WORD) for text in (package, version))))
