"""SVG, element by element. Text becomes text, whatever it looks like."""

import re
import unicodedata
from collections.abc import Iterable
from html import escape
from typing import Final

FONT: Final = "Dexter Sans"
_FAMILIES: Final = f"{FONT}, ui-sans-serif, system-ui, sans-serif"
_ILLEGAL: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, not even escaped."""
_NARROW: Final = frozenset("iljtfrI.,:;'|!()[] ")
_WIDE: Final = frozenset("mwMW@%")

SMALL, NORMAL, LARGE = 11, 12, 16


def element(name: str, *inside: str, **attributes: str | float) -> str:
    """Write an element; `_` in the name of an attribute stands for `-`."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_plain(value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{told}>{''.join(inside)}</{name}>" if inside else f"<{name}{told}/>"


def text(words: str, x: float, y: float, **attributes: str | float) -> str:
    """Write words at a place."""
    return element("text", _plain(words), x=x, y=y, **attributes)


def document(width: int, height: float, inside: Iterable[str], *, title: str, about: str) -> str:
    """Write a whole picture, with what a screen reader says of it."""
    told = [element("title", _plain(title)), element("desc", _plain(about))]
    return element(
        "svg",
        *told,
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=round(height),
        viewBox=f"0 0 {width} {round(height)}",
        role="img",
        font_family=_FAMILIES,
        font_size=NORMAL,
    )


def width(words: str, size: float) -> float:
    """Estimate how wide words are; rather too wide than too narrow."""
    return size * sum(map(_advance, words))


def fitted(words: str, size: float, room: float) -> str:
    """Cut words to the room that they have."""
    if width(words, size) <= room:
        return words
    kept = words
    while kept and width(f"{kept}…", size) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _advance(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if unicodedata.combining(letter):
        return 0.0
    return 0.36 if letter in _NARROW else 0.95 if letter in _WIDE else 0.64


def _plain(value: str | float) -> str:
    if isinstance(value, (int, float)):
        return f"{value:.1f}".removesuffix(".0")
    return escape(_ILLEGAL.sub("\ufffd", value))
