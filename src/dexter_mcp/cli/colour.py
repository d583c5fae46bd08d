"""Colour for terminals that want it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TextIO


@dataclass(frozen=True)
class Palette:
    """Wraps text in ANSI colours, or leaves it alone."""

    enabled: bool

    @classmethod
    def fitting(cls, stream: TextIO, environment: Mapping[str, str]) -> Self:
        """Colour a terminal, unless it is dumb or `NO_COLOR` is set; `FORCE_COLOR` overrides.

        See https://no-color.org.
        """
        if environment.get("NO_COLOR"):
            return cls(enabled=False)
        if environment.get("FORCE_COLOR"):
            return cls(enabled=True)
        return cls(enabled=stream.isatty() and environment.get("TERM") != "dumb")

    def bold(self, text: str) -> str:
        """Make text stand out."""
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        """Make text step back."""
        return self._wrap("2", text)

    def good(self, text: str) -> str:
        """Say that all is well."""
        return self._wrap("32", text)

    def bad(self, text: str) -> str:
        """Say that something is wrong."""
        return self._wrap("31", text)

    def doubtful(self, text: str) -> str:
        """Say that something may be wrong."""
        return self._wrap("33", text)

    def voice(self, text: str) -> str:
        """Mark what the assistant does."""
        return self._wrap("36", text)

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.enabled and text else text
