"""Texts that people wrote: prompt templates and guides, fitted to the tools on offer."""

import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

_NAMED = re.compile(r"`([a-z]+(?:_[a-z]+)*)`")
_FRONT = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)


def folder(installed: str, in_checkout: str) -> Traversable:
    """Find a folder of texts: inside the wheel, or at its place in a checkout."""
    inside = files("dexter_mcp") / installed
    return inside if inside.is_dir() else Path(__file__).parents[3] / in_checkout


@dataclass(frozen=True)
class Offer:
    """The tools that this launch offers, among all that there are."""

    offered: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()

    def keep(self, text: str) -> str:
        """Drop the lines that send the reader to a tool which is not on offer."""
        lines = text.splitlines(keepends=True)
        return "".join(line for line in lines if self._within_reach(line))

    def _within_reach(self, line: str) -> bool:
        return self.known.intersection(_NAMED.findall(line)) <= self.offered


EVERYTHING: Final = Offer()
"""Where nobody says what is on offer, nothing is left out."""


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """Split a text into the `key: value` lines between its dashes, and what follows them."""
    found = _FRONT.match(text)
    if not found:
        return {}, text
    pairs = (line.partition(": ") for line in found["front"].splitlines())
    return {key: value for key, _, value in pairs}, found["body"]
