"""Dashboards: pages of widgets, each of which asks something."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dexter_mcp.simulator.telling.story import Json


@dataclass(frozen=True, slots=True)
class Question:
    """What a widget asks; `columns` group, `conditions` are a search."""

    aggregates: Sequence[str] = ()
    columns: Sequence[str] = ()
    conditions: str = ""
    orderby: str = ""
    name: str = ""
    fields: Sequence[str] = ()
    """Both of them as they are to be shown; none means columns before aggregates."""
    more: Json = field(default_factory=dict[str, object])
    """What else was said of it, in the shape of Sentry's API."""


@dataclass(frozen=True, slots=True)
class Widget:
    """A part of a dashboard."""

    id: int
    title: str
    display: str
    type: str
    questions: Sequence[Question]
    description: str = ""
    interval: str = "1h"
    limit: int | None = None
    more: Json = field(default_factory=dict[str, object])
    """What else was said of it, in the shape of Sentry's API."""


@dataclass(slots=True)
class Dashboard:
    """A page that someone put together; `projects` are numbers, none means those of one's own.

    `prebuilt` numbers a page that Sentry brought along; teams that may change one are numbers too.
    """

    id: int
    org: str
    title: str
    author: str
    created: datetime
    widgets: list[Widget] = field(default_factory=list[Widget])
    projects: Sequence[int] = ()
    environments: Sequence[str] = ()
    period: str = ""
    releases: Sequence[str] = ()
    start: str = ""
    end: str = ""
    utc: str = ""
    is_favorite: bool = False
    is_open: bool = True
    editors: Sequence[int] = ()
    prebuilt: int | None = None


class Dashboards:
    """Remembers dashboards."""

    def __init__(self) -> None:
        self._kept: list[Dashboard] = []

    def add(self, dashboard: Dashboard) -> Dashboard:
        """Keep a dashboard."""
        self._kept.append(dashboard)
        return dashboard

    def remove(self, dashboard: Dashboard) -> None:
        """Forget a dashboard."""
        self._kept.remove(dashboard)

    def of(self, org: str) -> list[Dashboard]:
        """List an organization's dashboards, as they were made."""
        return [each for each in self._kept if each.org == org]
