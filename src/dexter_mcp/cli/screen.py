"""What the demonstration looks like: a conversation, indented, as wide as the terminal."""

import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from dexter_mcp.cli.colour import Palette

_WIDEST: Final = 120
_NARROWEST: Final = 30
_BAR: Final = "│ "


@dataclass(frozen=True)
class Screen:
    """Writes lines that fit into `columns`."""

    palette: Palette
    columns: int
    write: Callable[[str], None] = print

    @property
    def width(self) -> int:
        """Columns that are used: neither too few to read nor too many."""
        return max(_NARROWEST, min(self.columns, _WIDEST)) - 1

    def heading(self, text: str) -> None:
        """Begin a new scene."""
        self.write("")
        rule = "─" * max(2, self.width - len(text) - 4)
        self.write(self.palette.bold(f"── {text} ") + self.palette.dim(rule))

    def remark(self, text: str) -> None:
        """Say something to the person who watches."""
        for line in textwrap.wrap(text, self.width):
            self.write(self.palette.dim(line))

    def person(self, text: str) -> None:
        """Show what the user asks."""
        for line in textwrap.wrap(f"you ▸ {text}", self.width, subsequent_indent=" " * 6):
            self.write(self.palette.bold(line))

    def assistant(self, text: str) -> None:
        """Show what the assistant does."""
        for line in textwrap.wrap(f"assistant ▸ {text}", self.width, subsequent_indent=" " * 12):
            self.write(self.palette.voice(line))

    def entry(self, text: str) -> None:
        """Show one line of a list, cut where the terminal ends."""
        room = self.width - len(_BAR)
        cut = text if len(text) <= room else text[: room - 1].rstrip() + "…"
        self.write(self.palette.dim(_BAR) + cut)

    def answer(self, text: str, *, lines: int) -> None:
        """Show what the assistant is told, as far as `lines` go."""
        fitting = self._fitting(text.splitlines())
        for line in islice(fitting, lines):
            self.write(self.palette.dim(_BAR) + line)
        if left := sum(1 for _ in fitting):
            self.write(self.palette.dim(f"{_BAR}… and {left} more lines"))

    def verbatim(self, title: str, text: str) -> None:
        """Show something to copy: never wrapped, never indented."""
        self.write("")
        self.write(self.palette.bold(title))
        self.write(text)

    def _fitting(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            text = line.lstrip()
            indent = line[: len(line) - len(text)][: self.width // 3]
            yield from textwrap.wrap(
                text,
                self.width - len(_BAR),
                initial_indent=indent,
                subsequent_indent=f"{indent}  ",
                break_on_hyphens=False,
            ) or [""]
