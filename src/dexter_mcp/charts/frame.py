"""What every chart has around its figures: a card, a title, a legend."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dexter_mcp.charts.svg import LARGE, NORMAL, SMALL, document, element, fitted, text, width
from dexter_mcp.charts.theme import Theme

WIDTH: Final = 760
PAD: Final = 20
INNER: Final = WIDTH - 2 * PAD
_ROW: Final = 20
_SAMPLE: Final = 22
_GAP: Final = 18
_LONGEST: Final = 330
_DASHES: Final = ("", "7 4", "2 3")
"""Lines beyond the first five are told apart by more than their colour."""
_EACH: Final = 5


@dataclass(frozen=True)
class Key:
    """A line of the legend."""

    label: str
    colour: str
    dash: str = ""
    block: bool = False


@dataclass
class Canvas:
    """Elements so far, and how far down they reach."""

    theme: Theme
    y: float = PAD
    parts: tuple[str, ...] = ()

    def add(self, *elements: str) -> None:
        """Draw on."""
        self.parts += elements

    def heading(self, title: str, subtitle: str) -> None:
        """Say what the chart shows."""
        self.add(
            text(
                fitted(title, LARGE, INNER), PAD, self.y + 14, font_size=LARGE, fill=self.theme.text
            )
        )
        self.y += 26
        for line in _wrapped(subtitle):
            self.add(text(line, PAD, self.y + 10, font_size=SMALL, fill=self.theme.faint))
            self.y += 16
        self.y += 6

    def legend(self, keys: Sequence[Key]) -> None:
        """Say which line is which."""
        x = float(PAD)
        for key in keys:
            label = fitted(key.label, NORMAL, _LONGEST)
            wide = _SAMPLE + 6 + width(label, NORMAL)
            if x > PAD and x + wide > WIDTH - PAD:
                x, self.y = float(PAD), self.y + _ROW
            self.add(
                _sample(key, x, self.y + 8),
                text(label, x + _SAMPLE + 6, self.y + 12, fill=self.theme.text),
            )
            x += wide + _GAP
        self.y += _ROW + 6

    def finished(self, title: str, about: str) -> str:
        """Put the card behind everything."""
        height = self.y + PAD
        card = element(
            "rect",
            x=0.5,
            y=0.5,
            width=WIDTH - 1,
            height=round(height) - 1,
            rx=10,
            fill=self.theme.card,
            stroke=self.theme.edge,
        )
        return document(WIDTH, height, (card, *self.parts), title=title, about=about)


def dash(place: int) -> str:
    """Choose how the line at a place is broken."""
    return _DASHES[place // _EACH % len(_DASHES)]


def _sample(key: Key, x: float, y: float) -> str:
    if key.block:
        return element("rect", x=x + 4, y=y - 6, width=14, height=12, rx=2, fill=key.colour)
    dashed = {"stroke_dasharray": key.dash} if key.dash else {}
    return element(
        "path", d=f"M{x:.1f} {y:.1f}h{_SAMPLE}", stroke=key.colour, stroke_width=2.5, **dashed
    )


def _wrapped(words: str) -> Iterator[str]:
    """Break a subtitle into at most two lines."""
    line = ""
    pieces = words.split(" ") if words else []
    while pieces and width(f"{line} {pieces[0]}", SMALL) <= INNER:
        line = f"{line} {pieces.pop(0)}".lstrip()
    yield from filter(None, [line, fitted(" ".join(pieces), SMALL, INNER)])
