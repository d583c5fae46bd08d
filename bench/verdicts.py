"""Whether an answer given in a storm is right, judged by the answer to the same in calm weather."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
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
_FAILED = re.compile(r"^failed: ([^(\n]+) \(", re.MULTILINE)
_SECTIONS = {
    "tags:": "tags",
    "suspect commits:": "suspect commits",
    "attachments:": "attachments",
    "activity:": "comments",
}
"""Which part an answer's paragraph is made of; without a heading, or with another, the event."""
_AROUND = ("[", "more: ")
"""How the lines begin that stand whatever fails: the fence, and where to go on."""
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
    return Verdict.PARTIAL if _is_part(said, true) else Verdict.WRONG


def _is_part(said: str, true: str) -> bool:
    """Tell whether only those lines are missing that the parts named as failed would have given."""
    failed = set(_FAILED.findall(said))
    excused, whole = _excused(true, failed), Counter(true.split("\n"))
    kept = Counter(
        line if line in whole else _completed(line, excused)
        for line in said.split("\n")
        if not line.startswith("failed: ")
    )
    return bool(failed) and not kept - whole and not whole - kept - excused


def _completed(line: str, excused: Iterable[str]) -> str:
    """Find the whole line of which one that is partly of a failed part is the beginning."""
    return next((whole for whole in excused if whole.startswith(f"{line}, ")), line)


def _excused(true: str, failed: Collection[str]) -> Counter[str]:
    """Collect the lines that may be missing; those before the first fence are the issue's own."""
    _, _, fenced = true.partition("\n[")
    excused = Counter([""] * true.count("\n\n"))
    for paragraph in fenced.split("\n\n"):
        heading, *_ = lines = paragraph.split("\n")
        if _SECTIONS.get(heading, "event") in failed:
            excused.update(line for line in lines if not line.startswith(_AROUND))
    return excused


def unchanging(text: str) -> str:
    """Leave out of an answer what may differ from one time to the next."""
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return text
