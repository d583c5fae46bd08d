"""A question answered before whoever asked gives up, and told how fresh the answer is."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

import anyio

from dexter_mcp.insights import short_ids
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import trail
from dexter_mcp.sentry.errors import Invalid, NotFound, NoToken, SentryError, Unclear, Unreachable
from dexter_mcp.sentry.trail import Trail
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.authored import Offer
from dexter_mcp.views.moments import span
from dexter_mcp.views.pointers import fitted

T = TypeVar("T")

_log = logging.getLogger(__name__)

_COUNTED: Final = ("cache_hits", "coalesced", "waits", "retries", "failures", "refused_early")
"""What the line of a call tells of the road, beside its requests."""
_WORTH_SAYING = 5.0
"""Seconds: a younger answer is as good as a new one."""


async def answered(
    desk: Desk, name: str, ask: Callable[[], Awaitable[Answer]], asked: str | None = None
) -> Answer:
    """Wait for an answer until the hard deadline, and note its age where that matters.

    It names only tools that are on offer. What it shows of events is kept in mind; for `asked`
    see `Shown.note`.

    Raises:
        SentryError: As `in_time`.
    """
    answer = await in_time(desk, name, ask)
    return finished(desk, answer, asked)


def finished(desk: Desk, answer: Answer, asked: str | None = None, own: str = "") -> Answer:
    """Fit an answer to the launch, and note how old it is; for `asked` and `own` see `Shown`."""
    told = fitted(answer.text, desk.offer)
    desk.shown.note(told, asked, own)
    for document in answer.documents:
        desk.shown.note_strange(document.text)
    return replace(answer, text=told + _age_note(trail.current()))


async def in_time(desk: Desk, name: str, ask: Callable[[], Awaitable[T]]) -> T:
    """Wait until the hard deadline. `name` is what the log calls the question.

    Raises:
        Unreachable: The deadline passed.
        Unclear: It passed when something had been sent that Sentry may have carried out.
        SentryError: Whatever `ask` raises.
    """
    limit, began = desk.settings.hard_deadline, time.monotonic()
    try:
        with anyio.fail_after(limit):
            return await _persistent(desk, ask)
    except TimeoutError:
        raise _late(limit, trail.current()) from None
    finally:
        _log_line(name, trail.current(), time.monotonic() - began)


async def _persistent(desk: Desk, ask: Callable[[], Awaitable[T]]) -> T:
    """Ask, and once more where nothing was found only because the server knows no short ids."""
    try:
        return await ask()
    except NotFound:
        if not await short_ids.turned_out_unknown(desk.sentry):
            raise
    return await ask()


def failed(error: SentryError, here: Trail, offer: Offer) -> str:
    """Say what kept Sentry from answering, with the reference of the log's lines on it.

    A question for which nothing went over the wire left no lines.
    """
    unsent = isinstance(error, (Invalid, NoToken)) or not here.requests
    said = fitted(str(error), offer)
    return said if unsent else f"{said} (request {here.reference})"


def _late(limit: float, here: Trail) -> SentryError:
    said = f"Sentry took longer than {limit:g} s."
    return Unclear(said) if here.writes else Unreachable(f"{said} Ask for less.")


def _log_line(name: str, here: Trail, seconds: float) -> None:
    if not _log.isEnabledFor(logging.INFO):
        return
    facts = {
        "request": here.reference,
        "question": name,
        "requests": here.requests,
        "remembered": len(here.ages),
        **{what: here.counts[what] for what in _COUNTED},
        "waited": round(here.waited, 3),
        "stale": here.stale,
        "seconds": round(seconds, 3),
    }
    _log.info("%(question)s: %(requests)s requests", facts, extra={"facts": facts})


def _age_note(trail: Trail) -> str:
    age = trail.oldest or 0.0
    if trail.stale:
        return f"\n({trail.stale}; some of this is from {span(age)} ago)"
    return f"\n(partly from memory, up to {span(age)} old)" if age >= _WORTH_SAYING else ""
