"""Where the time of a transaction went, and what a detector makes of it."""

from collections.abc import Iterator, Sequence

from dexter_mcp.sentry.events import Event, Span
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.moments import span
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.parts import more
from dexter_mcp.views.untrusted import clean

_FEW = 5
_MANY = 1_000
_WORD = 80
_TEXT = 200

_Kind = tuple[Untrusted, Untrusted]
"""Operation and description."""


def breakdown(event: Event, *, full: bool) -> Iterator[str]:
    """Show where the time went, the longest first; spans alike share a line."""
    alike: dict[_Kind, list[Span]] = {}
    for each in event.spans:
        alike.setdefault((each.op, each.description), []).append(each)
    longest_first = sorted(alike.items(), key=lambda group: _seconds(group[1]), reverse=True)
    shown = longest_first[: _MANY if full else _FEW]
    for kind, group in shown:
        yield _line(kind, group)
    if left := len(alike) - len(shown):
        yield more("spans", counted(left, "kind") + " of span")


def evidence(event: Event) -> Iterator[str]:
    """Say what a detector points out, except the transaction's name and what the spans tell."""
    told = {each.description.raw for each in event.spans if each.description}
    for each in event.occurrence.evidence_display if event.occurrence else ():
        repeats = each.value == event.culprit or any(text in each.value.raw for text in told)
        if each.value and not repeats:
            yield f"{clean(each.name, limit=_WORD)}: {clean(each.value, limit=_TEXT)}"
    if event.start_timestamp and event.end_timestamp:
        yield f"took {span(event.end_timestamp - event.start_timestamp)}"


def _seconds(spans: Sequence[Span]) -> float:
    return sum(each.seconds or 0.0 for each in spans)


def _line(kind: _Kind, group: Sequence[Span]) -> str:
    took = _seconds(group)
    lead = [span(took) if took else "", f"{len(group)} times" if len(group) > 1 else ""]
    what = [clean(kind[0], limit=_WORD), clean(kind[1], limit=_TEXT)]
    return ": ".join(filter(None, [", ".join(filter(None, lead)), " ".join(filter(None, what))]))
