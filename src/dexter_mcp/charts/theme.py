"""Colours: text stands out from its card at 4.5 to 1 or better, lines at 3 to 1."""

from dataclasses import dataclass
from typing import Final, Literal

Name = Literal["light", "dark"]


@dataclass(frozen=True)
class Theme:
    """The colours of a chart, which has a card of its own and so suits any background."""

    card: str
    edge: str
    grid: str
    text: str
    faint: str
    muted: str
    lines: tuple[str, ...]

    def line(self, place: int) -> str:
        """Give the colour of the line at a place; after the last it begins again."""
        return self.lines[place % len(self.lines)]


LIGHT: Final = Theme(
    card="#ffffff",
    edge="#d5d3de",
    grid="#e8e6ee",
    text="#1f1633",
    faint="#5b5470",
    muted="#767085",
    lines=(
        *("#5b3fd6", "#c2410c", "#0f766e", "#be185d", "#1d6fb8"),
        *("#7a6200", "#4d7c0f", "#9f1239", "#334155", "#7e22ce"),
    ),
)
DARK: Final = Theme(
    card="#1c1826",
    edge="#3d3750",
    grid="#2f2a3e",
    text="#f2eff9",
    faint="#b9b3c9",
    muted="#918aa6",
    lines=(
        *("#a899ff", "#ff9d5c", "#4fd1c5", "#ff86b8", "#6cb8ff"),
        *("#e0c24a", "#a3d65c", "#ff8a8a", "#d3d7e0", "#dba4ff"),
    ),
)
THEMES: Final[dict[Name, Theme]] = {"light": LIGHT, "dark": DARK}
