"""An answer's budget, and how it is kept: by meaning, with a note of what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final, TypeVar

from dexter_mcp.views.untrusted import Fence

T = TypeVar("T")

DEFAULT: Final = 24_000
"""Characters in an answer unless the caller asks for more."""
HARD_CAP: Final = 40_000
"""Characters in an answer, whatever the caller asks for."""
FLOOR: Final = 1_000
"""The least budget: room for one line with its title, fence and notes."""

_LONGEST_LABEL: Final = 100
_LONGEST_NOTE: Final = 300
_AROUND_A_LINE: Final = 700
"""A title, a fence, the note below it and the note on other sections, at their longest."""


@dataclass(frozen=True)
class Section:
    """A part of an answer that may lose its last lines.

    `more` is the argument that brings the rest, such as `detail=full`. A section with a higher
    `keep` loses lines later. `minimum` lines stay as long as the section does. The `fence` is put
    around the lines once it is settled which, so that no cut can open it.
    """

    title: str
    lines: Sequence[str]
    more: str = ""
    keep: int = 0
    minimum: int = 1
    fence: Fence | None = None


@dataclass(frozen=True)
class _Part:
    """A section, and how many of its lines are shown."""

    section: Section
    shown: int

    def __str__(self) -> str:
        lines = self.section.lines[: self.shown]
        body = [self.section.fence.block(lines)] if self.section.fence else lines
        return "\n".join([*filter(None, [self.section.title]), *body, *self._note()])

    def _note(self) -> list[str]:
        left = len(self.section.lines) - self.shown
        note = f"… {left} more {'line' if left == 1 else 'lines'}"
        return [": ".join(filter(None, [note, self.section.more]))] if left else []

    def shorter_by(self, excess: int, least: int) -> "_Part":
        """Give up as many lines as it takes to save `excess` characters, but keep `least`."""
        lines = self.section.lines
        room = len(str(self)) - excess
        around = len(str(replace(self, shown=1))) - len(lines[0])
        lengths = accumulate(len(line) + 1 for line in lines)
        fitting = sum(1 for length in lengths if around + length - 1 <= room)
        return replace(self, shown=min(self.shown, max(fitting, least)))


def fit(sections: Sequence[Section], budget: int = DEFAULT) -> str:
    """Set sections one below the other, in at most `budget` characters.

    A section without lines is no part of the answer. If the rest is too long, the section with
    the lowest `keep` gives up lines first, down to its minimum, then the next; if that is not
    enough, whole sections go, in the same order, until the last has the budget for itself. What
    is gone is named, with the argument that brings it. A budget below `FLOOR` is taken as that,
    and one above `HARD_CAP` likewise.
    """
    budget = min(max(budget, FLOOR), HARD_CAP)
    filled = [section for section in sections if section.lines]
    everything = _joined([_whole(section) for section in filled])
    if len(everything) <= budget:
        return everything
    longest = budget - _AROUND_A_LINE
    return _joined(_squeezed([_whole(_clipped(section, longest)) for section in filled], budget))


def keep_ends(items: Sequence[T], first: int, last: int) -> tuple[Sequence[T], int, Sequence[T]]:
    """Keep the first and the last few items, and say how many between them are left out."""
    left_out = max(len(items) - first - last, 0)
    return items[:first], left_out, items[first + left_out :]


def _whole(section: Section) -> _Part:
    return _Part(section, len(section.lines))


def _clipped(section: Section, longest: int) -> Section:
    return replace(
        section,
        title=_clip(section.title, _LONGEST_LABEL),
        more=_clip(section.more, _LONGEST_LABEL),
        lines=[_clip(line, longest) for line in section.lines],
    )


def _clip(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _squeezed(parts: list[_Part], budget: int) -> list[_Part]:
    """Walk from the least kept part to the most kept: first for lines, then for whole parts."""
    order = sorted(range(len(parts)), key=lambda place: (parts[place].section.keep, -place))
    for place in order:
        parts = _shortened(parts, place, budget, parts[place].section.minimum)
    for place in order[:-1]:
        if len(_joined(parts)) > budget:
            parts = _replaced(parts, place, replace(parts[place], shown=0))
    return _shortened(parts, order[-1], budget, 1)


def _shortened(parts: list[_Part], place: int, budget: int, least: int) -> list[_Part]:
    excess = len(_joined(parts)) - budget
    if excess <= 0:
        return parts
    return _replaced(parts, place, parts[place].shorter_by(excess, least))


def _replaced(parts: list[_Part], place: int, part: _Part) -> list[_Part]:
    return [*parts[:place], part, *parts[place + 1 :]]


def _joined(parts: list[_Part]) -> str:
    gone = [part.section for part in parts if not part.shown]
    shown = [str(part) for part in parts if part.shown]
    return "\n\n".join([*shown, *_absence(gone)])


def _absence(gone: list[Section]) -> list[str]:
    names = [f"{section.title.strip('#: ')} ({section.more or 'too long'})" for section in gone]
    return [_clip(f"… left out: {', '.join(names)}", _LONGEST_NOTE)] if names else []
