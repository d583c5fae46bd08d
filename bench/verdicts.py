"""Whether an answer given in a storm is right, judged by the answer to the same in calm weather."""

import re
from enum import Enum

from mcp.types import CallToolResult

from answers import text_of

_CHANGING = (
    (re.compile(r"(?<=event text )[0-9a-f]{8}"), "boundary"),
    (re.compile(r" \(request [0-9a-f]+\)"), ""),
    (
        re.compile(
            r"\n\((?:partly from memory|Sentry does not answer|Sentry asks to wait)[^\n]*\Z"
        ),
        "",
    ),
    (re.compile(r"\bjust now\b|\b\d+ (?:s|min|h|d|y)\b(?: ago\b)?"), "some time"),
)
"""What differs between two right answers: the fence, the reference, ages."""
_STALE = ("\n(Sentry does not answer;", "\n(Sentry asks to wait;")
_MISSING = "failed: "
_HONEST = re.compile(r"try again|wait that long", re.IGNORECASE)
"""What an error says that blames nobody but Sentry: come back. Not that there is no such issue."""


class Verdict(Enum):
    """How a call ended, as a person would judge it."""

    RIGHT = "right and whole"
    STALE = "right but old, and said so"
    PARTIAL = "right but partial, naming what failed"
    ERROR = "an honest error"
    WRONG = "WRONG"
    LOST = "LOST"


def judge(given: CallToolResult, expected: CallToolResult) -> Verdict:
    """Compare an answer with the one that was given when nothing went wrong."""
    text = text_of(given)
    said, true = unchanging(text), unchanging(text_of(expected))
    if said == true:
        return Verdict.STALE if any(note in text for note in _STALE) else Verdict.RIGHT
    if given.is_error:
        return Verdict.ERROR if _HONEST.search(text) else Verdict.WRONG
    lines = said.split("\n")
    kept = [line for line in lines if not line.startswith(_MISSING)]
    is_part = len(kept) < len(lines) and set(kept) <= set(true.split("\n"))
    return Verdict.PARTIAL if is_part else Verdict.WRONG


def unchanging(text: str) -> str:
    """Leave out of an answer what may differ from one time to the next."""
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return text
