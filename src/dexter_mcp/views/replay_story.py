"""What happened in a session, moment by moment, read out of its recording. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from pydantic.dataclasses import dataclass

from dexter_mcp.sentry.replays import Moment, Payload, Segment
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.untrusted import clean

Kind = Literal["page", "click", "dead click", "rage click", "input", "request", "console", "error"]

CLICKS: Final = frozenset({"click", "dead click", "rage click", "input"})

_PAGE, _NOTED = 4, 5
_IN_MILLISECONDS: Final = 1e11
"""Above this a moment is in milliseconds."""
_RAGE: Final = 5
"""Clicks in a row that Sentry takes for rage."""
_FAILED: Final = 400
_BEFORE_AN_ERROR: Final = 8
_MOST: Final = 40
_TEXT: Final = 160
_BAD: Final = frozenset({"warning", "error", "fatal"})
_ALWAYS: Final = frozenset({"page", "dead click", "rage click", "error"})


@dataclass(frozen=True)
class Beat:
    """Something that happened; `at` is in epoch seconds, `bad` what somebody should look at."""

    at: float
    kind: Kind
    what: Untrusted
    note: Untrusted = Untrusted()
    times: int = 1
    bad: bool = False


def beats(segments: Iterable[Segment], errors: Iterable[Beat] = ()) -> list[Beat]:
    """Read a recording, and put the errors where they happened."""
    noted = (beat for segment in segments for moment in segment for beat in _read(moment))
    ordered = sorted([*noted, *errors], key=lambda beat: beat.at)
    return list(_gathered(ordered))


def story(told: Sequence[Beat], begun: float, *, full: bool) -> Iterator[str]:
    """Tell the session: all that is remarkable, and what came right before each error."""
    chosen = set(range(len(told))) if full else _telling(told)
    for place in sorted(chosen):
        yield line(told[place], begun)
    if left := len(told) - len(chosen):
        yield f"… {counted(left, 'ordinary moment')} left out (include=clicks|network|console)"


def line(beat: Beat, begun: float) -> str:
    """Write a moment, at its time since the beginning of the session."""
    seconds = max(round(beat.at - begun), 0)
    times = f"{beat.times} times" if beat.times > 1 else ""
    kind = beat.kind.upper() if beat.kind in {"error", "rage click"} else beat.kind
    words = [
        f"+{seconds // 60}:{seconds % 60:02}",
        kind,
        times,
        clean(beat.note, limit=_TEXT),
        clean(beat.what, limit=_TEXT),
    ]
    return " ".join(filter(None, words))


def _telling(told: Sequence[Beat]) -> set[int]:
    always = {place for place, beat in enumerate(told) if beat.bad or beat.kind in _ALWAYS}
    errors = [place for place, beat in enumerate(told) if beat.kind == "error"]
    near = {at for place in errors for at in range(max(place - _BEFORE_AN_ERROR, 0), place)}
    clicks = [place for place, beat in enumerate(told) if beat.kind in CLICKS]
    chosen = _nearest(always, errors) | near
    room = max(_MOST - len(chosen), 0)
    return chosen | set(clicks[len(clicks) - room :] if room < len(clicks) else clicks)


def _nearest(places: set[int], errors: Sequence[int]) -> set[int]:
    """Keep what is nearest to an error, or else to the end."""
    if len(places) <= _MOST:
        return places
    ends = errors or [max(places)]
    return set(sorted(places, key=lambda at: min(abs(at - end) for end in ends))[:_MOST])


def _gathered(ordered: Iterable[Beat]) -> Iterator[Beat]:
    """Let moments that say the same in a row share a line, and a page be told once."""
    last: Beat | None = None
    for beat in ordered:
        if last and (beat.kind, beat.what, beat.note) == (last.kind, last.what, last.note):
            more = last.times if beat.kind == "page" else last.times + beat.times
            last = replace(last, times=more)
            continue
        if last:
            yield last
        last = beat
    if last:
        yield last


def _read(moment: Moment) -> Iterator[Beat]:
    if moment.type == _PAGE and moment.data.href:
        yield Beat(_seconds(moment.timestamp), "page", moment.data.href)
    elif moment.type == _NOTED:
        payload = moment.data.payload
        at = _seconds(payload.timestamp or payload.start_timestamp or moment.timestamp)
        told = _span(payload, at) if payload.op else _crumb(payload, at)
        yield from filter(None, [told])


def _seconds(moment: float) -> float:
    return moment / 1000 if moment > _IN_MILLISECONDS else moment


def _span(payload: Payload, at: float) -> Beat | None:
    if payload.op.raw.startswith("navigation"):
        return Beat(at, "page", payload.description)
    if payload.op.raw not in {"resource.fetch", "resource.xhr"}:
        return None
    method, status = payload.data.get("method"), _number(payload.data.get("statusCode"))
    note = f"{method or ''} {status or 'no answer'}".strip()
    return Beat(
        at, "request", payload.description, Untrusted(note), bad=status >= _FAILED or not status
    )


def _crumb(payload: Payload, at: float) -> Beat | None:
    category, said = payload.category.raw, payload.message
    match category:
        case "ui.click" | "ui.tap":
            return Beat(at, "click", said)
        case "ui.input":
            return Beat(at, "input", said)
        case "ui.slowClickDetected":
            return _in_vain(payload, at)
        case "navigation" if to := payload.data.get("to"):
            return Beat(at, "page", Untrusted(str(to)))
        case "console":
            level = payload.level.raw
            return Beat(
                at, "console", said, Untrusted(level if level in _BAD else ""), bad=level in _BAD
            )
        case _:
            return None


def _in_vain(payload: Payload, at: float) -> Beat:
    """Tell a click that nothing came of; several in a row are rage."""
    times = _number(payload.data.get("clickCount")) or 1
    if payload.data.get("endReason") != "timeout":
        return Beat(at, "click", payload.message, Untrusted("slow"), times)
    kind: Kind = "rage click" if times >= _RAGE else "dead click"
    return Beat(at, kind, payload.message, times=times)


def _number(value: Any) -> int:
    return int(value) if isinstance(value, (int, float)) else 0
