"""What a server turned out to be like, where it is not like today's Sentry."""

from collections.abc import Callable, Iterator
from typing import Final, Literal, TypeVar

from dexter_mcp.sentry.reply import Page

T = TypeVar("T")

Trait = Literal["version", "make", "pages", "paging", "short ids", "datasets", "series", "alerts"]
"""What servers differ in; those who have to know say in their docstrings what each means."""

LASTS: Final = 3_600.0
"""Seconds for which something learned holds: a server may be upgraded meanwhile."""


class Capabilities:
    """Remembers for an hour what calls found out on their way; asks nothing itself.

    What nothing is known of is taken to be as in today's Sentry. Organizations of one server may
    differ, where a feature comes to one after another.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._known: dict[tuple[Trait, str], tuple[float, tuple[str, ...]]] = {}

    def note(self, trait: Trait, *values: str, org: str = "") -> None:
        """Remember that a server is unlike Sentry in something, and how."""
        self._known[trait, org] = (self._now() + LASTS, values)

    def know(self, trait: Trait, org: str = "") -> bool:
        """Tell whether a server turned out to be unlike Sentry in something."""
        return self._until(trait, org) > self._now()

    def values(self, trait: Trait, org: str = "") -> tuple[str, ...]:
        """Give what was noted with it; empty if nothing was, or that is too long ago."""
        return self._known[trait, org][1] if self.know(trait, org) else ()

    def overlooking(self, page: Page[T], **asked: object) -> Page[T]:
        """Note in a page what narrowed it only in the question, where a server is of another make.

        Such a server gives the whole list, and does not say that something counted for nothing.
        """
        names = [name for name, value in asked.items() if value]
        if not names or not self.know("make"):
            return page
        note = f"This server overlooks `{'` and `'.join(names)}` here: the list is not narrowed."
        return page.model_copy(update={"notes": (*page.notes, note)})

    def __iter__(self) -> Iterator[tuple[Trait, tuple[str, ...]]]:
        """List what is known, whatever the organization."""
        for (trait, org), (_, values) in self._known.items():
            if self.know(trait, org):
                yield trait, values

    def _until(self, trait: Trait, org: str) -> float:
        return self._known.get((trait, org), (0.0, ()))[0]
