"""Questions that people saved in Discover and in Explore."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dexter_mcp.simulator.telling.story import Json

Place = Literal["discover", "explore"]


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question and its name; `asks` holds it in the words of its place."""

    id: str
    org: str
    place: Place
    name: str
    dataset: str
    projects: tuple[str, ...]
    """Slugs; none means all."""
    author: str
    """E-mail of the member who saved it."""
    created: datetime
    updated: datetime
    asks: Json


class SavedQueries:
    """Remembers what was saved."""

    def __init__(self, next_id: Callable[[int], int]) -> None:
        self._next_id = next_id
        self._kept: list[SavedQuery] = []

    def save(
        self,
        place: Place,
        name: str,
        asks: Json,
        *,
        org: str,
        dataset: str,
        author: str,
        created: datetime,
        projects: tuple[str, ...] = (),
    ) -> SavedQuery:
        """Keep a question."""
        number = str(self._next_id(21_000))
        made = SavedQuery(
            number, org, place, name, dataset, projects, author, created, created, asks
        )
        self._kept.append(made)
        return made

    def put(self, changed: SavedQuery) -> None:
        """Keep a question in the place of the one with the same id."""
        self._kept[:] = [changed if one.id == changed.id else one for one in self._kept]

    def remove(self, saved: SavedQuery) -> None:
        """Forget a question."""
        self._kept.remove(saved)

    def of(self, org: str, place: Place) -> list[SavedQuery]:
        """List what an organization saved in a place, oldest first."""
        return [one for one in self._kept if (one.org, one.place) == (org, place)]
