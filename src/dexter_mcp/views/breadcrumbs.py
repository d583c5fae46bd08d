"""What happened before an event, the newest first, with times relative to it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from dexter_mcp.sentry.events import Breadcrumb
from dexter_mcp.views import pairs
from dexter_mcp.views.moments import span
from dexter_mcp.views.parts import more
from dexter_mcp.views.untrusted import clean

_FEW = 8
_TEXT = 160
_LONG_TEXT = 600
_DATA = 60
_MOST_DATA = 3
_WORD = 60
_SECOND = 1
_LONG_AGO = 600
_REMARKABLE = frozenset({"warning", "error", "fatal", "critical"})
_SAYS_NOTHING = frozenset({"", "default", "log"})


def trail(crumbs: Sequence[Breadcrumb], at: datetime | None, *, full: bool) -> Iterator[str]:
    """Show the last breadcrumbs; consecutive ones that say the same share a line."""
    newest_first = crumbs[::-1]
    kept = newest_first if full else _few(newest_first)
    for run in _alike(kept):
        yield _line(run, at, _LONG_TEXT if full else _TEXT)
    if left := len(crumbs) - len(kept):
        yield more("breadcrumbs", f"{left} earlier")


def _few(newest_first: Sequence[Breadcrumb]) -> Sequence[Breadcrumb]:
    taken = 0
    for place, run in enumerate(_alike(newest_first)):
        if place == _FEW:
            break
        taken += len(run)
    return newest_first[:taken]


def _alike(crumbs: Sequence[Breadcrumb]) -> Iterator[list[Breadcrumb]]:
    def said(crumb: Breadcrumb) -> tuple[object, ...]:
        return crumb.category, crumb.level, crumb.message, crumb.data

    return (list(run) for _, run in groupby(crumbs, key=said))


def _line(run: Sequence[Breadcrumb], at: datetime | None, limit: int) -> str:
    crumb = run[0]
    times = f"({len(run)} times)" if len(run) > 1 else ""
    return " ".join(filter(None, [_before(crumb, at), _kind(crumb), _what(crumb, limit), times]))


def _before(crumb: Breadcrumb, at: datetime | None) -> str:
    if crumb.timestamp is None or at is None:
        return ""
    seconds = (_aware(at) - _aware(crumb.timestamp)).total_seconds()
    if abs(seconds) >= _LONG_AGO:
        return f"-{span(seconds)}".replace("--", "+")
    return f"{-seconds:+.{1 if abs(seconds) < _SECOND else 0}f}s".replace("-0.0", "0")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _kind(crumb: Breadcrumb) -> str:
    """Name what kind of thing it was, and how bad if it was."""
    words = [
        crumb.level if crumb.level.raw in _REMARKABLE else None,
        crumb.category if crumb.category.raw not in _SAYS_NOTHING else crumb.type,
    ]
    told = [clean(word, limit=_WORD) for word in words if word and word.raw not in _SAYS_NOTHING]
    return f"{' '.join(told)}:" if told else ""


def _what(crumb: Breadcrumb, limit: int) -> str:
    says = clean(crumb.message, limit=limit)
    if url := pairs.lookup(crumb.data, "url"):
        method, status = (pairs.lookup(crumb.data, key) for key in ("method", "status_code"))
        went = [clean(method, limit=_WORD), clean(url, limit=limit), clean(status, limit=_WORD)]
        return " ".join(filter(None, [says, *went]))
    origin, target = (pairs.lookup(crumb.data, key) for key in ("from", "to"))
    if target:
        return f"{clean(origin, limit=limit)} → {clean(target, limit=limit)}"
    most = _MOST_DATA if limit == _TEXT else len(crumb.data)
    data = pairs.one_line(crumb.data, most=most, limit=_DATA if limit == _TEXT else limit)
    return f"{says} ({data})" if says and data else says or data
